// Between the architecture's registers and the CPU's state as the translator keeps it.
#pragma once

#include "frontend/ppc/state.h"
#include "tests/lockstep/case.h"

namespace vestige::ppc::lockstep {

void load_state(const Registers& from, State& to);
// All but exit and memory. Not const: reading FPSCR may fold pending flags into it.
void store_state(State& from, Registers& to);

} // namespace vestige::ppc::lockstep
