#include "frontend/ppc/fp/operation.h"

#include <type_traits>

#include "common/assertion.h"
#include "common/softfloat/softfloat.h"
#include "frontend/ppc/fp/estimates.h"
#include "frontend/ppc/fp/fpscr.h"
#include "translator/ir/op.h"

namespace vestige::ppc {

namespace {

using softfloat::Class;
using softfloat::Environment;
using softfloat::F64;
using softfloat::F64Single;
using softfloat::Fact;
using softfloat::Facts;
using softfloat::Fused;
using softfloat::Rounding;

// frA, then frB, then frC (Programming Environments, 3.3.6.1.1); a fused operation has its operands
// in the order A, C, B.
using Nan = softfloat::FirstNan<softfloat::DefaultNan::positive, 0, 2, 1>;

// A double's bits that a single has.
constexpr std::uint64_t single_fraction = ~std::uint64_t{0x1fffffff};

constexpr bool is_single(FloatKind kind) {
    switch (kind) {
#define FLOAT(name, operands, result, op, precision)                                               \
    case FloatKind::name:                                                                          \
        return ir::Precision::precision == ir::Precision::single;
#include "frontend/ppc/fp/float_operations.inc"
#undef FLOAT
    case FloatKind::none: break;
    }
    return false;
}

// What does not fit saturates; a NaN is the most negative integer.
FloatOutcome to_integer(std::uint64_t value, Rounding rounding) {
    const auto result = softfloat::to_integer<std::int32_t, F64>(value, rounding);
    const std::int32_t integer = result.facts.has(Fact::nan_operand) ? INT32_MIN : result.value;
    return {static_cast<std::uint32_t>(integer), result.facts};
}

template <class Target>
FloatOutcome evaluate_in(FloatKind kind, std::uint64_t a, std::uint64_t b, std::uint64_t c,
                         const Environment& environment) {
    using namespace softfloat;
    const auto fused = [&](Fused form) -> FloatOutcome {
        const auto result = fused_multiply_add<Target, Nan, F64>(a, b, c, environment, form);
        return {result.value, result.facts};
    };
    const auto plain = [](Result<std::uint64_t> result) -> FloatOutcome {
        return {result.value, result.facts};
    };
    using enum FloatKind;
    switch (kind) {
    case fadd:
    case fadds: return plain(add<Target, Nan, F64>(a, b, environment));
    case fsub:
    case fsubs: return plain(subtract<Target, Nan, F64>(a, b, environment));
    case fmul:
    case fmuls: return plain(multiply<Target, Nan, F64>(a, b, environment));
    case fdiv:
    case fdivs: return plain(divide<Target, Nan, F64>(a, b, environment));
    case fsqrt:
    case fsqrts: return plain(square_root<Target, Nan, F64>(a, environment));
    case fmadd:
    case fmadds: return fused(Fused::multiply_add);
    case fmsub:
    case fmsubs: return fused(Fused::multiply_subtract);
    case fnmadd:
    case fnmadds: return fused(Fused::negative_multiply_add);
    case fnmsub:
    case fnmsubs: return fused(Fused::negative_multiply_subtract);
    case frsp: return plain(convert<F64Single, F64, Nan>(a, environment));
    case fctiw: return to_integer(a, environment.rounding);
    case fctiwz: return to_integer(a, Rounding::toward_zero);
    case fres: return reciprocal_estimate(a);
    case frsqrte: return reciprocal_root_estimate(a);
    case none: break;
    }
    VESTIGE_UNREACHABLE("no such operation");
}

// FPRF by the class of the result (Programming Environments, table 2-5). A single is classified by
// its own range.
template <class Format> std::uint32_t class_bits(std::uint64_t value) {
    using namespace fpscr;
    const std::uint32_t side = softfloat::is_negative<Format>(value) ? fpcc_less : fpcc_greater;
    switch (softfloat::classify<Format>(value)) {
    case Class::zero: return fpcc_equal | (softfloat::is_negative<Format>(value) ? fprf_class : 0);
    case Class::subnormal: return side | fprf_class;
    case Class::normal: return side;
    case Class::infinity: return side | fpcc_unordered;
    case Class::quiet_nan:
    case Class::signaling_nan: break;
    }
    return fprf_class | fpcc_unordered;
}

} // namespace

FloatOutcome evaluate(FloatKind kind, std::uint64_t a, std::uint64_t b, std::uint64_t c,
                      const Environment& environment) {
    if (!is_single(kind)) return evaluate_in<F64>(kind, a, b, c, environment);
    FloatOutcome outcome = evaluate_in<F64Single>(kind, a, b, c, environment);
    // Of a NaN operand that is no single the manual says nothing; a single is what comes out.
    if (softfloat::is_nan<F64>(outcome.value)) outcome.value &= single_fraction;
    return outcome;
}

std::uint32_t exception_bits(Facts facts) {
    if (facts.none()) return 0;
    std::uint32_t bits = 0;
    const auto map = [&](Fact fact, std::uint32_t bit) {
        if (facts.has(fact)) bits |= bit;
    };
    map(Fact::inexact, fpscr::xx);
    map(Fact::overflow, fpscr::ox);
    map(Fact::underflow, fpscr::ux);
    map(Fact::divide_by_zero, fpscr::zx);
    map(Fact::signaling_nan, fpscr::vxsnan);
    map(Fact::infinity_minus_infinity, fpscr::vxisi);
    map(Fact::infinity_over_infinity, fpscr::vxidi);
    map(Fact::zero_over_zero, fpscr::vxzdz);
    map(Fact::infinity_times_zero, fpscr::vximz);
    map(Fact::square_root_of_negative, fpscr::vxsqrt);
    map(Fact::invalid_conversion, fpscr::vxcvi);
    return bits;
}

std::uint32_t result_bits(FloatKind kind, const FloatOutcome& outcome) {
    std::uint32_t bits = 0;
    if (outcome.facts.has(Fact::inexact)) bits |= fpscr::fi;
    if (outcome.facts.has(Fact::rounded_up)) bits |= fpscr::fr;
    // The architecture leaves FPRF of a conversion to an integer undefined: 0, a function of the
    // operation alone like the others.
    if (converts_to_integer(kind)) return bits;
    return bits | (is_single(kind) ? class_bits<F64Single>(outcome.value)
                                   : class_bits<F64>(outcome.value));
}

} // namespace vestige::ppc
