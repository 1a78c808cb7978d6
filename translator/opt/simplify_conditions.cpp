// Rules for comparisons, orderings, selections and what is left.
#include "translator/opt/simplifier.h"

namespace vestige::opt {

using ir::Op;
using ir::Type;
using ir::Value;

Value Simplifier::rewrite_select(Value value) {
    const Value condition = argument(value, 0), a = argument(value, 1), b = argument(value, 2);
    if (is_constant(condition)) return constant(condition) != 0 ? a : b;
    if (a == b) return a;
    if (op(condition) == Op::not_) return become(value, Op::select, argument(condition, 0), b, a);
    if (!is_integer(type(value))) return value;
    const bool i1 = type(value) == Type::i1;
    if (is(a, 1) && is(b, 0)) return i1 ? condition : become(value, Op::zext, condition);
    if (i1 && is(a, 0) && is(b, 1)) return become(value, Op::not_, condition);
    return value;
}

Value Simplifier::rewrite_comparison(Value value) {
    const Op operation = op(value);
    const Value a = argument(value, 0), b = argument(value, 1);
    const bool strict = operation == Op::cmp_lt_u || operation == Op::cmp_lt_s;
    if (a == b) return become_constant(value, !strict);
    const std::uint64_t ones = mask_of(type(a));
    if (operation == Op::cmp_lt_u) {
        if (is(b, 0) || is(a, ones)) return become_constant(value, 0);
        if (is(a, 0)) return become(value, Op::cmp_ne, b, a);
        if (is(b, 1)) return become(value, Op::cmp_eq, a, make_constant(type(a), 0));
    } else if (operation == Op::cmp_le_u) {
        if (is(a, 0) || is(b, ones)) return become_constant(value, 1);
        if (is(b, 0)) return become(value, Op::cmp_eq, a, b);
        if (is(a, 1)) return become(value, Op::cmp_ne, b, make_constant(type(a), 0));
    }
    return value;
}

Value Simplifier::rewrite_equality(Value value) {
    const Op operation = op(value);
    const bool equal = operation == Op::cmp_eq;
    const Value a = argument(value, 0), b = argument(value, 1);
    if (a == b) return become_constant(value, equal);
    const bool extended = op(a) == op(b) && (op(a) == Op::sext || op(a) == Op::zext);
    if (extended && type(argument(a, 0)) == type(argument(b, 0)))
        return become(value, operation, argument(a, 0), argument(b, 0));
    if (!is_constant(b)) return value;
    const std::uint64_t c = constant(b);
    if (type(a) == Type::i1) {
        if ((c != 0) == equal) return a;
        return become(value, Op::not_, a);
    }
    if ((c & ~possible_bits(a)) != 0) return become_constant(value, !equal);
    // Not seen through: add, sub and xor, whose result is mostly there anyway, with its flags.
    if (op(a) == Op::zext) { // the bits beyond the source are zero in both
        const Value source = argument(a, 0);
        return become(value, operation, source, make_constant(type(source), c));
    }
    return value;
}

Value Simplifier::rewrite_order_test(Value value) {
    const Op test = op(value);
    const Value order = argument(value, 0);
    const bool is_signed = op(order) == Op::order_s;
    if (is_signed || op(order) == Op::order_u) {
        const Op less = is_signed ? Op::cmp_lt_s : Op::cmp_lt_u;
        const Value a = argument(order, 0), b = argument(order, 1);
        if (test == Op::order_eq) return become(value, Op::cmp_eq, a, b);
        return test == Op::order_lt ? become(value, less, a, b) : become(value, less, b, a);
    }
    if (op(order) == Op::order_pack)
        return argument(order, test == Op::order_lt ? 0 : test == Op::order_gt ? 1 : 2);
    return value;
}

Value Simplifier::rewrite_other(Value value) {
    const Op operation = op(value);
    switch (operation) {
    case Op::copy: return argument(value, 0);
    case Op::order_s:
    case Op::order_u:
        return argument(value, 0) == argument(value, 1) ? become_constant(value, 0) : value;
    case Op::byte_swap:
    case Op::float_neg:
    case Op::vec_not: {
        const Value a = argument(value, 0);
        return op(a) == operation ? argument(a, 0) : value;
    }
    case Op::float_abs: {
        const Value a = argument(value, 0);
        if (op(a) == Op::float_abs) return a;
        return op(a) == Op::float_neg ? become(value, Op::float_abs, argument(a, 0)) : value;
    }
    case Op::float_narrow: {
        const Value a = argument(value, 0);
        return op(a) == Op::float_widen ? argument(a, 0) : value;
    }
    case Op::float_half: return rewrite_float_half(value);
    case Op::float_with_half: return rewrite_with_half(value);
    case Op::vec_and:
    case Op::vec_or: {
        const Value a = argument(value, 0);
        return a == argument(value, 1) ? a : value;
    }
    default: return value;
    }
}

} // namespace vestige::opt
