// MOS / Rockwell 6522 Versatile Interface Adapter: two ports, two timers, a shift register.
//
// Source: Rockwell R6522 data sheet (1984). It sits between the CPU and a microcontroller (CUDA,
// PMU). Modelled: both timers with their interrupts, the ports without handshakes, and the shift
// register with the far end clocking it (modes 011 and 111), which is how Apple uses the chip.
// Absent: pulse counting on PB6, output on PB7, the CA and CB lines other than by pulse().
#pragma once

#include <cstdint>
#include <string>

#include "common/log.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"
#include "machine/core/scheduler.h"

namespace vestige::hw {

// The chip at the other end of port B and the shift register.
class ViaPeer {
  public:
    virtual ~ViaPeer() = default;
    // The CPU wrote port B; `pins` are the levels, with inputs as they were set.
    virtual void port_b_written(std::uint8_t pins) = 0;
};

class Via6522 {
  public:
    enum Flag : std::uint8_t { // IFR and IER
        flag_ca2 = 0x01,
        flag_ca1 = 0x02,
        flag_shift = 0x04,
        flag_cb2 = 0x08,
        flag_cb1 = 0x10,
        flag_timer_2 = 0x20,
        flag_timer_1 = 0x40,
    };

    // The pins' direction and level after reset. Apple's firmware sets them up before any driver
    // runs; OpenBIOS counts on finding them so.
    struct PortB {
        std::uint8_t direction; // 1: output
        std::uint8_t level;
    };

    Via6522(Scheduler& scheduler, IrqLine irq, std::uint64_t hertz, PortB port_b, ViaPeer& peer);

    // Registers 0 to 15.
    std::uint8_t read(unsigned index);
    // As MmioHandler::is_steady.
    static bool is_steady(unsigned index);
    void write(unsigned index, std::uint8_t value);

    // -- the peer's side
    void set_port_b_inputs(std::uint8_t mask, std::uint8_t level);
    std::uint8_t port_b_pins() const;
    // The CPU set the shift register to shift out.
    bool shifts_out() const;
    // Eight bits out of, or into, the shift register, by the peer's clock; then the interrupt.
    std::uint8_t shift_register() const { return shift_; }
    void set_shift_register(std::uint8_t value) { shift_ = value; }
    void pulse(Flag flag); // an edge on one of the lines, or the end of shifting
    bool flagged(Flag flag) const { return (flags_ & flag) != 0; }

    void reset();
    void visit(StateVisitor& state); // within the owner's section

  private:
    struct Counter {
        std::uint16_t latch = 0xffff;
        std::uint16_t loaded = 0xffff; // what it counts down from
        std::uint64_t load_tick = 0;   // when it was loaded
        bool expired = true;           // of a one-shot: it has had its interrupt
    };

    std::uint64_t now_ticks() const;
    std::uint16_t value(const Counter& counter) const;
    bool timer_1_continuous() const;
    void catch_up_timer_1();
    void timer_1_due();
    void timer_2_due();
    void arm_timers();
    void clear_flags(unsigned flags);
    bool irq_level() const { return (flags_ & enabled_ & 0x7f) != 0; }
    void update_irq();

    Scheduler& scheduler_;
    IrqLine irq_;
    const std::uint64_t hertz_;
    const PortB port_b_reset_;
    ViaPeer& peer_;

    std::uint8_t output_a_ = 0;
    std::uint8_t direction_a_ = 0;
    std::uint8_t output_b_ = 0;
    std::uint8_t direction_b_ = 0;
    std::uint8_t input_b_ = 0xff;
    std::uint8_t shift_ = 0;
    std::uint8_t auxiliary_control_ = 0;
    std::uint8_t peripheral_control_ = 0;
    std::uint8_t flags_ = 0;
    std::uint8_t enabled_ = 0;
    Counter timer_1_;
    Counter timer_2_;
    Timer timer_1_alarm_;
    Timer timer_2_alarm_;
};

// Apple's wiring: registers 200h apart in 2000h bytes.
class ViaRegisters final : public MmioHandler {
  public:
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 1, .max_size = 1};
    static constexpr std::uint64_t region_size = 0x2000;

    explicit ViaRegisters(Via6522& via) : via_(via) {}
    std::uint64_t read(std::uint64_t offset, unsigned) override {
        return via_.read(static_cast<unsigned>(offset >> 9) & 15);
    }
    void write(std::uint64_t offset, unsigned, std::uint64_t value) override {
        via_.write(static_cast<unsigned>(offset >> 9) & 15, static_cast<std::uint8_t>(value));
    }
    bool is_steady(std::uint64_t offset) const override {
        return Via6522::is_steady(static_cast<unsigned>(offset >> 9) & 15);
    }

  private:
    Via6522& via_;
};

} // namespace vestige::hw
