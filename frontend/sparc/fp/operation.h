// What a floating-point operation computes, exactly, and what it reports: the one definition behind
// the exact helpers, exact mode and the recomputation of FSR.cexc.
#pragma once

#include <cstdint>

#include "common/softfloat/comparison.h"
#include "common/softfloat/environment.h"

namespace vestige::sparc {

enum class FloatKind : std::uint8_t {
    none,
#define FLOAT(name, ...) name,
#include "frontend/sparc/fp/float_operations.inc"
#undef FLOAT
    // The others are not evaluate()'s.
    move, // fmovs, fnegs, fabss, fitod: reports nothing
    fcmps,
    fcmpd,
    fcmpes,
    fcmped,
};

struct FloatOutcome {
    std::uint64_t value = 0; // bits of a double, or of a single or an integer in the lower half
    softfloat::Facts facts;
};

// `first` and `second`: bits of rs1 and rs2 as the instruction has them, singles and integers in
// the lower half. An instruction without rs1 ignores `first`.
FloatOutcome evaluate(FloatKind kind, std::uint64_t first, std::uint64_t second,
                      const softfloat::Environment& environment);

struct CompareOutcome {
    softfloat::Relation relation;
    std::uint32_t exceptions; // bits of FSR.cexc
};

constexpr bool is_compare(FloatKind kind) { return kind >= FloatKind::fcmps; }
CompareOutcome compare(FloatKind kind, std::uint64_t first, std::uint64_t second,
                       softfloat::Subnormals operands = softfloat::Subnormals::kept);

// What those facts are in FSR.cexc and, shifted, in aexc.
std::uint32_t exception_bits(softfloat::Facts facts);

// Whether the instruction's operands are doubles in pairs of registers; of loads and moves it is
// not asked.
constexpr bool takes_doubles(FloatKind kind) {
    switch (kind) {
#define FLOAT_IS_DOUBLE_ss false
#define FLOAT_IS_DOUBLE_ww false
#define FLOAT_IS_DOUBLE_s false
#define FLOAT_IS_DOUBLE_w false
#define FLOAT_IS_DOUBLE_i false
#define FLOAT_IS_DOUBLE_dd true
#define FLOAT_IS_DOUBLE_d true
#define FLOAT(name, sources, ...)                                                                  \
    case FloatKind::name:                                                                          \
        return FLOAT_IS_DOUBLE_##sources;
#include "frontend/sparc/fp/float_operations.inc"
#undef FLOAT
    case FloatKind::fcmpd:
    case FloatKind::fcmped: return true;
    default: return false;
    }
}

enum class FloatResult : std::uint8_t { single, double_, integer };
constexpr FloatResult result_of(FloatKind kind) {
    switch (kind) {
#define FLOAT(name, sources, result, op)                                                           \
    case FloatKind::name:                                                                          \
        return FloatResult::result;
#include "frontend/sparc/fp/float_operations.inc"
#undef FLOAT
    default: return FloatResult::single;
    }
}

} // namespace vestige::sparc
