// Conversions between formats, to and from integers, and rounding to an integral value.
#pragma once

#include "common/softfloat/environment.h"
#include "common/softfloat/format.h"
#include "common/softfloat/nan.h"
#include "common/softfloat/unpacked.h"

#include <concepts>
#include <limits>
#include <type_traits>

namespace vestige::softfloat {

// From one format to another with rounding. A NaN is quieted and keeps the payload bits that the
// target's *precision* has (arithmetic keeps those that its storage has).
template <Format Target, Format Source, NanPolicy Policy>
constexpr Result<typename Target::Bits> convert(typename Source::Bits bits,
                                                const Environment& environment) {
    const Unpacked value = unpack<Source>(bits, environment.operands);
    const Facts facts = operand_facts(value);
    switch (value.category) {
    case Class::zero: return {signed_bits<Target>(value.negative, 0), facts};
    case Class::infinity: return {signed_bits<Target>(value.negative, Target::infinity), facts};
    case Class::quiet_nan:
    case Class::signaling_nan: {
        Result<typename Target::Bits> nan = propagated_nan<Target, Policy>(facts, value);
        if constexpr (!Target::native)
            nan.value = nan.value >> (Target::fraction_bits + 1 - Target::precision)
                                         << (Target::fraction_bits + 1 - Target::precision);
        return nan;
    }
    case Class::subnormal:
    case Class::normal: break;
    }
    return round_and_pack<Target>(value, environment, facts);
}

// A value moved to a format that holds every value of the source: exact, raises nothing, and a
// signaling NaN stays one (a PowerPC or SPARC load of a single into a double register).
template <Format Target, Format Source>
constexpr typename Target::Bits widen_exactly(typename Source::Bits bits) {
    static_assert(
        Target::precision >= Source::precision && Target::max_exponent >= Source::max_exponent &&
        Target::min_exponent - Target::precision <= Source::min_exponent - Source::precision);
    const Unpacked value = unpack<Source>(bits, Subnormals::kept);
    if (is_nan(value.category)) return pack_nan<Target>(value);
    if (value.category == Class::infinity)
        return signed_bits<Target>(value.negative, Target::infinity);
    if (value.category == Class::zero) return signed_bits<Target>(value.negative, 0);
    return round_and_pack<Target>(value, Environment{}).value;
}

// Where a value lies on the grid of integers. `magnitude` holds whole numbers below 2^64 only.
struct Integral {
    Rounded magnitude;
    bool too_large;
};

constexpr Integral round_to_integer(const Exact<Word64>& value, Rounding rounding) {
    if (value.exponent > 63) return {{0, false, false}, true};
    if (value.exponent == 63) return {{value.significand, false, false}, false};
    // Below a quarter, where it lies no longer matters.
    const bool negligible = value.exponent < -1;
    return {round_off(negligible ? 1 : value.significand, negligible ? 64 : 63 - value.exponent,
                      value.negative, rounding),
            false};
}

// To a signed or unsigned integer of 32 or 64 bits. What does not fit saturates and is an
// invalid_conversion (then neither inexact nor rounded_up). A NaN gives 0 and is an
// invalid_conversion with nan_operand: the guest puts its own number there.
template <std::integral Integer, Format Source>
constexpr Result<Integer> to_integer(typename Source::Bits bits, Rounding rounding,
                                     Subnormals operands = Subnormals::kept) {
    using Limits = std::numeric_limits<Integer>;
    const Unpacked value = unpack<Source>(bits, operands);
    Facts facts = operand_facts(value);
    if (value.category == Class::zero) return {0, facts};
    if (is_nan(value.category)) return {0, facts | Fact::invalid_conversion};
    const Integer saturated = value.negative ? Limits::min() : Limits::max();
    if (value.category == Class::infinity) return {saturated, facts | Fact::invalid_conversion};

    const Integral integral = round_to_integer(value, rounding);
    const Word64 limit = !value.negative             ? Word64{Limits::max()}
                         : std::is_signed_v<Integer> ? Word64{Limits::max()} + 1
                                                     : 0;
    if (integral.too_large || integral.magnitude.kept > limit)
        return {saturated, facts | Fact::invalid_conversion};
    if (integral.magnitude.inexact) facts |= Fact::inexact;
    if (integral.magnitude.up) facts |= Fact::rounded_up;
    const Word64 kept = integral.magnitude.kept;
    return {static_cast<Integer>(value.negative ? 0 - kept : kept), facts};
}

template <Format Target, std::integral Integer>
constexpr Result<typename Target::Bits> from_integer(Integer integer,
                                                     const Environment& environment) {
    if (integer == 0) return {0, {}};
    const bool negative = std::is_signed_v<Integer> && integer < 0;
    const auto extended = static_cast<Word64>(integer); // sign-extends if signed
    const Word64 magnitude = negative ? 0 - extended : extended;
    const int zeros = leading_zeros(magnitude);
    return round_and_pack<Target>({negative, 63 - zeros, magnitude << zeros}, environment);
}

// To an integral value in the same format; a zero result keeps the operand's sign. Never tiny,
// never overflows; inexact and rounded_up are reported, and ignored by guests that do.
template <Format F, NanPolicy Policy>
constexpr Result<typename F::Bits> round_to_integral(typename F::Bits bits,
                                                     const Environment& environment) {
    static_assert(F::native);
    const Unpacked value = unpack<F>(bits, environment.operands);
    Facts facts = operand_facts(value);
    if (facts.has(Fact::nan_operand)) return propagated_nan<F, Policy>(facts, value);
    if (value.category == Class::zero) return {signed_bits<F>(value.negative, 0), facts};
    if (value.category == Class::infinity || value.exponent >= F::precision - 1)
        return {bits, facts};
    const Rounded magnitude = round_to_integer(value, environment.rounding).magnitude;
    if (magnitude.inexact) facts |= Fact::inexact;
    if (magnitude.up) facts |= Fact::rounded_up;
    if (magnitude.kept == 0) return {signed_bits<F>(value.negative, 0), facts};
    const int zeros = leading_zeros(magnitude.kept);
    const Exact<Word64> whole{value.negative, 63 - zeros, magnitude.kept << zeros};
    return {round_and_pack<F>(whole, Environment{}).value, facts};
}

} // namespace vestige::softfloat
