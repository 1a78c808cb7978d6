// PSR as a word (V8 4.2), and the integer condition codes as State::icc has them.
#pragma once

#include <cstdint>

#include "frontend/sparc/state.h"

namespace vestige::sparc {

struct Icc {
    bool n = false, z = false, v = false, c = false;
    bool operator==(const Icc&) const = default;
};

constexpr Icc icc_of(std::uint64_t order, bool carry) {
    const auto low = static_cast<std::uint32_t>(order);
    const bool n = low >> 31 != 0;
    const bool less = (order >> 62 & 1) != 0;
    return {n, low == 0, n != less, carry};
}

// N and Z together, which only a write to PSR can ask for, become N.
constexpr std::uint64_t order_of(Icc icc) {
    const std::uint32_t low = std::uint32_t{icc.n} << 31 | std::uint32_t{!icc.z};
    const std::uint64_t high = icc.n != icc.v ? 0xffffffff : 0;
    return high << 32 | low;
}

inline Icc icc_of(const State& state) { return icc_of(state.icc, state.icc_c != 0); }

// `impl_and_version`: bits 31 to 24.
inline std::uint32_t read_psr(const State& state, unsigned impl_and_version) {
    const Icc icc = icc_of(state);
    const std::uint32_t flags = std::uint32_t{icc.n} << 3 | std::uint32_t{icc.z} << 2 |
                                std::uint32_t{icc.v} << 1 | std::uint32_t{icc.c};
    return impl_and_version << psr::ver_shift | flags << psr::icc_shift |
           (state.enable_float ? psr::ef : 0) | state.pil << psr::pil_shift |
           (state.supervisor ? psr::s : 0) | (state.previous_supervisor ? psr::ps : 0) |
           (state.enable_traps ? psr::et : 0) | state.cwp;
}

} // namespace vestige::sparc
