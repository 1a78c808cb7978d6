// FSR (V8 4.4): its bits, how the exact register comes about (DESIGN.md section 6), and the
// deferred-trap queue behind it.
//
// Between reads State::fsr is behind in three ways: aexc's inexact bit may still be MXCSR's sticky
// flag; cexc and ftt are those of the recorded operation (State::float_last_kind, see record.h);
// fcc is State::fcc. read_fsr() puts them together.
#pragma once

#include <cstdint>

#include "common/softfloat/environment.h"
#include "frontend/sparc/state.h"

namespace vestige::sparc {

namespace fsr {
// Exceptions, as cexc has them; aexc and TEM have them in the same order further left.
inline constexpr std::uint32_t inexact = 1 << 0;
inline constexpr std::uint32_t divide_by_zero = 1 << 1;
inline constexpr std::uint32_t underflow = 1 << 2;
inline constexpr std::uint32_t overflow = 1 << 3;
inline constexpr std::uint32_t invalid = 1 << 4;
inline constexpr std::uint32_t cexc = 0x1f;
inline constexpr unsigned aexc_shift = 5;
inline constexpr std::uint32_t aexc = cexc << aexc_shift;
inline constexpr unsigned fcc_shift = 10; // equal, less, greater, unordered
inline constexpr std::uint32_t fcc = 3u << fcc_shift;
inline constexpr std::uint32_t qne = 1u << 13; // the queue is not empty
inline constexpr unsigned ftt_shift = 14;
inline constexpr std::uint32_t ftt = 7u << ftt_shift;
inline constexpr std::uint32_t ver = 7u << 17;
inline constexpr std::uint32_t ns = 1u << 22;
inline constexpr unsigned tem_shift = 23;
inline constexpr std::uint32_t tem = cexc << tem_shift;
inline constexpr unsigned rd_shift = 30;
inline constexpr std::uint32_t rd = 3u << rd_shift;

inline constexpr std::uint32_t exact_mode = tem | ns; // mode::float_exact
// What ldfsr writes.
inline constexpr std::uint32_t writable = rd | tem | ns | fcc | aexc | cexc;

// ftt (V8 table 4-4).
enum class TrapType : std::uint8_t {
    none,
    ieee_754_exception,
    unfinished_fpop,
    unimplemented_fpop,
    sequence_error,
};
constexpr std::uint32_t with_trap_type(std::uint32_t value, TrapType type) {
    return (value & ~ftt) | static_cast<std::uint32_t>(type) << ftt_shift;
}

constexpr softfloat::Rounding rounding(std::uint32_t value) {
    using softfloat::Rounding;
    constexpr Rounding modes[4] = {Rounding::nearest_even, Rounding::toward_zero, Rounding::up,
                                   Rounding::down};
    return modes[value >> rd_shift];
}
} // namespace fsr

// FSR as stfsr stores it. Nothing is recorded any more afterwards, and MXCSR's inexact flag is
// clear. For helpers of effect all_state, and for C++ that looks at a CPU that stands still.
std::uint32_t read_fsr(State& state);

// Puts a whole value in FSR and its rounding mode in MXCSR (snapshots, debuggers; ldfsr keeps ver,
// ftt and qne). The caller makes the loop look at the mode again.
void set_fsr(State& state, std::uint32_t value);

// mode::float_exact: what generated code cannot do by itself. Every instruction of the FPU then
// asks a helper.
inline bool needs_exact_mode(const State& state) {
    return (state.fsr & fsr::exact_mode) != 0 || state.float_unit != FloatUnit::execute;
}

} // namespace vestige::sparc
