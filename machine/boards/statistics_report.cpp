#include "machine/boards/statistics_report.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace vestige {

namespace {

constexpr std::size_t hottest_shown = 10;

constexpr runtime::Activity tier_activities[] = {runtime::Activity::translating,
                                                 runtime::Activity::translating_regions};

double ratio(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
    return fmt::format("{:5.1f} %", 100 * ratio(part, whole));
}

double seconds(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) * 1e-9; }

// Accesses by the device's name, windows followed. Spaces may show each other.
void gather_accesses(const AddressSpace& space, std::set<const AddressSpace*>& seen,
                     std::map<std::string, std::uint64_t>& accesses) {
    if (!seen.insert(&space).second) return;
    for (const auto& region : space.regions()) {
        if (region.accesses != 0) accesses[region.name] += region.accesses;
        if (region.target) gather_accesses(*region.target, seen, accesses);
    }
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + '"';
}

} // namespace

StatisticsReport::StatisticsReport(const runtime::ExecLoop& loop, const runtime::GuestCpu& cpu,
                                   const AddressSpace& memory, const MachineClock& clock) {
    add_summary(loop, clock);
    add_times(loop.times());
    add_translation(loop);
    add_exits(loop.stats(), cpu);
    add_memory(loop);
    add_devices(memory);
    add_hot_spots(loop.samples());
}

void StatisticsReport::add_summary(const runtime::ExecLoop& loop, const MachineClock& clock) {
    begin("run");
    row("instructions", loop.instructions());
    const runtime::TimeAccount& times = loop.times();
    if (times.enabled()) {
        const std::uint64_t busy =
            times.total_nanoseconds() - times.nanoseconds(runtime::Activity::idle);
        row("MIPS while not idle",
            1e3 * ratio(loop.instructions() - loop.stats().polling_skipped, busy));
    }
    row("instructions skipped in loops that wait", loop.stats().polling_skipped);
    if (clock.kind() == ClockKind::virtual_instructions)
        row("idle time skipped", seconds(static_cast<std::uint64_t>(clock.skipped())), "s");
}

void StatisticsReport::add_times(const runtime::TimeAccount& times) {
    if (!times.enabled()) return;
    begin("time of the machine's thread");
    const std::uint64_t total = times.total_nanoseconds();
    row("all", seconds(total), "s");
    for (std::size_t i = 0; i < runtime::activity_count; ++i) {
        const auto activity = static_cast<runtime::Activity>(i);
        const std::uint64_t spent = times.nanoseconds(activity);
        row(std::string(runtime::activity_name(activity)), seconds(spent),
            "s  " + percent(spent, total));
    }
}

void StatisticsReport::add_translation(const runtime::ExecLoop& loop) {
    const runtime::ExecStats& stats = loop.stats();
    begin("translation");
    for (std::size_t i = 0; i < stats.tiers.size(); ++i) {
        const runtime::TierStats& tier = stats.tiers[i];
        const std::string name = fmt::format("tier {} ", i + 1);
        row(name + "units", tier.units);
        row(name + "guest instructions", tier.instructions);
        row(name + "host code bytes", tier.host_bytes);
        const std::uint64_t spent = tier.nanoseconds + loop.times().nanoseconds(tier_activities[i]);
        if (spent != 0) {
            row(name + "ns a unit", ratio(spent, tier.units));
            row(name + "ns a guest instruction", ratio(spent, tier.instructions));
        }
    }
    row("tier 2 units over several pages", stats.wide_regions);
    row("units for the interpreter", stats.reference_units);
    row("units live", loop.units().size());
    row("units invalidated", loop.units().invalidated);
    row("units evicted", loop.units().evicted);
    if (const runtime::Backend* backend = loop.backend()) {
        row("code cache bytes used", backend->arena_bytes_used());
        row("code cache bytes", backend->arena_bytes());
    }
}

