// FPSCR: its bits, and how the exact register comes about (DESIGN.md section 6).
//
// Between reads State::fpscr is behind in three ways: XX may still be MXCSR's sticky flag; FR, FI
// and FPRF are those of the recorded operation (State::float_last_kind, see record.h); FEX and VX
// are not summed up. fold_fpscr() makes it exact. Programming Environments Manual, 2.1.4 and 3.3.6.
#pragma once

#include <cstdint>

#include "common/softfloat/environment.h"
#include "frontend/ppc/state.h"

namespace vestige::ppc {

namespace fpscr {
inline constexpr std::uint32_t fx = 1u << 31;
inline constexpr std::uint32_t fex = 1u << 30;
inline constexpr std::uint32_t vx = 1u << 29;
inline constexpr std::uint32_t ox = 1u << 28;
inline constexpr std::uint32_t ux = 1u << 27;
inline constexpr std::uint32_t zx = 1u << 26;
inline constexpr std::uint32_t xx = 1u << 25;
inline constexpr std::uint32_t vxsnan = 1u << 24;
inline constexpr std::uint32_t vxisi = 1u << 23; // infinity - infinity
inline constexpr std::uint32_t vxidi = 1u << 22; // infinity / infinity
inline constexpr std::uint32_t vxzdz = 1u << 21; // zero / zero
inline constexpr std::uint32_t vximz = 1u << 20; // infinity * zero
inline constexpr std::uint32_t vxvc = 1u << 19;  // compare
inline constexpr std::uint32_t fr = 1u << 18;
inline constexpr std::uint32_t fi = 1u << 17;
inline constexpr std::uint32_t fprf_class = 1u << 16; // C
inline constexpr std::uint32_t fpcc_less = 1u << 15;
inline constexpr std::uint32_t fpcc_greater = 1u << 14;
inline constexpr std::uint32_t fpcc_equal = 1u << 13;
inline constexpr std::uint32_t fpcc_unordered = 1u << 12;
inline constexpr std::uint32_t vxsoft = 1u << 10;
inline constexpr std::uint32_t vxsqrt = 1u << 9;
inline constexpr std::uint32_t vxcvi = 1u << 8;
inline constexpr std::uint32_t ve = 1u << 7;
inline constexpr std::uint32_t oe = 1u << 6;
inline constexpr std::uint32_t ue = 1u << 5;
inline constexpr std::uint32_t ze = 1u << 4;
inline constexpr std::uint32_t xe = 1u << 3;
inline constexpr std::uint32_t ni = 1u << 2;
inline constexpr std::uint32_t rn = 3;

inline constexpr std::uint32_t fpcc = fpcc_less | fpcc_greater | fpcc_equal | fpcc_unordered;
inline constexpr std::uint32_t fprf = fprf_class | fpcc;
inline constexpr std::uint32_t invalid =
    vxsnan | vxisi | vxidi | vxzdz | vximz | vxvc | vxsoft | vxsqrt | vxcvi;
inline constexpr std::uint32_t exceptions = ox | ux | zx | xx | invalid;
inline constexpr std::uint32_t enables = ve | oe | ue | ze | xe;
inline constexpr std::uint32_t exact_mode = enables | ni; // mode::float_exact
inline constexpr std::uint32_t reserved = 1u << 11;       // reads as zero
// What an instruction can write: FEX and VX follow from the others.
inline constexpr std::uint32_t writable = ~(fex | vx | reserved);

// Sets exception bits; FX remembers that one of them was clear.
constexpr std::uint32_t raised(std::uint32_t value, std::uint32_t bits) {
    return value | bits | (bits & ~value ? fx : 0);
}

// With FEX and VX as the other bits have them.
constexpr std::uint32_t summarised(std::uint32_t value) {
    value &= ~(fex | vx);
    if (value & invalid) value |= vx;
    // VX OX UX ZX XX and VE OE UE ZE XE stand in the same order.
    if (value >> 22 & value & enables) value |= fex;
    return value;
}
static_assert(vx >> 22 == ve && ox >> 22 == oe && ux >> 22 == ue && zx >> 22 == ze &&
              xx >> 22 == xe);

constexpr softfloat::Rounding rounding(std::uint32_t value) {
    using softfloat::Rounding;
    constexpr Rounding modes[4] = {Rounding::nearest_even, Rounding::toward_zero, Rounding::up,
                                   Rounding::down};
    return modes[value & rn];
}
} // namespace fpscr

// Makes State::fpscr exact: nothing is recorded any more afterwards, and MXCSR's inexact flag is
// clear. For helpers of effect all_state, and for C++ that looks at a CPU that stands still.
std::uint32_t fold_fpscr(State& state);

// Puts a whole value in FPSCR and its rounding mode in MXCSR (snapshots, debuggers). The caller
// makes the loop look at the mode again.
void set_fpscr(State& state, std::uint32_t value);

// FEX with MSR[FE0] or MSR[FE1]: a program exception is due. FPSCR must have been folded.
inline bool float_exception_due(const State& state) {
    return (state.fpscr & fpscr::fex) && (state.msr & (msr::fe0 | msr::fe1));
}

} // namespace vestige::ppc
