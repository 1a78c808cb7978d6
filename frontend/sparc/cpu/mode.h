// The mode that a state is in: GuestCpu::mode. Every trap and its return ask.
#pragma once

#include <cstdint>

#include "frontend/sparc/fp/fsr.h"
#include "frontend/sparc/state.h"

namespace vestige::sparc {

inline std::uint32_t mode_of(const State& state) {
    std::uint32_t bits = 0;
    if (state.supervisor) bits |= mode::supervisor;
    // Supervisors switch it while they run; their code looks at PSR.EF itself.
    if (state.enable_float && !state.supervisor) bits |= mode::fpu;
    if (state.delay) bits |= mode::delay;
    if (needs_exact_mode(state)) bits |= mode::float_exact;
    return bits;
}

} // namespace vestige::sparc
