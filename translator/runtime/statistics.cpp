#include "translator/runtime/statistics.h"

#include <algorithm>
#include <numeric>

namespace vestige::runtime {

std::string_view activity_name(Activity activity) {
    static constexpr std::array<std::string_view, activity_count> names = {
        "machine", "dispatching", "generated code", "translating", "translating regions", "walking",
        "devices", "idle"};
    return names[static_cast<std::size_t>(activity)];
}

std::string_view exit_kind_name(ExitKind kind) {
    static constexpr std::array<std::string_view, exit_kind_count> names = {
        "budget", "unchained link", "jump cache miss", "look again", "alone", "fault", "guest"};
    return names[static_cast<std::size_t>(kind)];
}

std::uint64_t TimeAccount::total_nanoseconds() const {
    return std::accumulate(spent_.begin(), spent_.end(), std::uint64_t{0});
}

void PcSamples::note(std::uint64_t pc) {
    ++samples_;
    ++regions_[pc >> region_bits << region_bits];
}

std::vector<PcSamples::Region> PcSamples::hottest(std::size_t count) const {
    std::vector<Region> all;
    for (const auto& [first, samples] : regions_)
        all.push_back({first, samples});
    // Addresses decide between equals: the same run prints the same list.
    std::sort(all.begin(), all.end(), [](const Region& a, const Region& b) {
        return a.samples != b.samples ? a.samples > b.samples : a.first < b.first;
    });
    if (all.size() > count) all.resize(count);
    return all;
}

} // namespace vestige::runtime
