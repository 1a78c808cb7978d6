// The OpenPIC (MPIC) interrupt controller of KeyLargo: 64 inputs, 4 interprocessor interrupts, 4
// timers, one CPU.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "common/log.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"
#include "machine/core/scheduler.h"

namespace vestige::hw {

// The registers belong at MacIO offset 40000h, 40000h bytes long. Inputs are logical: true asserts,
// whatever the polarity bit says (a board's inverters are not modelled).
class OpenPic : public Device, public IrqSink, public MmioHandler {
  public:
    static constexpr std::uint64_t size = 0x40000;
    static constexpr MmioTraits traits{Endian::little, 4, 4};

    OpenPic(std::string name, Scheduler& scheduler, IrqLine cpu, Log& log);

    void set_irq(unsigned input, bool level) override; // 0 to 63

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    static constexpr unsigned inputs = 64, ipis = 4, timers = 4;
    static constexpr unsigned first_ipi = inputs, first_timer = inputs + ipis;
    static constexpr unsigned sources = inputs + ipis + timers;

    struct Source {
        std::uint32_t vector_priority = 0; // without the activity bit
        std::uint32_t destination = 0;
        bool level = false;      // the input itself
        bool latched = false;    // an edge that was not yet taken
        bool in_service = false; // taken, its end not yet told
    };
    struct IntervalTimer {
        std::uint32_t base_count = 0;
        std::uint32_t stopped_count = 0; // what reads as current while inhibited
        bool toggle = false;
        std::unique_ptr<Timer> alarm;
    };

    bool pending(const Source& source) const;
    int next_source() const; // the one to deliver; -1: none
    int served_source() const;
    bool deliverable(int source) const;
    void update();
    void raise_edge(unsigned source);

    std::uint32_t read_vector_priority(unsigned source) const;
    void write_vector_priority(unsigned source, std::uint32_t value);
    std::uint32_t acknowledge();
    void end_of_interrupt();

    std::uint32_t read_cpu(std::uint64_t offset);
    void write_cpu(std::uint64_t offset, std::uint32_t value);
    std::uint32_t read_timer(std::uint64_t offset) const;
    void write_timer(std::uint64_t offset, std::uint32_t value);
    void timer_expired(unsigned index);
    void log_unknown(const char* what, std::uint64_t offset);

    std::array<Source, sources> sources_;
    std::array<IntervalTimer, timers> timers_;
    std::uint32_t global_ = 0;
    std::uint32_t spurious_vector_ = 0;
    std::uint32_t timer_frequency_ = 0;
    std::uint32_t task_priority_ = 0;
    Scheduler& scheduler_;
    IrqLine cpu_;
    Log& log_;
};

} // namespace vestige::hw
