// A CPU that is only lifted from: what RegionFormer and UnitRunner ask of one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "common/assertion.h"
#include "translator/runtime/guest_cpu.h"

namespace vestige::lockstep {

class LiftingCpu : public runtime::GuestCpu {
  public:
    // Guest address behind the last instruction: nothing is lifted from there on.
    std::uint64_t code_end = ~std::uint64_t{0};

    void lift(const runtime::LiftRequest& request, ir::Function& function) final {
        VESTIGE_ASSERT(request.pc < code_end);
        runtime::LiftRequest within = request;
        within.code = within.code.first(
            static_cast<std::size_t>(std::min<std::uint64_t>(within.code.size(), //
                                                             code_end - request.pc)));
        lift_within(within, function);
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
    virtual void lift_within(const runtime::LiftRequest& request, ir::Function& function) = 0;

    [[noreturn]] static void never() { VESTIGE_UNREACHABLE("not asked of a CPU that is lifted"); }
};

} // namespace vestige::lockstep
