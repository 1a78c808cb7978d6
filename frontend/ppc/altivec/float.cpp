// AltiVec floating point (AltiVec Programming Environments Manual 3.2 and 4.2.2): rounds to
// nearest, raises nothing; VSCR[NJ] reads and writes denormals as zeros.
#include "common/softfloat/softfloat.h"
#include "frontend/ppc/altivec/estimates.h"
#include "frontend/ppc/altivec/helpers.h"
#include "frontend/ppc/altivec/host_float.h"
#include "frontend/ppc/altivec/lanes.h"
#include "frontend/ppc/altivec/single_bits.h"

namespace vestige::ppc {

using softfloat::Environment;
using softfloat::F32;
using softfloat::Fact;
using softfloat::Rounding;
using softfloat::Subnormals;
using vector::Lanes;
using vector::Operands;

namespace {

using u32 = std::uint32_t;

// vA, then vB, then vC; a fused operation has its operands in the order A, C, B.
using Nan = softfloat::FirstNan<softfloat::DefaultNan::positive, 0, 2, 1>;

Environment environment_of(const Operands& v, Rounding rounding = Rounding::nearest_even) {
    const auto subnormals =
        vector::reads_subnormals_as_zeros(v) ? Subnormals::zeroed : Subnormals::kept;
    return {.rounding = rounding, .operands = subnormals, .results = subnormals};
}

template <class Function>
void unary(Operands v, Function function, Rounding rounding = Rounding::nearest_even) {
    const Environment environment = environment_of(v, rounding);
    Lanes<u32> lanes = v.get<u32>(v.b);
    for (u32& lane : lanes.lane)
        lane = function(lane, environment);
    v.set(lanes);
}

// The registers of an operation on values.
Environment environment_of(void* state) { return environment_of(Operands(state, 0, 0, 0, 0)); }

template <class Function, class... Vectors>
FloatVector by_lanes(Function function, Vectors... vectors) {
    Lanes<u32> result;
    for (unsigned i = 0; i < result.count; ++i)
        result[i] = function(std::bit_cast<Lanes<u32>>(vectors)[i]...);
    return std::bit_cast<FloatVector>(result);
}

FloatVector fused(void* state, FloatVector a, FloatVector b, FloatVector c, softfloat::Fused form) {
    const Environment environment = environment_of(state);
    return by_lanes(
        [&](u32 x, u32 y, u32 z) {
            return softfloat::fused_multiply_add<F32, Nan>(x, y, z, environment, form).value;
        },
        a, b, c);
}

enum class Extreme { larger, smaller };

// A NaN wins; minus zero is less than zero.
template <Extreme which> void extreme(Operands v) {
    const bool zeroed = vector::reads_subnormals_as_zeros(v);
    vector::lanewise<u32>(v, [=](u32 a, u32 b) {
        if (zeroed) {
            a = vector::without_subnormal(a);
            b = vector::without_subnormal(b);
        }
        const bool a_larger = vector::order_key(a) > vector::order_key(b);
        const u32 number = a_larger == (which == Extreme::larger) ? a : b;
        const u32 second = vector::is_nan(b) ? b | F32::quiet_bit : number;
        return vector::is_nan(a) ? a | F32::quiet_bit : second;
    });
}

// SSE4.1's rounding to integers treats NaNs as AltiVec does, and is told the mode and to raise
// nothing.
template <int mode> __attribute__((target("sse4.1"))) void round_by_host(Operands v) {
    const bool zeroed = vector::reads_subnormals_as_zeros(v);
    Lanes<u32> lanes = v.get<u32>(v.b);
    if (zeroed)
        for (u32& lane : lanes.lane)
            lane = vector::without_subnormal(lane);
    v.state.vr[v.d] =
        std::bit_cast<Vector>(_mm_round_ps(std::bit_cast<__m128>(lanes), mode | _MM_FROUND_NO_EXC));
}

template <int mode> void round(Operands v, Rounding rounding) {
    if (vector::host_has_sse41()) {
        round_by_host<mode>(v);
        return;
    }
    unary(
        v,
        [](u32 value, const Environment& environment) {
            return softfloat::round_to_integral<F32, Nan>(value, environment).value;
        },
        rounding);
}

// a: UIMM, the power of two that an integer is divided by. No scaled integer is denormal.
template <class Integer> void from_integer(Operands v) {
    const u32 scale = v.a << F32::fraction_bits;
    unary(v, [&](u32 lane, const Environment&) {
        const u32 number =
            softfloat::from_integer<F32>(static_cast<Integer>(lane), Environment{}).value;
        return number == 0 ? 0 : number - scale;
    });
}

// a: UIMM, the power of two that a number is multiplied by. A NaN gives zero.
template <class Integer> void to_integer(Operands v) {
    bool saturated = false;
    const std::uint64_t scale = std::uint64_t{v.a} << softfloat::F64::fraction_bits;
    unary(v, [&](u32 lane, const Environment& environment) -> u32 {
        using namespace softfloat;
        if (environment.operands == Subnormals::zeroed && classify<F32>(lane) == Class::subnormal)
            return 0;
        // As a double every scaled single is normal.
        std::uint64_t wide = widen_exactly<F64, F32>(lane);
        if (is_finite_nonzero(classify<F64>(wide))) wide += scale;
        const auto result = softfloat::to_integer<Integer, F64>(wide, Rounding::toward_zero);
        if (result.facts.has(Fact::nan_operand)) return 0;
        saturated |= result.facts.has(Fact::invalid_conversion);
        return static_cast<u32>(result.value);
    });
    v.saturated(saturated);
}

} // namespace

FloatVector vector_float_add(void* state, FloatVector a, FloatVector b) {
    const Environment environment = environment_of(state);
    return by_lanes([&](u32 x, u32 y) { return softfloat::add<F32, Nan>(x, y, environment).value; },
                    a, b);
}
FloatVector vector_float_subtract(void* state, FloatVector a, FloatVector b) {
    const Environment environment = environment_of(state);
    return by_lanes(
        [&](u32 x, u32 y) { return softfloat::subtract<F32, Nan>(x, y, environment).value; }, a, b);
}
FloatVector vector_float_multiply_add(void* state, FloatVector a, FloatVector b, FloatVector c) {
    return fused(state, a, b, c, softfloat::Fused::multiply_add);
}
FloatVector vector_float_negative_multiply_subtract(void* state, FloatVector a, FloatVector b,
                                                    FloatVector c) {
    return fused(state, a, b, c, softfloat::Fused::negative_multiply_subtract);
}

VESTIGE_VECTOR_HELPER(vmaxfp) { extreme<Extreme::larger>(v); }
VESTIGE_VECTOR_HELPER(vminfp) { extreme<Extreme::smaller>(v); }

VESTIGE_VECTOR_HELPER(vrfim) { round<_MM_FROUND_TO_NEG_INF>(v, Rounding::down); }
VESTIGE_VECTOR_HELPER(vrfin) { round<_MM_FROUND_TO_NEAREST_INT>(v, Rounding::nearest_even); }
VESTIGE_VECTOR_HELPER(vrfip) { round<_MM_FROUND_TO_POS_INF>(v, Rounding::up); }
VESTIGE_VECTOR_HELPER(vrfiz) { round<_MM_FROUND_TO_ZERO>(v, Rounding::toward_zero); }

VESTIGE_VECTOR_HELPER(vcfsx) { from_integer<std::int32_t>(v); }
VESTIGE_VECTOR_HELPER(vcfux) { from_integer<std::uint32_t>(v); }
VESTIGE_VECTOR_HELPER(vctsxs) { to_integer<std::int32_t>(v); }
VESTIGE_VECTOR_HELPER(vctuxs) { to_integer<std::uint32_t>(v); }

VESTIGE_VECTOR_HELPER(vrefp) {
    const auto estimate = [](__m128 b) { return _mm_div_ps(_mm_set1_ps(1), b); };
    if (vector::by_host(v, estimate, v.b)) return;
    unary(v, vector::reciprocal_estimate);
}
VESTIGE_VECTOR_HELPER(vrsqrtefp) {
    const auto estimate = [](__m128 b) { return _mm_div_ps(_mm_set1_ps(1), _mm_sqrt_ps(b)); };
    if (vector::by_host(v, estimate, v.b)) return;
    unary(v, vector::reciprocal_root_estimate);
}
VESTIGE_VECTOR_HELPER(vlogefp) { unary(v, vector::logarithm_estimate); }
VESTIGE_VECTOR_HELPER(vexptefp) { unary(v, vector::power_estimate); }

} // namespace vestige::ppc
