// The operation whose cexc FSR would have: State::float_last_kind and float_last.
//
// float_last_kind:
//     bits 0-7  FloatKind; none: FSR has its cexc
//     bit 8     of a single or integer operand rs1: it is in the lower half of its pair
//     bit 9     the same of rs2
// float_last has the pairs with rs1 and rs2, as they were before the operation.
#pragma once

#include <cstdint>

#include "frontend/sparc/fp/operation.h"

namespace vestige::sparc::record {

constexpr std::uint32_t of(FloatKind kind, unsigned rs1, unsigned rs2) {
    return static_cast<std::uint32_t>(kind) | (rs1 & 1) << 8 | (rs2 & 1) << 9;
}
constexpr FloatKind kind(std::uint32_t recorded) { return static_cast<FloatKind>(recorded & 0xff); }
// Operand `index` (0: rs1), of the pair that it is in.
constexpr std::uint64_t operand(std::uint32_t recorded, unsigned index, std::uint64_t pair) {
    if (takes_doubles(kind(recorded))) return pair;
    return recorded >> (8 + index) & 1 ? pair & 0xffffffff : pair >> 32;
}

} // namespace vestige::sparc::record
