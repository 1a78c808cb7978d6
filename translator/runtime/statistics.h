// What the runtime counts, where its time goes and where the guest spends its own.
//
// The counters stand in rare paths and are always kept. Times and samples cost something and are
// kept only where asked for.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vestige::runtime {

// ---- time

enum class Activity : std::uint8_t {
    machine,             // the machine's own loop: events, timers, back ends
    dispatching,         // the execution loop: look-ups, links, exceptions, instructions run alone
    generated,           // generated code, and the helpers that it calls
    translating,         // guest code to host code, on the machine's thread: tier 1
    translating_regions, // and tier 2
    walking,             // the guest's page tables, and filling page maps
    devices,             // device models, as the CPU's accesses call them
    idle,                // the guest waits and so does the host
};
inline constexpr std::size_t activity_count = 8;
std::string_view activity_name(Activity activity);

// Every moment belongs to one activity, so that they add up.
class TimeAccount {
  public:
    void enable() {
        enabled_ = true;
        since_ = now();
    }
    bool enabled() const { return enabled_; }

    // Returns what was going on before.
    Activity change(Activity next) {
        const Activity before = current_;
        current_ = next;
        if (enabled_) charge(before);
        return before;
    }
    // Time up to now counts for nothing: the machine was stopped.
    void resume() { since_ = now(); }

    std::uint64_t nanoseconds(Activity activity) const {
        return spent_[static_cast<std::size_t>(activity)];
    }
    std::uint64_t total_nanoseconds() const;

  private:
    static std::uint64_t now() {
        return static_cast<std::uint64_t>(
            std::chrono::steady_clock::now().time_since_epoch().count());
    }
    void charge(Activity activity) {
        const std::uint64_t time = now();
        spent_[static_cast<std::size_t>(activity)] += time - since_;
        since_ = time;
    }

    bool enabled_ = false;
    Activity current_ = Activity::machine;
    std::uint64_t since_ = 0;
    std::array<std::uint64_t, activity_count> spent_{};
};

// For the time of a block of C++.
class ActivityScope {
  public:
    ActivityScope(TimeAccount& account, Activity activity)
        : account_(account), before_(account.change(activity)) {}
    ~ActivityScope() { account_.change(before_); }
    ActivityScope(const ActivityScope&) = delete;
    ActivityScope& operator=(const ActivityScope&) = delete;

  private:
    TimeAccount& account_;
    Activity before_;
};

// ---- where the guest is

// Samples of the guest's pc, gathered by small regions of its address space.
class PcSamples {
  public:
    static constexpr unsigned region_bits = 8;

    void enable() { enabled_ = true; }
    void sample(std::uint64_t pc) {
        if (enabled_) note(pc);
    }

    struct Region {
        std::uint64_t first = 0; // the guest address; the region has 1 << region_bits bytes
        std::uint64_t samples = 0;
    };
    // The most sampled, at most `count`, most samples first.
    std::vector<Region> hottest(std::size_t count) const;
    std::uint64_t samples() const { return samples_; }

  private:
    void note(std::uint64_t pc);

    bool enabled_ = false;
    std::uint64_t samples_ = 0;
    std::unordered_map<std::uint64_t, std::uint64_t> regions_;
};

// ---- counters

// Why generated code came back to the loop.
enum class ExitKind : std::uint8_t {
    budget,          // the slice is used up, or its rest is shorter than the next unit
    unchained_link,  // a direct branch that has not been linked yet
    jump_cache_miss, // an indirect branch, or one across pages, to where the jump cache knows
                     // nothing
    look_again,      // a helper has changed what the next unit depends on
    alone,           // the next instruction must run by itself (a device, a store into code)
    fault,           // a guest memory fault
    guest,           // an exception or the like: counted by its code as well
};
inline constexpr std::size_t exit_kind_count = 7;
std::string_view exit_kind_name(ExitKind kind);

struct TierStats {
    std::uint64_t units = 0;
    std::uint64_t instructions = 0; // of the guest, translated
    std::uint64_t host_bytes = 0;
    std::uint64_t nanoseconds = 0; // on a thread of its own, beside TimeAccount
};

struct ExecStats {
    std::array<TierStats, 2> tiers; // [0] is tier 1
    std::uint64_t loop_turns = 0;   // entries into generated code from the loop
    std::uint64_t unit_lookups = 0; // of which missed the jump cache
    std::uint64_t chained = 0;
    std::uint64_t reference_units = 0;
    std::uint64_t tail_runs = 0;       // ends of a budget run on the reference engine
    std::uint64_t polling_skipped = 0; // instructions of loops that wait, not run
    std::uint64_t faults = 0;
    std::uint64_t wide_regions = 0; // made over several pages
    std::uint64_t windows = 0;      // opened
    std::uint64_t windows_given_up = 0;
    std::array<std::uint64_t, exit_kind_count> exits{};
    std::array<std::uint64_t, 32> guest_exits{}; // by code - ir::leave::guest_first

    void count_exit(ExitKind kind) { ++exits[static_cast<std::size_t>(kind)]; }
    std::uint64_t exits_of(ExitKind kind) const { return exits[static_cast<std::size_t>(kind)]; }
};

} // namespace vestige::runtime
