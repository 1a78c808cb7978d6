// A SPARC whose code asks for nothing beside registers and memory: the CPU object for the helpers
// of lifted code, with a machine around it that is never asked, and the CPU that is lifted from.
#pragma once

#include <string>

#include "common/assertion.h"
#include "common/log.h"
#include "frontend/sparc/cpu/sparc_cpu.h"
#include "frontend/sparc/helpers.h"
#include "frontend/sparc/lift/lift_unit.h"
#include "frontend/sparc/reference_mmu.h"
#include "frontend/sparc/slots.h"
#include "tests/lockstep/lifting_cpu.h"
#include "translator/runtime/bus.h"

namespace vestige::sparc::lockstep {

class LiftingCpu final : public vestige::lockstep::LiftingCpu {
  public:
    explicit LiftingCpu(const CpuModel& model)
        : model_(model), layout_(state_layout(model.windows)) {}

    const ir::StateLayout& layout() const override { return layout_; }
    const ir::HelperTable& helpers() const override { return helper_table(); }

  private:
    void lift_within(const runtime::LiftRequest& request, ir::Function& function) override {
        lift_unit(model_, request, function);
    }

    const CpuModel& model_;
    const ir::StateLayout layout_;
};

class NoMachine final : public runtime::CpuHost, public runtime::Bus, public ReferenceMmu {
  public:
    std::int64_t now_ns() const override { return 0; }
    void arm_cpu_timer(std::int64_t) override {}
    bool read_physical(std::uint64_t, unsigned, std::uint64_t&) override { return false; }
    void write_physical(std::uint64_t, unsigned, std::uint64_t) override {}

    runtime::HostPage page(std::uint64_t) override { never(); }
    bool read(std::uint64_t, unsigned, Endian, std::uint64_t&) override { return false; }
    bool write(std::uint64_t, unsigned, Endian, std::uint64_t) override { return false; }

    runtime::Translation translate(std::uint64_t, runtime::Access, runtime::SideEffects) override {
        never();
    }
    runtime::Translation translate_as(Privilege, std::uint32_t, runtime::Access,
                                      runtime::SideEffects) override {
        never();
    }
    std::uint32_t probe(std::uint32_t, unsigned) override { never(); }
    FaultEffect record_bus_error(std::uint32_t, runtime::Access, Space) override { never(); }
    FaultEffect bus_error_effect() const override { never(); }
    std::string describe() const override { return {}; }

  private:
    [[noreturn]] static void never() { VESTIGE_UNREACHABLE("not asked in a lockstep"); }
};

// Connects itself to `state`.
class UnwiredCpu {
  public:
    UnwiredCpu(const CpuModel& model, State& state)
        : cpu_(model, state,
               {.host = machine_,
                .bus = machine_,
                .mmu = machine_,
                .log = log_,
                .disassemble = {}}) {}

    std::uint32_t mode() const { return cpu_.mode(); }

  private:
    NoMachine machine_;
    Log log_;
    SparcCpu cpu_;
};

} // namespace vestige::sparc::lockstep
