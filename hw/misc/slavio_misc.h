// The small registers of sun4m machines: configuration, diagnostics, modem, LEDs, auxiliary I/O,
// power and system control. Part of the SLAVIO chip (NCR89C105, STP2001) but for the LEDs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "common/log.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

class SlavioMisc final : public Device {
  public:
    // Each is a region of its own, at an address of the machine's choice.
    enum class Register : std::uint8_t {
        configuration,
        diagnostic,
        modem,
        leds,
        auxiliary_1, // LED, and the floppy controller's terminal count
        auxiliary_2, // power
        system_control,
    };
    static constexpr std::size_t register_count = 7;

    // What the registers do to the rest of the machine.
    struct Actions {
        std::function<void()> power_off;
        std::function<void()> reset;
        std::function<void()> floppy_terminal_count; // may be empty
    };

    SlavioMisc(std::string name, IrqLine power_failing, Actions actions, Log& log);

    MmioHandler& handler(Register which) { return views_[static_cast<std::size_t>(which)]; }
    // Of the region, and with how wide an access it is met.
    static std::uint64_t size(Register which);
    static MmioTraits traits(Register which);

    // The power switch was used: the system is to shut down and to switch itself off.
    void power_button();

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    struct View final : MmioHandler {
        SlavioMisc* misc = nullptr;
        Register which{};
        std::uint64_t read(std::uint64_t offset, unsigned size) override;
        void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    };

    std::uint32_t& value(Register which) { return values_[static_cast<std::size_t>(which)]; }
    void write(Register which, std::uint32_t word);
    bool irq_level();

    std::array<View, register_count> views_;
    std::array<std::uint32_t, register_count> values_{};
    IrqLine irq_;
    Actions actions_;
    Log& log_;
};

} // namespace vestige::hw
