// Which types an op takes where its row in opcodes.inc says `t` or `x`.
#pragma once

#include <cstdint>

#include "translator/ir/op.h"
#include "translator/ir/types.h"

namespace vestige::ir {

// A set of types, a bit each.
using TypeSet = std::uint16_t;

template <class... Types> constexpr TypeSet type_set(Types... types) {
    return static_cast<TypeSet>((0u | ... | (1u << static_cast<unsigned>(types))));
}
constexpr bool contains(TypeSet set, Type type) {
    return (set >> static_cast<unsigned>(type) & 1) != 0;
}

// Of the result where it is `t`, else of the first `x` argument.
TypeSet types_of(Op op);

struct LaneRule {
    Op op;
    unsigned widths; // the sum of those that it has
    bool numbered;   // and the number is below
    unsigned (*limit)(unsigned bits);
};

// Null for ops without lanes.
const LaneRule* lane_rule(Op op);

} // namespace vestige::ir
