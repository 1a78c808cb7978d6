// The bits of singles, without branches, so that loops over lanes become the host's vectors.
#pragma once

#include <cstdint>

#include "frontend/ppc/altivec/lanes.h"

namespace vestige::ppc::vector {

inline constexpr std::uint32_t single_sign = 1u << 31, single_magnitude = ~single_sign,
                               single_infinity = 0x7f800000;

inline bool reads_subnormals_as_zeros(const Operands& v) { return (v.state.vscr & vscr_nj) != 0; }

constexpr bool is_nan(std::uint32_t value) { return (value & single_magnitude) > single_infinity; }

constexpr std::uint32_t without_subnormal(std::uint32_t value) {
    return value & single_infinity ? value : value & single_sign;
}

// Signed integers in the order of the numbers; minus zero just below zero.
constexpr std::int32_t order_key(std::uint32_t value) {
    const auto number = static_cast<std::int32_t>(value);
    return number ^ static_cast<std::int32_t>(static_cast<std::uint32_t>(number >> 31) >> 1);
}

// The same with one zero.
constexpr std::int32_t compare_key(std::uint32_t value, bool zeroed) {
    const std::uint32_t kept = zeroed ? without_subnormal(value) : value;
    return kept & single_magnitude ? order_key(kept) : 0;
}

} // namespace vestige::ppc::vector
