// KeyLargo's general purpose pins.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

// Belongs at MacIO offset 50h. Pins 0 to 17 can interrupt (registers at 58h and up), 18 to 34
// follow. What drives a pin asserts it by pulling it low: the PMU pin 1, the programmer's switch
// pin 9.
class MacIoGpio : public Device, public IrqSink, public MmioHandler {
  public:
    static constexpr std::uint64_t size = 0x30;
    static constexpr MmioTraits traits{Endian::little, 1, 1};
    static constexpr unsigned pins = 35;

    // An interrupt output: high while its pin is asserted. KeyLargo's pin n is OpenPIC input 46 +
    // n.
    struct Interrupt {
        unsigned pin;
        IrqLine line;
    };

    MacIoGpio(std::string name, std::vector<Interrupt> interrupts);

    void set_irq(unsigned pin, bool asserted) override;

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    bool high(unsigned pin) const;

    std::array<std::uint8_t, pins> control_ = {}; // what the guest wrote
    std::array<bool, pins> asserted_ = {};        // what the driver of the pin does
    std::vector<Interrupt> interrupts_;
};

} // namespace vestige::hw
