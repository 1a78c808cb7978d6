// Rules for floating point: halves of doubles, and comparisons that are two in one.
#include <utility>

#include "translator/opt/simplifier.h"

namespace vestige::opt {

using ir::Half;
using ir::Op;
using ir::Value;

// What is put into a half comes out of it; the other half is that of the double before.
Value Simplifier::rewrite_float_half(Value value) {
    const Value number = argument(value, 0);
    const std::uint64_t half = at(value).imm;
    if (is_constant(number))
        return become_constant(
            value, constant(number) >> (half == static_cast<std::uint64_t>(Half::upper) ? 32 : 0));
    if (op(number) != Op::float_with_half) return value;
    if (at(number).imm == half) return argument(number, 1);
    const Value before = argument(number, 0);
    become(value, Op::float_half, before);
    function_[value].imm = half;
    return value;
}

Value Simplifier::rewrite_with_half(Value value) {
    const Value number = argument(value, 0), bits = argument(value, 1);
    const std::uint64_t half = at(value).imm;
    const auto is_half_of = [&](Value part, Value whole, std::uint64_t which) {
        return op(part) == Op::float_half && argument(part, 0) == whole && at(part).imm == which;
    };
    if (is_half_of(bits, number, half)) return number;
    if (op(number) != Op::float_with_half) return value;
    if (at(number).imm == half) {
        const Value before = argument(number, 0);
        become(value, Op::float_with_half, before, bits);
        function_[value].imm = half;
        return value;
    }
    // A double moved in two halves.
    if (op(bits) == Op::float_half && at(bits).imm == half &&
        is_half_of(argument(number, 1), argument(bits, 0), half ^ 1))
        return argument(bits, 0);
    return value;
}

// The comparison that holds where `a` or `b` does, both of the same numbers. Op::copy: none.
Op Simplifier::joined_comparison(Value a, Value b) const {
    if (op(a) == Op::float_eq) std::swap(a, b);
    if (op(b) != Op::float_eq) return Op::copy;
    if (argument(a, 0) != argument(b, 0) || argument(a, 1) != argument(b, 1)) return Op::copy;
    switch (op(a)) {
    case Op::float_lt: return Op::float_le;
    case Op::float_gt: return Op::float_ge;
    default: return Op::copy;
    }
}

} // namespace vestige::opt
