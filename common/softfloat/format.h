// The formats that operations are templates on, and the classes of their values.
//
// A format says how bits are stored and, separately, to which precision and exponent range a
// result is rounded: a PowerPC single-precision instruction rounds to single and keeps the result
// in a double register (F64Single).
//
// Significands of up to 61 bits fit the 64-bit unpacked form of unpacked.h with room for guard
// bits. A wider format (80 or 128 bits) needs that form on a wider word and nothing else here.
#pragma once

#include <concepts>
#include <cstdint>

namespace vestige::softfloat {

template <class BitsType, int stored_exponent_bits, int stored_fraction_bits, int rounded_precision,
          int rounded_max_exponent, int exponent_wrap>
struct BasicFormat {
    using Bits = BitsType;
    // Storage.
    static constexpr int fraction_bits = stored_fraction_bits;
    static constexpr int exponent_bits = stored_exponent_bits;
    static constexpr int bias = (1 << (exponent_bits - 1)) - 1;
    static constexpr int stored_min_exponent = 1 - bias;
    static constexpr int stored_max_exponent = bias;
    static constexpr Bits fraction_mask = (Bits{1} << fraction_bits) - 1;
    static constexpr Bits quiet_bit = Bits{1} << (fraction_bits - 1);
    static constexpr Bits sign_bit = Bits{1} << (fraction_bits + exponent_bits);
    static constexpr Bits infinity = ((Bits{1} << exponent_bits) - 1) << fraction_bits;
    // Rounding: significand bits with the leading one; exponents of 1.x * 2^exponent.
    static constexpr int precision = rounded_precision;
    static constexpr int max_exponent = rounded_max_exponent;
    static constexpr int min_exponent = 1 - rounded_max_exponent;
    // What OutOfRange::wrapped adds to a small exponent and takes from a large one.
    static constexpr int wrap = exponent_wrap;
    // Whether rounding fills the storage exactly.
    static constexpr bool native = precision == fraction_bits + 1 && max_exponent == bias;

    static_assert(precision <= 61 && fraction_bits <= 60);
    static_assert(native || stored_min_exponent <= min_exponent - precision + 1);
};

struct F32 : BasicFormat<std::uint32_t, 8, 23, 24, 127, 192> {};
struct F64 : BasicFormat<std::uint64_t, 11, 52, 53, 1023, 1536> {};
// Stored as a double, rounded to the precision and the range of a single.
struct F64Single : BasicFormat<std::uint64_t, 11, 52, 24, 127, 192> {};

template <class T>
concept Format = requires {
    typename T::Bits;
    { T::precision } -> std::convertible_to<int>;
    { T::native } -> std::convertible_to<bool>;
};

enum class Class : std::uint8_t { zero, subnormal, normal, infinity, quiet_nan, signaling_nan };

constexpr bool is_nan(Class category) { return category >= Class::quiet_nan; }
constexpr bool is_finite_nonzero(Class category) {
    return category == Class::normal || category == Class::subnormal;
}

template <Format F> constexpr bool is_negative(typename F::Bits bits) {
    return (bits & F::sign_bit) != 0;
}

template <Format F> constexpr bool is_nan(typename F::Bits bits) {
    return (bits & ~F::sign_bit) > F::infinity;
}

// Subnormal is meant by the range that results are rounded to: 2^-140 is subnormal in F64Single.
template <Format F> constexpr Class classify(typename F::Bits bits) {
    using Bits = typename F::Bits;
    const Bits magnitude = bits & ~F::sign_bit;
    constexpr Bits smallest_normal = static_cast<Bits>(F::min_exponent + F::bias)
                                     << F::fraction_bits;
    if (magnitude > F::infinity)
        return (bits & F::quiet_bit) ? Class::quiet_nan : Class::signaling_nan;
    if (magnitude == F::infinity) return Class::infinity;
    if (magnitude >= smallest_normal) return Class::normal;
    return magnitude == 0 ? Class::zero : Class::subnormal;
}

} // namespace vestige::softfloat
