// Add, subtract, multiply, divide, square root and fused multiply-add.
//
//   add<Target, Policy, Source>(a, b, environment)
//
// Operands are bits of Source (Target if left out), the result is rounded once, to Target:
// add<F32, P, F64> adds doubles into a single without a double rounding in between.
#pragma once

#include "common/softfloat/environment.h"
#include "common/softfloat/format.h"
#include "common/softfloat/nan.h"
#include "common/softfloat/unpacked.h"

namespace vestige::softfloat {

// The integer square root of a radicand from 2^124 up to below 2^126, shifted left by one so that
// its leading one is the top bit, and sticky in the last.
Word64 square_root_significand(Word128 radicand);

template <Format F> constexpr Result<typename F::Bits> signed_zero(bool negative, Facts facts) {
    return {signed_bits<F>(negative, 0), facts};
}

template <Format F> constexpr Result<typename F::Bits> signed_infinity(bool negative, Facts facts) {
    return {signed_bits<F>(negative, F::infinity), facts};
}

// x + y of two zeros, or of two numbers that cancel.
constexpr bool zero_sum_is_negative(bool left, bool right, Rounding rounding) {
    return left == right ? left : rounding == Rounding::down;
}

// The sum of numbers and infinities.
template <Format Target, NanPolicy Policy>
constexpr Result<typename Target::Bits> add_unpacked(const Unpacked& a, const Unpacked& b,
                                                     const Environment& environment, Facts facts) {
    if (is_finite_nonzero(a.category) && is_finite_nonzero(b.category)) [[likely]] {
        const Exact<Word64> total = sum<Word64>(a, b);
        if (total.significand == 0)
            return signed_zero<Target>(environment.rounding == Rounding::down, facts);
        return round_and_pack<Target>(total, environment, facts);
    }
    if (a.category == Class::infinity) {
        if (b.category == Class::infinity && a.negative != b.negative)
            return invalid_result<Target, Policy>(facts | Fact::infinity_minus_infinity);
        return signed_infinity<Target>(a.negative, facts);
    }
    if (b.category == Class::infinity) return signed_infinity<Target>(b.negative, facts);
    if (a.category != Class::zero) return round_and_pack<Target>(a, environment, facts);
    if (b.category != Class::zero) return round_and_pack<Target>(b, environment, facts);
    return signed_zero<Target>(zero_sum_is_negative(a.negative, b.negative, environment.rounding),
                               facts);
}

template <Format Target, NanPolicy Policy, Format Source = Target>
constexpr Result<typename Target::Bits>
add(typename Source::Bits a_bits, typename Source::Bits b_bits, const Environment& environment) {
    const Unpacked a = unpack<Source>(a_bits, environment.operands);
    const Unpacked b = unpack<Source>(b_bits, environment.operands);
    const Facts facts = operand_facts(a, b);
    if (facts.has(Fact::nan_operand)) return propagated_nan<Target, Policy>(facts, a, b);
    return add_unpacked<Target, Policy>(a, b, environment, facts);
}

template <Format Target, NanPolicy Policy, Format Source = Target>
constexpr Result<typename Target::Bits> subtract(typename Source::Bits a_bits,
                                                 typename Source::Bits b_bits,
                                                 const Environment& environment) {
    const Unpacked a = unpack<Source>(a_bits, environment.operands);
    Unpacked b = unpack<Source>(b_bits, environment.operands);
    const Facts facts = operand_facts(a, b);
    if (facts.has(Fact::nan_operand)) return propagated_nan<Target, Policy>(facts, a, b);
    b.negative = !b.negative;
    return add_unpacked<Target, Policy>(a, b, environment, facts);
}

template <Format Target, NanPolicy Policy, Format Source = Target>
constexpr Result<typename Target::Bits> multiply(typename Source::Bits a_bits,
                                                 typename Source::Bits b_bits,
                                                 const Environment& environment) {
    const Unpacked a = unpack<Source>(a_bits, environment.operands);
    const Unpacked b = unpack<Source>(b_bits, environment.operands);
    const Facts facts = operand_facts(a, b);
    if (is_finite_nonzero(a.category) && is_finite_nonzero(b.category)) [[likely]]
        return round_and_pack<Target>(narrowed(product(a, b)), environment, facts);
    if (facts.has(Fact::nan_operand)) return propagated_nan<Target, Policy>(facts, a, b);
    const bool negative = a.negative != b.negative;
    const bool any_zero = a.category == Class::zero || b.category == Class::zero;
    if (a.category == Class::infinity || b.category == Class::infinity) {
        if (any_zero) return invalid_result<Target, Policy>(facts | Fact::infinity_times_zero);
        return signed_infinity<Target>(negative, facts);
    }
    return signed_zero<Target>(negative, facts);
}

// The quotient of two nonzero values, sticky in the last bit.
constexpr Exact<Word64> quotient(const Exact<Word64>& a, const Exact<Word64>& b) {
    // The dividend is shifted so far that the quotient fills its word: its top bit is set.
    const bool below_one = a.significand < b.significand;
    const Word128 dividend = static_cast<Word128>(a.significand) << (below_one ? 64 : 63);
    const auto whole = static_cast<Word64>(dividend / b.significand);
    const bool sticky = static_cast<Word64>(dividend) != whole * b.significand;
    return {a.negative != b.negative, a.exponent - b.exponent - below_one,
            whole | static_cast<Word64>(sticky)};
}

template <Format Target, NanPolicy Policy, Format Source = Target>
constexpr Result<typename Target::Bits>
divide(typename Source::Bits a_bits, typename Source::Bits b_bits, const Environment& environment) {
    const Unpacked a = unpack<Source>(a_bits, environment.operands);
    const Unpacked b = unpack<Source>(b_bits, environment.operands);
    const Facts facts = operand_facts(a, b);
    if (is_finite_nonzero(a.category) && is_finite_nonzero(b.category)) [[likely]]
        return round_and_pack<Target>(quotient(a, b), environment, facts);
    if (facts.has(Fact::nan_operand)) return propagated_nan<Target, Policy>(facts, a, b);
    const bool negative = a.negative != b.negative;
    if (a.category == Class::infinity) {
        if (b.category == Class::infinity)
            return invalid_result<Target, Policy>(facts | Fact::infinity_over_infinity);
        return signed_infinity<Target>(negative, facts);
    }
    if (b.category == Class::infinity) return signed_zero<Target>(negative, facts);
    if (b.category == Class::zero) {
        if (a.category == Class::zero)
            return invalid_result<Target, Policy>(facts | Fact::zero_over_zero);
        return signed_infinity<Target>(negative, facts | Fact::divide_by_zero);
    }
    return signed_zero<Target>(negative, facts);
}

template <Format Target, NanPolicy Policy, Format Source = Target>
inline Result<typename Target::Bits> square_root(typename Source::Bits bits,
                                                 const Environment& environment) {
    const Unpacked value = unpack<Source>(bits, environment.operands);
    const Facts facts = operand_facts(value);
    if (facts.has(Fact::nan_operand)) return propagated_nan<Target, Policy>(facts, value);
    if (value.category == Class::zero) return signed_zero<Target>(value.negative, facts);
    if (value.negative)
        return invalid_result<Target, Policy>(facts | Fact::square_root_of_negative);
    if (value.category == Class::infinity) return signed_infinity<Target>(false, facts);
    // An even exponent is halved; an odd one lends a factor of two to the significand.
    const int odd = value.exponent & 1;
    const Word128 radicand = static_cast<Word128>(value.significand) << (61 + odd);
    const Exact<Word64> root{false, (value.exponent - odd) / 2, square_root_significand(radicand)};
    return round_and_pack<Target>(root, environment, facts);
}

// PowerPC's four forms. The negated ones negate the rounded result unless it is a NaN, so a
// directed rounding sees the result before it is negated.
enum class Fused : std::uint8_t {
    multiply_add,               // a * c + b
    multiply_subtract,          // a * c - b
    negative_multiply_add,      // -(a * c + b)
    negative_multiply_subtract, // -(a * c - b)
};

// One rounding for both steps. For the NaN policy, a is operand 0, c is 1, and the addend b is 2;
// a NaN addend is propagated with its sign untouched.
template <Format Target, NanPolicy Policy, Format Source = Target>
constexpr Result<typename Target::Bits>
fused_multiply_add(typename Source::Bits a_bits, typename Source::Bits c_bits,
                   typename Source::Bits b_bits, const Environment& environment,
                   Fused form = Fused::multiply_add) {
    const Unpacked a = unpack<Source>(a_bits, environment.operands);
    const Unpacked c = unpack<Source>(c_bits, environment.operands);
    Unpacked b = unpack<Source>(b_bits, environment.operands);
    Facts facts = operand_facts(a, c, b);
    const bool infinite_product = a.category == Class::infinity || c.category == Class::infinity;
    const bool zero_product = a.category == Class::zero || c.category == Class::zero;
    if (infinite_product && zero_product) facts |= Fact::infinity_times_zero;
    if (facts.has(Fact::nan_operand)) return propagated_nan<Target, Policy>(facts, a, c, b);
    if (facts.invalid()) return invalid_result<Target, Policy>(facts);

    if (form == Fused::multiply_subtract || form == Fused::negative_multiply_subtract)
        b.negative = !b.negative;
    const bool negate =
        form == Fused::negative_multiply_add || form == Fused::negative_multiply_subtract;
    const auto finish = [negate](Result<typename Target::Bits> result) {
        if (negate) result.value ^= Target::sign_bit;
        return result;
    };

    const bool product_negative = a.negative != c.negative;
    if (infinite_product) {
        if (b.category == Class::infinity && b.negative != product_negative)
            return invalid_result<Target, Policy>(facts | Fact::infinity_minus_infinity);
        return finish(signed_infinity<Target>(product_negative, facts));
    }
    if (b.category == Class::infinity) return finish(signed_infinity<Target>(b.negative, facts));
    if (zero_product) {
        if (b.category != Class::zero) return finish(round_and_pack<Target>(b, environment, facts));
        return finish(signed_zero<Target>(
            zero_sum_is_negative(product_negative, b.negative, environment.rounding), facts));
    }
    Exact<Word128> total = product(a, c);
    if (b.category != Class::zero) total = sum<Word128>(total, widened(b));
    if (total.significand == 0)
        return finish(signed_zero<Target>(environment.rounding == Rounding::down, facts));
    return finish(round_and_pack<Target>(narrowed(total), environment, facts));
}

} // namespace vestige::softfloat
