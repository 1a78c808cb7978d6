// The interrupt controller in Apple's Heathrow (and Grand Central, O'Hare, Paddington) MacIO chips.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "common/log.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

// 64 inputs, one output to the CPU. The registers belong at MacIO offset 10h, 20h bytes long.
class HeathrowPic : public Device, public IrqSink, public MmioHandler {
  public:
    static constexpr std::uint64_t size = 0x20;
    static constexpr MmioTraits traits{Endian::little, 4, 4};

    HeathrowPic(std::string name, IrqLine cpu, Log& log);

    void set_irq(unsigned input, bool level) override; // 0 to 63

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    // 32 inputs.
    struct Bank {
        std::uint32_t event = 0; // edges seen
        std::uint32_t mask = 0;  // enabled
        std::uint32_t level = 0; // the inputs themselves
    };
    bool output() const;
    void update();

    std::array<Bank, 2> banks_; // inputs 0 to 31, 32 to 63
    IrqLine cpu_;
    Log& log_;
};

} // namespace vestige::hw
