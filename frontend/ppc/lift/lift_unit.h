// The PowerPC half of GuestCpu::lift.
#pragma once

#include "frontend/ppc/cpu_models.h"
#include "translator/ir/function.h"
#include "translator/runtime/guest_cpu.h"

namespace vestige::ppc {

// Lifts straight-line code from request.pc to the first instruction that ends a unit, the end of
// the page or request.max_instructions. `function` is empty.
void lift_unit(const CpuModel& model, const runtime::LiftRequest& request, ir::Function& function);

} // namespace vestige::ppc
