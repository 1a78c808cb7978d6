// Machine time under both clocks (DESIGN.md section 7).
#pragma once

#include <chrono>
#include <cstdint>

#include "common/scale.h"
#include "machine/boards/machine_config.h"
#include "machine/core/scheduler.h"
#include "machine/core/state.h"

namespace vestige {

// Where the instruction count comes from: exact at the instruction that is being executed.
class InstructionCounter {
  public:
    virtual ~InstructionCounter() = default;
    virtual std::uint64_t instructions() const = 0;
};

class MachineClock final : public Clock {
  public:
    // `kips`: thousands of instructions a second under the virtual clock.
    MachineClock(ClockKind kind, std::uint64_t kips) : kind_(kind), kips_(kips) {}

    void set_counter(const InstructionCounter& counter) { counter_ = &counter; }
    ClockKind kind() const { return kind_; }

    Time now() const override {
        if (kind_ == ClockKind::host) return running_ ? host_now() - host_start_ : stopped_at_;
        return instructions_to_time(counter_ ? counter_->instructions() : 0) + skipped_;
    }

    // Virtual clock: the smallest instruction count at which now() has reached `deadline`.
    std::uint64_t instructions_at(Time deadline) const {
        const Time executed = deadline - skipped_;
        if (executed <= 0) return 0;
        return static_cast<std::uint64_t>(
            (static_cast<unsigned __int128>(executed) * kips_ + kilo_ns - 1) / kilo_ns);
    }

    // Virtual clock: an idle CPU lets time pass.
    void skip(Time duration) { skipped_ += duration; }
    Time skipped() const { return skipped_; }

    // Host clock: time stands still between run()s.
    void start() {
        if (running_) return;
        running_ = true;
        host_start_ = host_now() - stopped_at_;
    }
    void stop() {
        if (!running_) return;
        stopped_at_ = host_now() - host_start_;
        running_ = false;
    }

    void restart() { skipped_ = stopped_at_ = 0; }

    void visit(StateVisitor& state) {
        Time now_time = now();
        state.field("now", now_time);
        state.field("skipped", skipped_);
        if (state.loading()) stopped_at_ = now_time;
    }

  private:
    static constexpr std::uint64_t kilo_ns = 1'000'000; // nanoseconds for a thousand at 1 kips

    Time instructions_to_time(std::uint64_t count) const {
        return static_cast<Time>(scale(count, kilo_ns, kips_));
    }
    static Time host_now() {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(
                   std::chrono::steady_clock::now().time_since_epoch())
            .count();
    }

    ClockKind kind_;
    std::uint64_t kips_;
    const InstructionCounter* counter_ = nullptr;
    Time skipped_ = 0;
    bool running_ = false;
    Time host_start_ = 0;
    Time stopped_at_ = 0;
};

} // namespace vestige
