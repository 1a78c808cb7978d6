// Between the architecture's registers and the CPU's state as the translator keeps it.
#pragma once

#include "frontend/sparc/cpu_models.h"
#include "frontend/sparc/state.h"
#include "tests/lockstep/sparc/case.h"
#include "translator/runtime/guest_cpu.h"

namespace vestige::sparc::lockstep {

// The window that a case begins in: any, so that the windows of some cases go round the end of the
// register file.
unsigned first_window(const Case& test, const CpuModel& model);

// What an operating system does of a window overflow or underflow trap that has just been taken,
// and its return; and what it would do of the moves back to the outermost window of a case.
void spill_window(State& state, const CpuModel& model, runtime::CpuRuntime& memory);
void fill_window(State& state, const CpuModel& model, runtime::CpuRuntime& memory);
void fill_all_windows(State& state, const CpuModel& model, runtime::CpuRuntime& memory);

void load_state(const Case& test, const CpuModel& model, State& to);
// All but exit and memory. Not const: reading FSR may fold pending flags into it.
void store_state(State& from, const Case& test, const CpuModel& model, Registers& to);

} // namespace vestige::sparc::lockstep