void StatisticsReport::add_exits(const runtime::ExecStats& stats, const runtime::GuestCpu& cpu) {
    begin("generated code left for");
    row("all", stats.loop_turns);
    for (std::size_t i = 0; i < runtime::exit_kind_count; ++i)
        row(std::string(runtime::exit_kind_name(static_cast<runtime::ExitKind>(i))),
            stats.exits[i]);
    for (std::size_t i = 0; i < stats.guest_exits.size(); ++i)
        if (stats.guest_exits[i] != 0)
            row(fmt::format("guest: {}",
                            cpu.leave_name(ir::leave::guest_first + static_cast<std::uint32_t>(i))),
                stats.guest_exits[i]);
    begin("execution loop");
    row("unit look-ups", stats.unit_lookups);
    row("chains made", stats.chained);
    row("budget tails on the interpreter", stats.tail_runs);
    row("guest memory faults", stats.faults);
}

void StatisticsReport::add_memory(const runtime::ExecLoop& loop) {
    const runtime::MemoryStats& stats = loop.memory().stats;
    begin("guest memory");
    row("page map misses, loads", stats.slow_loads);
    row("page map misses, stores", stats.slow_stores);
    row("table walks", stats.walks);
    row("stores into code", stats.code_stores);
    row("context look-ups", loop.contexts().look_ups);
    row("contexts not warm", loop.contexts().misses);
    row("windows opened", loop.stats().windows);
    row("windows given up", loop.stats().windows_given_up);
}

void StatisticsReport::add_devices(const AddressSpace& memory) {
    std::set<const AddressSpace*> seen;
    std::map<std::string, std::uint64_t> accesses;
    gather_accesses(memory, seen, accesses);
    std::vector<std::pair<std::string, std::uint64_t>> sorted(accesses.begin(), accesses.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::uint64_t all = 0;
    for (const auto& [name, count] : sorted)
        all += count;
    begin("device accesses");
    row("all", all);
    for (const auto& [name, count] : sorted)
        row(name, count, percent(count, all));
}

void StatisticsReport::add_hot_spots(const runtime::PcSamples& spots) {
    if (spots.samples() == 0) return;
    begin("hottest guest code");
    row("samples", spots.samples());
    for (const auto& region : spots.hottest(hottest_shown))
        row(fmt::format("{:08x}-{:08x}", region.first,
                        region.first + (std::uint64_t{1} << runtime::PcSamples::region_bits) - 1),
            region.samples, percent(region.samples, spots.samples()));
}

std::string StatisticsReport::as_text() const {
    std::string text;
    for (const Section& section : sections_) {
        // The first section has no title: "instructions: N" is the first line.
        if (&section != &sections_.front()) text += fmt::format("\n{}\n", section.title);
        const char* const indent = &section != &sections_.front() ? "  " : "";
        for (const Row& row : section.rows) {
            const std::string value = std::holds_alternative<double>(row.value)
                                          ? fmt::format("{:.3f}", std::get<double>(row.value))
                                          : fmt::format("{}", std::get<std::uint64_t>(row.value));
            std::string line =
                fmt::format("{}{:<36} {:>14} {}", indent, row.name + ":", value, row.remark);
            line.erase(line.find_last_not_of(' ') + 1);
            text += line + '\n';
        }
    }
    return text;
}

std::string StatisticsReport::as_json() const {
    std::string text = "{";
    const char* section_comma = "\n";
    for (const Section& section : sections_) {
        text += fmt::format("{} {}: {{", section_comma, quoted(section.title));
        section_comma = ",\n";
        const char* comma = "\n";
        for (const Row& row : section.rows) {
            text += fmt::format("{}  {}: ", comma, quoted(row.name));
            comma = ",\n";
            std::visit([&](auto value) { text += fmt::format("{}", value); }, row.value);
        }
        text += "\n }";
    }
    return text + "\n}\n";
}

} // namespace vestige
