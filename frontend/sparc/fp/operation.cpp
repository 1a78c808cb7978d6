#include "frontend/sparc/fp/operation.h"

#include "common/assertion.h"
#include "common/softfloat/softfloat.h"
#include "frontend/sparc/fp/fsr.h"

namespace vestige::sparc {

namespace {

using softfloat::Environment;
using softfloat::F32;
using softfloat::F64;
using softfloat::Fact;
using softfloat::Facts;
using softfloat::Rounding;

// V8 table N-1: a signaling NaN before a quiet one, rs2 before rs1; what an invalid operation on
// numbers makes has all bits of its fraction set.
using Nan = softfloat::FirstSignalingNan<softfloat::DefaultNan::positive_all_ones, 1, 0>;

template <class Bits> FloatOutcome outcome(softfloat::Result<Bits> result) {
    return {result.value, result.facts};
}

// Toward zero, whatever FSR.RD is (B.33). What does not fit saturates (V8 N.5).
template <class Source>
FloatOutcome to_integer(typename Source::Bits value, const Environment& environment) {
    const auto result = softfloat::to_integer<std::int32_t, Source>(value, Rounding::toward_zero,
                                                                    environment.operands);
    const std::int32_t integer = result.facts.has(Fact::nan_operand) ? INT32_MAX : result.value;
    return {static_cast<std::uint32_t>(integer), result.facts};
}

} // namespace

FloatOutcome evaluate(FloatKind kind, std::uint64_t first, std::uint64_t second,
                      const Environment& environment) {
    using namespace softfloat;
    const auto a = static_cast<std::uint32_t>(first), b = static_cast<std::uint32_t>(second);
    using enum FloatKind;
    switch (kind) {
    case fitos: return outcome(from_integer<F32>(static_cast<std::int32_t>(b), environment));
    case fstoi: return to_integer<F32>(b, environment);
    case fdtoi: return to_integer<F64>(second, environment);
    case fstod: return outcome(convert<F64, F32, Nan>(b, environment));
    case fdtos: return outcome(convert<F32, F64, Nan>(second, environment));
    case fsqrts: return outcome(square_root<F32, Nan>(b, environment));
    case fsqrtd: return outcome(square_root<F64, Nan>(second, environment));
    case fadds: return outcome(add<F32, Nan>(a, b, environment));
    case faddd: return outcome(add<F64, Nan>(first, second, environment));
    case fsubs: return outcome(subtract<F32, Nan>(a, b, environment));
    case fsubd: return outcome(subtract<F64, Nan>(first, second, environment));
    case fmuls: return outcome(multiply<F32, Nan>(a, b, environment));
    case fmuld: return outcome(multiply<F64, Nan>(first, second, environment));
    case fsmuld: return outcome(multiply<F64, Nan, F32>(a, b, environment));
    case fdivs: return outcome(divide<F32, Nan>(a, b, environment));
    case fdivd: return outcome(divide<F64, Nan>(first, second, environment));
    default: VESTIGE_UNREACHABLE("no arithmetic operation");
    }
}

CompareOutcome compare(FloatKind kind, std::uint64_t first, std::uint64_t second,
                       softfloat::Subnormals operands) {
    const auto result = takes_doubles(kind)
                            ? softfloat::compare<F64>(first, second, operands)
                            : softfloat::compare<F32>(static_cast<std::uint32_t>(first),
                                                      static_cast<std::uint32_t>(second), operands);
    const bool loud = kind == FloatKind::fcmpes || kind == FloatKind::fcmped;
    const bool invalid = result.facts.has(loud ? Fact::nan_operand : Fact::signaling_nan);
    return {result.value, invalid ? fsr::invalid : 0};
}

std::uint32_t exception_bits(Facts facts) {
    std::uint32_t bits = 0;
    if (facts.invalid()) bits |= fsr::invalid;
    if (facts.has(Fact::overflow)) bits |= fsr::overflow;
    if (facts.has(Fact::underflow)) bits |= fsr::underflow;
    if (facts.has(Fact::divide_by_zero)) bits |= fsr::divide_by_zero;
    if (facts.has(Fact::inexact)) bits |= fsr::inexact;
    return bits;
}

} // namespace vestige::sparc
