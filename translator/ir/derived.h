// Ops that a recovery entry can make by itself of two i32 (RecoveryEntry::op): what only recovery
// maps want costs nothing on the straight way then.
#pragma once

#include <cstdint>

#include "common/assertion.h"
#include "translator/ir/op.h"
#include "translator/ir/semantics.h"
#include "translator/ir/types.h"

namespace vestige::ir {

inline constexpr Op derived_ops[] = {Op::order_s, Op::order_u,    Op::cmp_lt_u,  Op::cmp_eq,
                                     Op::add,     Op::sub,        Op::and_,      Op::or_,
                                     Op::xor_,    Op::shl,        Op::shr,       Op::sar,
                                     Op::rotl,    Op::mul_high_s, Op::mul_high_u};

// What a recovery entry of Op::select tests by itself.
inline constexpr Op derived_tests[] = {Op::cmp_eq,   Op::cmp_ne,   Op::cmp_lt_u,
                                       Op::cmp_le_u, Op::cmp_lt_s, Op::cmp_le_s};
constexpr bool is_derived_test(Op op) {
    for (const Op other : derived_tests)
        if (op == other) return true;
    return false;
}

constexpr bool is_derived_op(Op op) {
    for (const Op other : derived_ops)
        if (op == other) return true;
    return false;
}

// A carry is "less", or "equal to zero" if the other is 1.
constexpr bool is_derived_condition(Op op) { return op == Op::cmp_lt_u || op == Op::cmp_eq; }

// Of two values: flags, orderings, upper halves of products. The others are worth it for a value
// and a constant alone.
constexpr bool derives_from_two(Op op) {
    return op == Op::order_s || op == Op::order_u || op == Op::mul_high_s || op == Op::mul_high_u ||
           is_derived_condition(op);
}

constexpr Type derived_type(Op op) {
    if (op == Op::order_s || op == Op::order_u) return Type::i64;
    return is_derived_condition(op) ? Type::i1 : Type::i32;
}

inline std::uint64_t derived_value(Op op, std::uint32_t a, std::uint32_t b) {
    const unsigned count = b % 32;
    switch (op) {
    case Op::order_s: return order_signed(a, b);
    case Op::order_u: return order_unsigned(a, b);
    case Op::cmp_lt_u: return a < b;
    case Op::cmp_le_u: return a <= b;
    case Op::cmp_lt_s: return static_cast<std::int32_t>(a) < static_cast<std::int32_t>(b);
    case Op::cmp_le_s: return static_cast<std::int32_t>(a) <= static_cast<std::int32_t>(b);
    case Op::cmp_eq: return a == b;
    case Op::cmp_ne: return a != b;
    case Op::add: return std::uint32_t{a + b};
    case Op::sub: return std::uint32_t{a - b};
    case Op::and_: return a & b;
    case Op::or_: return a | b;
    case Op::xor_: return a ^ b;
    case Op::shl: return std::uint32_t{a << count};
    case Op::shr: return a >> count;
    case Op::sar: return static_cast<std::uint32_t>(static_cast<std::int32_t>(a) >> count);
    case Op::mul_high_s:
        return static_cast<std::uint32_t>(
            std::int64_t{static_cast<std::int32_t>(a)} * static_cast<std::int32_t>(b) >> 32);
    case Op::mul_high_u: return static_cast<std::uint32_t>(std::uint64_t{a} * b >> 32);
    case Op::rotl: return std::rotl(a, static_cast<int>(count));
    default: VESTIGE_UNREACHABLE("no op that recovery entries make");
    }
}

} // namespace vestige::ir
