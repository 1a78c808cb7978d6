// Suspects that the guest waits: it reads the same device register again and again.
#pragma once

#include <cstdint>

#include "translator/runtime/bus.h"

namespace vestige::runtime {

class PollDetector {
  public:
    // A device has answered a load. True: once more as often as it takes.
    bool loaded(std::uint64_t physical, std::uint64_t value) {
        if (physical != physical_ || value != value_) {
            physical_ = physical;
            value_ = value;
            reads_ = 0;
        }
        return ++reads_ % often == 0;
    }
    // Anything else was asked of a device.
    void interrupted() { reads_ = 0; }

    // ---- what the suspicion is tested by
    void suspect() { suspected_ = true; }
    bool take_suspicion() {
        const bool suspected = suspected_;
        suspected_ = false;
        return suspected;
    }
    void begin_test() {
        testing_ = true;
        all_steady_ = true;
    }
    void end_test() { testing_ = false; }
    // Every load that a device answered since begin_test() was of a steady register.
    bool all_steady() const { return all_steady_; }
    void test(std::uint64_t physical, Bus& bus) {
        if (testing_) all_steady_ = all_steady_ && bus.is_steady(physical);
    }

  private:
    // Such reads take some ten microseconds, a test takes a few.
    static constexpr std::uint32_t often = 1024;

    std::uint64_t physical_ = ~std::uint64_t{0};
    std::uint64_t value_ = 0;
    std::uint32_t reads_ = 0;
    bool suspected_ = false;
    bool testing_ = false;
    bool all_steady_ = true;
};

} // namespace vestige::runtime
