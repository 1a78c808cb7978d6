// The interrupt controller of sun4m machines, part of the SLAVIO chip (NCR89C105, STP2001).
//
// A system part gathers the devices' wires, masks them and sends them to one CPU, the target; each
// CPU has a part of its own with its timer's wire and software interrupts. Every wire has a fixed
// priority level, and a CPU sees the levels that are pending.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "common/log.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

// Inputs 0 to 31 are the bits of the system registers, 32 and up the CPUs' timers.
namespace slavio_input {
inline constexpr unsigned keyboard_mouse = 14;
inline constexpr unsigned serial = 15;
inline constexpr unsigned ethernet = 16;
inline constexpr unsigned scsi = 18;
inline constexpr unsigned system_timer = 19;
inline constexpr unsigned video = 20;
inline constexpr unsigned floppy = 22;
inline constexpr unsigned memory_error = 28;
inline constexpr unsigned bus_error = 30; // the IOMMU's, and power failing
inline constexpr unsigned first_cpu_timer = 32;
// SBus levels 1 to 7.
constexpr unsigned sbus(unsigned level) { return 6 + level; }
} // namespace slavio_input

class SlavioIntctl final : public Device, public IrqSink {
  public:
    static constexpr unsigned max_cpus = 4;
    static constexpr unsigned input_count = slavio_input::first_cpu_timer + max_cpus;
    // The CPUs' registers lie a page apart, the system's at 10000h from the first.
    static constexpr std::uint64_t cpu_size = 0x10, cpu_spacing = 0x1000;
    static constexpr std::uint64_t system_size = 0x14, system_offset = 0x10000;
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 4, .max_size = 4};

    // The inputs of a CPU are its interrupt levels, 1 to 15: the one that it is asked to interrupt
    // at is up, the others are down. The registers of CPUs that are not there work all the same.
    SlavioIntctl(std::string name, const std::vector<IrqSink*>& cpus, Log& log);

    MmioHandler& cpu_registers(unsigned cpu) { return cpus_.at(cpu); }
    MmioHandler& system_registers() { return system_; }

    void set_irq(unsigned input, bool level) override;
    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    static constexpr unsigned level_count = 16;

    struct Cpu final : MmioHandler {
        SlavioIntctl* intctl = nullptr;
        std::uint32_t soft = 0; // bit 16 + n: level n
        bool timer = false;     // the wire
        bool broadcast = false; // level 15, kept until it is cleared here
        std::array<IrqLine, level_count> lines = unconnected_lines();

        std::uint64_t read(std::uint64_t offset, unsigned size) override;
        void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    };
    struct System final : MmioHandler {
        SlavioIntctl& intctl;
        explicit System(SlavioIntctl& owner) : intctl(owner) {}
        std::uint64_t read(std::uint64_t offset, unsigned size) override;
        void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    };

    static std::array<IrqLine, level_count> unconnected_lines();
    bool is_target(const Cpu& cpu) const { return &cpu == &cpus_[target_]; }
    std::uint32_t hard_levels(const Cpu& cpu) const;
    unsigned highest_level(const Cpu& cpu) const;
    void update();

    std::array<Cpu, max_cpus> cpus_;
    System system_{*this};
    std::uint32_t inputs_ = 0;
    std::uint32_t masked_;
    std::uint32_t target_ = 0;
    Log& log_;
};

} // namespace vestige::hw
