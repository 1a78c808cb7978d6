// Machine time and the events that are due in it.
//
// Time is in nanoseconds since power-on. Whoever runs the CPU supplies the clock: under the virtual
// clock it is a function of the retired instructions (DESIGN.md section 7), under the host clock it
// follows the host. Devices neither know nor care.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "common/scale.h"

namespace vestige {

class StateVisitor;

using Time = std::int64_t; // nanoseconds since power-on

inline constexpr Time never = std::numeric_limits<Time>::max();
inline constexpr Time microsecond = 1'000;
inline constexpr Time millisecond = 1'000'000;
inline constexpr Time second = 1'000'000'000;

class Clock {
  public:
    virtual ~Clock() = default;
    // The time at the instruction that is being executed. Never runs backwards.
    virtual Time now() const = 0;
};

class Timer;

class Scheduler {
  public:
    explicit Scheduler(const Clock& clock) : clock_(clock) {}

    Time now() const { return clock_.now(); }

    // When the next armed timer is due; `never` if none is.
    Time next_deadline() const { return next_deadline_; }

    // Counts the changes of next_deadline(): whoever runs the CPU compares it to see that its slice
    // is out of date.
    std::uint64_t generation() const { return generation_; }

    // Fires every timer that is due at now(), the earliest first and, of several due at the same
    // time, the one constructed first.
    void run_due();

  private:
    friend class Timer;
    void recompute();

    const Clock& clock_;
    std::vector<Timer*> timers_; // in order of construction
    Time next_deadline_ = never;
    std::uint64_t generation_ = 0;
};

// A one-shot alarm, owned by a device. Disarmed before its action runs, so that the action may arm
// it again.
class Timer {
  public:
    Timer(Scheduler& scheduler, std::function<void()> action);
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    void arm_at(Time deadline);
    // A delay that no clock can hold means never.
    void arm_in(Time delay) {
        const Time now = scheduler_.now();
        arm_at(delay > never - now ? never : now + delay);
    }
    void cancel() { arm_at(never); }

    bool armed() const { return deadline_ != never; }
    Time deadline() const { return deadline_; }

    void visit(StateVisitor& state, const char* name);

  private:
    friend class Scheduler;
    Scheduler& scheduler_;
    std::function<void()> action_;
    Time deadline_ = never;
};

// `ticks` of a counter of `hertz`, and back, exact for any 64-bit time.
inline std::uint64_t time_to_ticks(Time time, std::uint64_t hertz) {
    return scale(static_cast<std::uint64_t>(time), hertz, second);
}

// The first time at which the counter has reached `ticks`; `never` if no clock gets there.
inline Time ticks_to_time(std::uint64_t ticks, std::uint64_t hertz) {
    const auto time = (static_cast<unsigned __int128>(ticks) * second + hertz - 1) / hertz;
    return time < static_cast<unsigned __int128>(never) ? static_cast<Time>(time) : never;
}

} // namespace vestige
