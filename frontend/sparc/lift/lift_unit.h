// The SPARC half of GuestCpu::lift.
#pragma once

#include "frontend/sparc/cpu_models.h"
#include "translator/ir/function.h"
#include "translator/runtime/guest_cpu.h"

namespace vestige::sparc {

// Lifts straight-line code from request.pc to the first instruction that ends a unit, the end of
// the page or request.max_instructions. In mode::delay: the one instruction at request.pc.
void lift_unit(const CpuModel& model, const runtime::LiftRequest& request, ir::Function& function);

} // namespace vestige::sparc
