// The unpacked form, exact arithmetic on it, and the one place where results are rounded.
//
// Every finite nonzero value is (-1)^negative * significand / 2^(width-1) * 2^exponent, with the
// leading one of the significand in the top bit of its word. An operation works out its exact
// result in this form, or one that rounds alike: what falls off the right end is gathered in the
// last bit ("sticky"). That is safe as long as two bits or more lie between it and the precision.
#pragma once

#include "common/softfloat/environment.h"
#include "common/softfloat/format.h"

#include <bit>
#include <cstdint>
#include <utility>

namespace vestige::softfloat {

__extension__ typedef unsigned __int128 Word128;
using Word64 = std::uint64_t;

constexpr int leading_zeros(Word64 word) { return std::countl_zero(word); }
constexpr int leading_zeros(Word128 word) {
    const auto high = static_cast<Word64>(word >> 64);
    return high ? std::countl_zero(high) : 64 + std::countl_zero(static_cast<Word64>(word));
}

template <class Word> constexpr Word shift_right_sticky(Word word, int count) {
    constexpr int width = 8 * sizeof(Word);
    if (count == 0) return word;
    if (count >= width) return word != 0;
    return (word >> count) | ((word << (width - count)) != 0);
}

template <class Word> struct Exact {
    bool negative = false;
    int exponent = 0;
    Word significand = 0; // 0: the value is zero
};

struct Unpacked : Exact<Word64> {
    // A NaN keeps its fraction in `significand`, the quiet bit in bit 62.
    Class category = Class::zero;
};

template <Format F> constexpr Unpacked unpack(typename F::Bits bits, Subnormals subnormals) {
    const auto fraction = static_cast<Word64>(bits & F::fraction_mask);
    const int biased =
        static_cast<int>((bits & static_cast<typename F::Bits>(~F::sign_bit)) >> F::fraction_bits);
    constexpr int all_ones = (1 << F::exponent_bits) - 1;
    constexpr int to_top = 63 - F::fraction_bits;
    Unpacked value;
    value.negative = is_negative<F>(bits);
    value.significand = fraction << to_top;
    if (biased == all_ones) [[unlikely]] {
        value.category = fraction == 0                    ? Class::infinity
                         : (fraction & F::quiet_bit) != 0 ? Class::quiet_nan
                                                          : Class::signaling_nan;
    } else if (biased != 0) {
        value.category = Class::normal;
        value.exponent = biased - F::bias;
        value.significand |= Word64{1} << 63;
    } else if (fraction != 0) {
        if (subnormals == Subnormals::zeroed) {
            value.significand = 0;
            return value;
        }
        const int zeros = leading_zeros(value.significand);
        value.category = Class::subnormal;
        value.exponent = F::stored_min_exponent - zeros;
        value.significand <<= zeros;
    }
    // A format that rounds to a narrower range than it stores calls more values subnormal.
    if constexpr (!F::native) {
        if (value.category == Class::normal && value.exponent < F::min_exponent) {
            value.category = Class::subnormal;
            if (subnormals == Subnormals::zeroed) {
                value.category = Class::zero;
                value.significand = 0;
            }
        }
    }
    return value;
}

struct Rounded {
    Word64 kept; // the significand without its dropped bits; one more than fits after a carry
    bool inexact;
    bool up;
};

// Drops the last `dropped` bits, 1 to 64 of them.
constexpr Rounded round_off(Word64 significand, int dropped, bool negative, Rounding rounding) {
    constexpr Word64 half = Word64{1} << 63;
    const Word64 rest = significand << (64 - dropped);
    const Word64 kept = dropped == 64 ? 0 : significand >> dropped;
    bool up = false;
    switch (rounding) {
    case Rounding::nearest_even: up = rest > half || (rest == half && (kept & 1) != 0); break;
    case Rounding::toward_zero: break;
    case Rounding::up: up = rest != 0 && !negative; break;
    case Rounding::down: up = rest != 0 && negative; break;
    case Rounding::nearest_away: up = rest >= half; break;
    case Rounding::to_odd: up = rest != 0 && (kept & 1) == 0; break;
    }
    return {kept + up, rest != 0, up};
}

template <Format F> constexpr typename F::Bits signed_bits(bool negative, typename F::Bits bits) {
    return negative ? bits | F::sign_bit : bits;
}

// The largest finite number in the format's rounded range.
template <Format F>
constexpr typename F::Bits largest =
    (static_cast<typename F::Bits>(F::max_exponent + F::bias) << F::fraction_bits) |
    (F::fraction_mask & ~((typename F::Bits{1} << (F::fraction_bits + 1 - F::precision)) - 1));

// Stores kept * 2^(exponent - precision + 1); kept has at most `precision` bits, and fewer only
// if the exponent is the smallest one.
template <Format F> constexpr typename F::Bits pack(bool negative, int exponent, Word64 kept) {
    using Bits = typename F::Bits;
    if constexpr (!F::native) {
        if (kept == 0) return signed_bits<F>(negative, 0);
        const int zeros = leading_zeros(kept);
        exponent += 64 - F::precision - zeros;
        kept = kept << zeros >> (63 - F::fraction_bits);
    }
    constexpr Word64 leading_one = Word64{1} << F::fraction_bits;
    // The leading one adds itself to the exponent field: a subnormal simply lacks it.
    const int below = kept < leading_one ? 0 : exponent + F::bias - 1;
    return signed_bits<F>(negative,
                          (static_cast<Bits>(below) << F::fraction_bits) + static_cast<Bits>(kept));
}

template <Format F>
constexpr Result<typename F::Bits> overflowed(bool negative, Rounding rounding, Facts facts) {
    const bool to_infinity = rounding == Rounding::nearest_even ||
                             rounding == Rounding::nearest_away ||
                             rounding == (negative ? Rounding::down : Rounding::up);
    facts |= Fact::overflow | Fact::inexact;
    if (to_infinity) return {signed_bits<F>(negative, F::infinity), facts | Fact::rounded_up};
    return {signed_bits<F>(negative, largest<F>), facts};
}

// The one rounding: an exact (or sticky) nonzero result becomes bits of F and facts.
template <Format F>
constexpr Result<typename F::Bits>
round_and_pack(const Exact<Word64>& exact, const Environment& environment, Facts facts = {}) {
    constexpr int dropped = 64 - F::precision;
    constexpr Word64 carried = Word64{1} << F::precision;
    const bool negative = exact.negative;
    int exponent = exact.exponent;
    Word64 significand = exact.significand;
    bool wrapped = false;

    if (exponent < F::min_exponent) [[unlikely]] {
        const bool tiny =
            environment.tininess == Tininess::before_rounding || exponent < F::min_exponent - 1 ||
            round_off(significand, dropped, negative, environment.rounding).kept != carried;
        if (tiny) {
            facts |= Fact::tiny;
            if (environment.on_underflow == OutOfRange::wrapped) {
                facts |= Fact::underflow;
                wrapped = exponent + F::wrap >= F::stored_min_exponent;
            } else if (environment.results == Subnormals::zeroed) {
                return {signed_bits<F>(negative, 0), facts | Fact::underflow | Fact::inexact};
            }
        }
        if (wrapped) {
            exponent += F::wrap;
        } else {
            significand = shift_right_sticky(significand, F::min_exponent - exponent);
            exponent = F::min_exponent;
        }
    }

    Rounded rounded = round_off(significand, dropped, negative, environment.rounding);
    if (rounded.kept == carried) {
        rounded.kept >>= 1;
        ++exponent;
    }
    if (exponent > F::max_exponent && !wrapped) [[unlikely]] {
        if (environment.on_overflow == OutOfRange::default_result ||
            exponent - F::wrap > F::stored_max_exponent)
            return overflowed<F>(negative, environment.rounding, facts);
        facts |= Fact::overflow;
        exponent -= F::wrap;
    }
    if (rounded.inexact) {
        facts |= Fact::inexact;
        if (rounded.up) facts |= Fact::rounded_up;
        if (facts.has(Fact::tiny)) facts |= Fact::underflow;
    }
    return {pack<F>(negative, exponent, rounded.kept), facts};
}

// The sum of two nonzero values whose last bit is clear, sticky in the last bit. A zero sum has
// significand 0 and no meaningful sign.
template <class Word> constexpr Exact<Word> sum(Exact<Word> larger, Exact<Word> smaller) {
    if (larger.exponent < smaller.exponent ||
        (larger.exponent == smaller.exponent && larger.significand < smaller.significand))
        std::swap(larger, smaller);
    const Word high = larger.significand >> 1; // room for the carry
    const Word low =
        shift_right_sticky<Word>(smaller.significand >> 1, larger.exponent - smaller.exponent);
    const Word total = larger.negative == smaller.negative ? high + low : high - low;
    if (total == 0) return {};
    const int zeros = leading_zeros(total);
    return {larger.negative, larger.exponent + 1 - zeros, static_cast<Word>(total << zeros)};
}

// The exact product of two nonzero values.
constexpr Exact<Word128> product(const Exact<Word64>& left, const Exact<Word64>& right) {
    Word128 significand = static_cast<Word128>(left.significand) * right.significand;
    int exponent = left.exponent + right.exponent + 1;
    if (leading_zeros(significand) != 0) {
        significand <<= 1;
        --exponent;
    }
    return {left.negative != right.negative, exponent, significand};
}

constexpr Exact<Word128> widened(const Exact<Word64>& value) {
    return {value.negative, value.exponent, static_cast<Word128>(value.significand) << 64};
}

constexpr Exact<Word64> narrowed(const Exact<Word128>& value) {
    const bool sticky = static_cast<Word64>(value.significand) != 0;
    return {value.negative, value.exponent,
            static_cast<Word64>(value.significand >> 64) | static_cast<Word64>(sticky)};
}

} // namespace vestige::softfloat
