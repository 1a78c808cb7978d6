// The counters of sun4m machines, part of the SLAVIO chip (NCR89C105, STP2001).
//
// One for the system (interrupt level 10) and one for each CPU (level 14). They count up in steps
// of 500 ns; bit 9 of a register is one step. At its limit a counter starts again from zero, tells
// so and interrupts until its limit is read; with a limit of zero it runs freely. A CPU's counter
// can be made a 62-bit user timer instead, which can be stopped and set.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/log.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"
#include "machine/core/scheduler.h"

namespace vestige::hw {

class SlavioTimer final : public Device {
  public:
    static constexpr unsigned max_cpus = 4;
    static constexpr std::uint64_t hertz = 2'000'000;
    // The CPUs' registers lie a page apart, the system's at 10000h from the first.
    static constexpr std::uint64_t cpu_size = 0x10, cpu_spacing = 0x1000;
    static constexpr std::uint64_t system_size = 0x14, system_offset = 0x10000;
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 4, .max_size = 4};

    // A wire for each CPU that is there; the counters of the others work without one.
    SlavioTimer(std::string name, Scheduler& scheduler, IrqLine system,
                const std::vector<IrqLine>& cpus, Log& log);
    ~SlavioTimer() override;

    MmioHandler& system_registers();
    MmioHandler& cpu_registers(unsigned cpu);

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    class Counter;

    void set_modes(std::uint32_t modes);

    std::array<std::unique_ptr<Counter>, 1 + max_cpus> counters_; // the system's first
};

} // namespace vestige::hw
