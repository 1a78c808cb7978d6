// Bit fields, counted from the least significant bit.
#pragma once

#include <concepts>
#include <cstdint>

namespace vestige {

// `count` bits of `value` from bit `low` up; count is 1 to the width of T less `low`.
template <std::unsigned_integral T> constexpr T bits(T value, unsigned low, unsigned count) {
    const T all = static_cast<T>(~T{0});
    return static_cast<T>(value >> low) & static_cast<T>(all >> (8 * sizeof(T) - count));
}

template <std::unsigned_integral T> constexpr bool bit(T value, unsigned index) {
    return ((value >> index) & 1) != 0;
}

// The low `width` bits of `value` as a signed number.
constexpr std::int64_t sign_extend(std::uint64_t value, unsigned width) {
    const unsigned unused = 64 - width;
    return static_cast<std::int64_t>(value << unused) >> unused;
}

template <std::unsigned_integral T> constexpr T align_down(T value, T alignment) {
    return value & ~(alignment - 1);
}

template <std::unsigned_integral T> constexpr T align_up(T value, T alignment) {
    return (value + alignment - 1) & ~(alignment - 1);
}

} // namespace vestige
