#include "translator/runtime/jump_record.h"

#include <algorithm>

namespace vestige::runtime {

JumpRecord::Jump& JumpRecord::at(std::uint64_t jump) {
    if (jumps_.size() == most_jumps && !jumps_.contains(jump)) jumps_.clear();
    return jumps_[jump];
}

void JumpRecord::look_for(std::uint64_t jump) { at(jump); }

void JumpRecord::note(std::uint64_t jump, std::uint64_t target) {
    auto& [targets, counts] = at(jump);
    auto place = static_cast<std::size_t>(std::find(targets.begin(), targets.end(), target) -
                                          targets.begin());
    if (place == targets.size()) {
        if (targets.size() == most_targets) return; // those that came first are frequent enough
        targets.push_back(target);
        counts.push_back(0);
    }
    ++counts[place];
    for (; place > 0 && counts[place] > counts[place - 1]; --place) {
        std::swap(counts[place], counts[place - 1]);
        std::swap(targets[place], targets[place - 1]);
    }
}

std::span<const std::uint64_t> JumpRecord::targets(std::uint64_t jump) const {
    const auto found = jumps_.find(jump);
    if (found == jumps_.end()) return {};
    return found->second.targets;
}

} // namespace vestige::runtime
