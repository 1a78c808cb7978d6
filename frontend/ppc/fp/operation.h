// What an arithmetic instruction computes, exactly, and what it reports: the one definition behind
// the exact helpers, exact mode and the recomputation of FPRF, FI and FR.
#pragma once

#include <cstdint>

#include "common/softfloat/environment.h"

namespace vestige::ppc {

enum class FloatKind : std::uint8_t {
    none,
#define FLOAT(name, ...) name,
#include "frontend/ppc/fp/float_operations.inc"
#undef FLOAT
};

struct FloatOutcome {
    std::uint64_t value = 0; // bits of a double; fctiw, fctiwz: an integer of 32 bits
    softfloat::Facts facts;
};

// `a`, `b`, `c`: bits of doubles, in the order of the row's operands; what the row lacks is
// ignored.
FloatOutcome evaluate(FloatKind kind, std::uint64_t a, std::uint64_t b, std::uint64_t c,
                      const softfloat::Environment& environment);

// The exception bits of FPSCR (without FX, FEX, VX) that an operation's facts set.
std::uint32_t exception_bits(softfloat::Facts facts);

// FPRF, FI and FR of a result.
std::uint32_t result_bits(FloatKind kind, const FloatOutcome& outcome);

constexpr bool converts_to_integer(FloatKind kind) {
    return kind == FloatKind::fctiw || kind == FloatKind::fctiwz;
}

// The upper half of a register after fctiw, fctiwz and mffs. The architecture leaves it undefined;
// this is what the chips of the 750 family leave there.
inline constexpr std::uint64_t integer_result_high = std::uint64_t{0xfff80000} << 32;

} // namespace vestige::ppc
