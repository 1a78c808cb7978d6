// Exact results that all engines share where an op's row in opcodes.inc leaves bits open.
#pragma once

#include <bit>
#include <cstdint>

namespace vestige::ir {

// ---- orderings (order_pack, order_lt, order_gt, order_eq)

// Bit 32 keeps "greater and equal" positive; bit 63 stands for "not greater".
constexpr std::uint64_t pack_order(bool less, bool greater, bool equal) {
    return std::uint64_t{less} << 62 | std::uint64_t{!greater} << 63 | std::uint64_t{1} << 32 |
           std::uint64_t{!equal};
}
constexpr std::uint64_t order_signed(std::uint32_t a, std::uint32_t b) {
    return static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(a)} -
                                      static_cast<std::int32_t>(b));
}
constexpr std::uint64_t order_unsigned(std::uint32_t a, std::uint32_t b) {
    return std::uint64_t{a} - b;
}
constexpr bool order_is_less(std::uint64_t order) { return (order >> 62 & 1) != 0; }
constexpr bool order_is_greater(std::uint64_t order) {
    return static_cast<std::int64_t>(order) > 0;
}
constexpr bool order_is_equal(std::uint64_t order) {
    return static_cast<std::uint32_t>(order) == 0;
}

// ---- float_widen, float_narrow: bits in, bits out

inline constexpr unsigned double_fraction_bits = 52;
inline constexpr unsigned single_fraction_bits = 23;
inline constexpr unsigned exponent_bias_difference = 1023 - 127;

// Power ISA, "DOUBLE(WORD)": every single has its double; a signalling NaN stays one.
constexpr std::uint64_t widen_single(std::uint32_t single) {
    const std::uint64_t sign = std::uint64_t{single >> 31} << 63;
    const std::uint32_t exponent = single >> single_fraction_bits & 0xff;
    const std::uint32_t fraction = single & ((1u << single_fraction_bits) - 1);
    constexpr unsigned shift = double_fraction_bits - single_fraction_bits;
    if (exponent == 0xff)
        return sign | std::uint64_t{0x7ff} << double_fraction_bits |
               std::uint64_t{fraction} << shift;
    if (exponent != 0)
        return sign | std::uint64_t{exponent + exponent_bias_difference} << double_fraction_bits |
               std::uint64_t{fraction} << shift;
    if (fraction == 0) return sign;
    // Denormal: its leading one becomes the hidden bit.
    const unsigned up =
        static_cast<unsigned>(std::countl_zero(fraction)) - (31 - single_fraction_bits);
    const std::uint64_t moved = std::uint64_t{fraction} << up & ((1u << single_fraction_bits) - 1);
    return sign | std::uint64_t{1 + exponent_bias_difference - up} << double_fraction_bits |
           moved << shift;
}

// Power ISA, "SINGLE(DOUBLE)", as the store of a single: bits that do not fit are cut off. Below
// the smallest denormal, which the architecture leaves open: zero of the same sign.
constexpr std::uint32_t narrow_double(std::uint64_t value) {
    const auto sign = static_cast<std::uint32_t>(value >> 63) << 31;
    const auto exponent = static_cast<unsigned>(value >> double_fraction_bits & 0x7ff);
    if (exponent > exponent_bias_difference)
        return static_cast<std::uint32_t>(value >> 32 & 0xc0000000) |
               static_cast<std::uint32_t>(value >> 29 & 0x3fffffff);
    if (exponent + single_fraction_bits <= exponent_bias_difference) return sign;
    const std::uint64_t significand = (value & ((std::uint64_t{1} << double_fraction_bits) - 1)) |
                                      std::uint64_t{1} << double_fraction_bits;
    const unsigned down =
        double_fraction_bits - single_fraction_bits + 1 + (exponent_bias_difference - exponent);
    return sign | static_cast<std::uint32_t>(significand >> down);
}

} // namespace vestige::ir
