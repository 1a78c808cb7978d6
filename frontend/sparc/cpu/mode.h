// The mode that a state is in: GuestCpu::mode. Every trap and its return ask.
#pragma once

#include <cstdint>

#include "frontend/sparc/fp/fsr.h"
#include "frontend/sparc/state.h"

namespace vestige::sparc {

// All of it but mode::float_exact.
inline std::uint32_t mode_without_floats(const State& state) {
    // Supervisors switch PSR.EF while they run; their code looks at it itself.
    const std::uint32_t unit = state.enable_float ? mode::fpu : 0;
    return (state.supervisor ? mode::supervisor : unit) | (state.delay ? mode::delay : 0);
}

inline std::uint32_t mode_of(const State& state) {
    return mode_without_floats(state) | (needs_exact_mode(state) ? mode::float_exact : 0);
}

// The same from a helper: the unit that has called it is of the right mode in this point, for what
// changes it leaves the unit.
inline std::uint32_t mode_in_helper(const State& state) {
    return mode_without_floats(state) | (state.header.mode() & mode::float_exact);
}

} // namespace vestige::sparc
