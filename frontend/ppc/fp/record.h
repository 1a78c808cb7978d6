// The operation whose FPRF, FI and FR FPSCR would have: State::float_last_kind and float_last.
//
// float_last_kind, as generated code writes it with as few instructions as it can:
//     bits 8-15  FloatKind, operands in float_last in the order of its row
//     bit 0      a compare came after it: FPCC is that of an ordering (Op::order_pack) whose
//     bits 31,30 are the ordering's bits 63,62, and whose
//     bit 1      is its bit 0
// A compare changes FPCC and leaves C, FI and FR as they are; so it does not replace the operation.
#pragma once

#include <cstdint>

#include "frontend/ppc/fp/operation.h"

namespace vestige::ppc::record {

inline constexpr std::uint32_t kind_mask = 0xff00;

constexpr std::uint32_t of(FloatKind kind) { return static_cast<std::uint32_t>(kind) << 8; }
constexpr FloatKind kind(std::uint32_t recorded) {
    return static_cast<FloatKind>(recorded >> 8 & 0xff);
}

constexpr bool compared(std::uint32_t recorded) { return recorded & 1; }
constexpr std::uint64_t ordering(std::uint32_t recorded) {
    return std::uint64_t{recorded & 0xc0000000} << 32 | std::uint64_t{1} << 32 |
           (recorded >> 1 & 1);
}

} // namespace vestige::ppc::record
