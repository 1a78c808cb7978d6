// How fast instructions run under the host's clock: how many there are until a deadline.
#pragma once

#include <algorithm>
#include <cstdint>

#include "machine/core/scheduler.h"

namespace vestige {

class HostPace {
  public:
    // A run of so many instructions took so long.
    void measured(std::uint64_t instructions, Time duration) {
        if (duration <= 0 || instructions < shortest) return;
        const double latest = static_cast<double>(instructions) / static_cast<double>(duration);
        // A loop that waits for a device by reading its registers is ten times slower than what it
        // waits in between: to overrate it makes the device late, each time.
        rate_ = latest < rate_ ? latest : rate_ + (latest - rate_) / 8;
    }
    // Instructions to run before the clock is looked at again, the next event being `wait` away.
    std::uint64_t slice(Time wait) const {
        const double until = rate_ * static_cast<double>(std::max<Time>(wait, 0));
        return static_cast<std::uint64_t>(std::clamp(until, double{shortest}, double{longest}));
    }

  private:
    // Entering and leaving costs about a hundred instructions; half a millisecond is not noticed.
    static constexpr std::uint32_t shortest = 1'000;
    static constexpr std::uint32_t longest = 500'000;
    double rate_ = 0.5; // instructions a nanosecond
};

} // namespace vestige
