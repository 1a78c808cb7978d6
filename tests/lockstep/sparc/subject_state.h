// Between the architecture's registers and the CPU's state as the translator keeps it.
#pragma once

#include "frontend/sparc/cpu_models.h"
#include "frontend/sparc/state.h"
#include "tests/lockstep/sparc/case.h"

namespace vestige::sparc::lockstep {

// The window that a case begins in: any, so that the windows of some cases go round the end of the
// register file.
unsigned first_window(const Case& test, const CpuModel& model);

void load_state(const Case& test, const CpuModel& model, State& to);
// All but exit and memory. Not const: reading FSR may fold pending flags into it.
void store_state(State& from, const Case& test, const CpuModel& model, Registers& to);

} // namespace vestige::sparc::lockstep
