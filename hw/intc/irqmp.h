// GRLIB's IRQMP: the interrupt controller of LEON3 systems, for one to sixteen processors.
//
// Source: GRLIB IP Core User's Manual, "IRQMP - Multiprocessor Interrupt Controller"; the GR712RC
// and GR740 manuals describe the same core. Extended interrupts (16 to 31) are absent, as on QEMU's
// board.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/log.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

// Inputs 1 to 15 of the interrupt bus; GRLIB's cores pulse them, and one that stays high asks again
// after each acknowledgement. Registers: 100h bytes.
class Irqmp final : public Device, public IrqSink, public MmioHandler {
  public:
    static constexpr std::uint64_t region_size = 0x100;
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 4, .max_size = 4};
    static constexpr unsigned most_processors = 16;

    struct Processor {
        // Its inputs are its interrupt levels, 1 to 15: the one that it is asked to interrupt at is
        // up, the others are down.
        IrqSink* levels;
        // It leaves power-down and starts. Empty for a processor that always runs.
        std::function<void()> start = {};
    };

    // The first processor runs from reset, the others wait in power-down.
    Irqmp(std::string name, std::vector<Processor> processors, Log& log);

    void set_irq(unsigned input, bool level) override;

    // Processor `index` has taken the interrupt of this level.
    void acknowledge(unsigned index, unsigned level);

    // The level that processor `index` is asked to interrupt at now.
    unsigned requested_level(unsigned index) const { return requested_[index]; }

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    unsigned level_for(unsigned index) const;
    void raise(std::uint32_t lines);
    void start_processors(std::uint32_t which);
    void update();

    std::vector<Processor> processors_;
    std::uint32_t lines_ = 0;    // the inputs as they are
    std::uint32_t pending_ = 0;  // a bit an input, in this and what follows
    std::uint32_t priority_ = 0; // inputs that go before all others
    std::uint32_t broadcast_ = 0;
    std::uint32_t power_down_ = 0; // a bit a processor
    std::array<std::uint32_t, most_processors> mask_{};
    std::array<std::uint32_t, most_processors> force_{};
    std::array<std::uint8_t, most_processors> requested_{};
    Log& log_;
};

} // namespace vestige::hw
