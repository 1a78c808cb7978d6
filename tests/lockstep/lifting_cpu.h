// A PowerPC that is only lifted from: what RegionFormer asks of a CPU.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "common/assertion.h"
#include "frontend/ppc/cpu_models.h"
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/lift_unit.h"
#include "frontend/ppc/slots.h"
#include "translator/runtime/guest_cpu.h"

namespace vestige::ppc::lockstep {

class LiftingCpu final : public runtime::GuestCpu {
  public:
    explicit LiftingCpu(const CpuModel& model) : model_(model) {}

    // Guest address behind the last instruction: nothing is lifted from there on.
    std::uint64_t code_end = ~std::uint64_t{0};

    const ir::StateLayout& layout() const override { return state_layout(); }
    const ir::HelperTable& helpers() const override { return helper_table(); }

    void lift(const runtime::LiftRequest& request, ir::Function& function) override {
        VESTIGE_ASSERT(request.pc < code_end);
        runtime::LiftRequest within = request;
        within.code = within.code.first(
            static_cast<std::size_t>(std::min<std::uint64_t>(within.code.size(), //
                                                             code_end - request.pc)));
        lift_unit(model_, within, function);
    }

    runtime::CpuHeader* header() override { never(); }
    std::uint64_t pc() const override { never(); }
    std::uint32_t mode() const override { never(); }
    runtime::ContextKey context_key() const override { never(); }
    runtime::Translation translate(std::uint64_t, runtime::Access) override { never(); }
    runtime::Translation probe(std::uint64_t, runtime::Access) override { never(); }
    void raise_fault(const runtime::MemoryFault&) override { never(); }
    void on_leave(std::uint32_t) override { never(); }
    std::string leave_name(std::uint32_t) const override { never(); }
    void take_interrupt() override { never(); }
    bool idle() const override { never(); }
    const std::string& checkstop() const override { never(); }
    std::string disassemble(std::uint64_t, std::span<const std::byte>) const override { never(); }

  private:
    [[noreturn]] static void never() { VESTIGE_UNREACHABLE("not asked of a CPU that is lifted"); }

    const CpuModel& model_;
};

} // namespace vestige::ppc::lockstep
