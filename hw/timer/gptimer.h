// GRLIB's GPTIMER: up to seven timers behind one prescaler.
//
// Source: GRLIB IP Core User's Manual, "GPTIMER - General Purpose Timer Unit"; the GR712RC manual
// describes the same core. No watchdog, no latch registers, and the debugger never freezes it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"
#include "machine/core/scheduler.h"

namespace vestige::hw {

// Nothing runs between accesses: the counters are brought up to date when somebody looks, and an
// event is scheduled for the next interrupt alone.
class GpTimer final : public Device, public MmioHandler {
  public:
    static constexpr std::uint64_t region_size = 0x100;
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 4, .max_size = 4};
    static constexpr unsigned most_timers = 7;

    // `hertz`: of the bus clock that the prescaler divides. `outputs`: a pulsed line each timer, 1
    // to 7 of them. `first_interrupt`: what the guest is told of the first one's number.
    GpTimer(std::string name, Scheduler& scheduler, std::uint64_t hertz, unsigned first_interrupt,
            std::vector<IrqLine> outputs);

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    struct Counter {
        std::uint32_t value = 0;
        std::uint32_t reload = 0;
        std::uint32_t control = 0;
    };

    bool chained(unsigned index) const;
    std::uint64_t cycles() const;
    std::uint64_t divisor() const { return std::uint64_t{scaler_reload_} + 1; }
    std::uint64_t decrement(Counter& counter, std::uint64_t steps) const;
    // Prescaler ticks until timer `index` has underflowed `count` times; `no_tick` for never.
    std::uint64_t ticks_until(unsigned index, std::uint64_t count) const;
    void catch_up();
    void schedule();
    void set_scaler(std::uint32_t value, std::uint32_t reload);
    void write_control(unsigned index, std::uint32_t value);

    Scheduler& scheduler_;
    const std::uint64_t hertz_;
    const unsigned first_interrupt_;
    std::vector<IrqLine> outputs_;
    std::array<Counter, most_timers> counters_{};
    std::uint32_t scaler_reload_ = 0;
    Time start_ = 0;               // when the prescaler was last written
    std::uint64_t start_skip_ = 0; // cycles of its first round that were over then
    std::uint64_t ticks_done_ = 0; // ticks since start_ that the counters have seen
    Timer event_;
};

} // namespace vestige::hw
