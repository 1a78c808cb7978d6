// Rules for integer arithmetic, logic, shifts and conversions.
#include <utility>

#include "translator/opt/simplifier.h"

namespace vestige::opt {

using ir::Op;
using ir::Type;
using ir::Value;

Value Simplifier::rewrite_arithmetic(Value value) {
    const Op operation = op(value);
    const Type t = type(value);
    const Value a = argument(value, 0);
    if (operation == Op::neg) return op(a) == Op::neg ? argument(a, 0) : value;
    const Value b = argument(value, 1);
    const std::uint64_t ones = mask_of(t);

    if (operation == Op::sub) {
        if (a == b) return become_constant(value, 0);
        if (is_constant(b)) // one form for what chains of additions leave
            return become(value, Op::add, a, make_constant(t, std::uint64_t{0} - constant(b)));
        if (is(a, 0)) return become(value, Op::neg, b);
        if (op(b) == Op::neg) return become(value, Op::add, a, argument(b, 0));
        return value;
    }
    if (operation == Op::add && op(b) == Op::neg) return become(value, Op::sub, a, argument(b, 0));
    if (operation == Op::add && op(a) == Op::neg) return become(value, Op::sub, b, argument(a, 0));
    if (!is_constant(b)) return value;
    const std::uint64_t c = constant(b);
    switch (operation) {
    case Op::add:
        if (c == 0) return a;
        if (op(a) == Op::add && is_constant(argument(a, 1)))
            return become(value, Op::add, argument(a, 0),
                          make_constant(t, constant(argument(a, 1)) + c));
        return value;
    case Op::mul:
        if (c == 0) return b;
        if (c == 1) return a;
        if (c == ones) return become(value, Op::neg, a);
        if (std::has_single_bit(c))
            return become(value, Op::shl, a,
                          make_constant(t, static_cast<unsigned>(std::countr_zero(c))));
        return value;
    default: return value;
    }
}

namespace {

Op inverse_of(Op comparison) {
    switch (comparison) {
    case Op::cmp_eq: return Op::cmp_ne;
    case Op::cmp_ne: return Op::cmp_eq;
    // a < b is not (b <= a): the arguments change places too.
    case Op::cmp_lt_u: return Op::cmp_le_u;
    case Op::cmp_le_u: return Op::cmp_lt_u;
    case Op::cmp_lt_s: return Op::cmp_le_s;
    case Op::cmp_le_s: return Op::cmp_lt_s;
    default: return Op::copy;
    }
}

} // namespace

Value Simplifier::rewrite_logic(Value value) {
    const Op operation = op(value);
    const Type t = type(value);
    const Value a = argument(value, 0);
    if (operation == Op::not_) {
        if (op(a) == Op::not_) return argument(a, 0);
        if (const Op inverse = inverse_of(op(a)); inverse != Op::copy)
            return become(value, inverse, argument(a, 1), argument(a, 0));
        return value;
    }
    const Value b = argument(value, 1);
    if (a == b) {
        const bool zero = operation == Op::xor_ || operation == Op::and_not;
        return zero ? become_constant(value, 0) : a;
    }
    if (operation == Op::and_not) {
        if (is_constant(b)) return become(value, Op::and_, a, make_constant(t, ~constant(b)));
        if (is(a, 0)) return a;
        if (is(a, mask_of(t))) return become(value, Op::not_, b);
        if (op(b) == Op::not_) return become(value, Op::and_, a, argument(b, 0));
        return value;
    }
    if (operation == Op::and_ && op(b) == Op::not_)
        return become(value, Op::and_not, a, argument(b, 0));
    if (operation == Op::and_ && op(a) == Op::not_ && !is_constant(b))
        return become(value, Op::and_not, b, argument(a, 0));
    if (operation == Op::or_ && t == Type::i1)
        if (const Op joined = joined_comparison(a, b); joined != Op::copy)
            return become(value, joined, argument(a, 0), argument(a, 1));
    if (operation == Op::or_)
        if (const Value low = sign_extended(a, b); low.valid()) return become(value, Op::sext, low);
    if (operation != Op::and_)
        if (const Value shift = rotated(a, b); shift.valid())
            return become(value, Op::rotl, argument(shift, 0), argument(shift, 1));
    if (!is_constant(b)) return value;

    const std::uint64_t c = constant(b);
    const bool chain = op(a) == operation && is_constant(argument(a, 1));
    const std::uint64_t d = chain ? constant(argument(a, 1)) : 0;
    switch (operation) {
    case Op::and_:
        if (chain) return become(value, Op::and_, argument(a, 0), make_constant(t, c & d));
        return rewrite_and_mask(value, a, c);
    case Op::or_:
        if (c == 0) return a;
        if (c == mask_of(t)) return b;
        if (chain) return become(value, Op::or_, argument(a, 0), make_constant(t, c | d));
        return value;
    default: // xor
        if (c == 0) return a;
        if (c == mask_of(t)) return become(value, Op::not_, a);
        if (chain) return become(value, Op::xor_, argument(a, 0), make_constant(t, c ^ d));
        return value;
    }
}

// The shift to the left, if `a` and `b` are the two shifts that guests without a rotate put one
// together of.
Value Simplifier::rotated(Value a, Value b) const {
    if (op(a) == Op::shr) std::swap(a, b);
    if (op(a) != Op::shl || op(b) != Op::shr || argument(a, 0) != argument(b, 0)) return {};
    const Value left = argument(a, 1), right = argument(b, 1);
    if (!is_constant(left) || !is_constant(right)) return {};
    return constant(left) + constant(right) == width(type(a)) ? a : Value{};
}

// The i32, if `a` and `b` put together what an i64 is with its sign in all bits of the upper half:
// so guests say what they divide.
Value Simplifier::sign_extended(Value a, Value b) const {
    if (op(a) == Op::zext) std::swap(a, b);
    if (op(a) != Op::shl || !is(argument(a, 1), 32) || op(b) != Op::zext) return {};
    const Value upper = argument(a, 0), low = argument(b, 0);
    if (op(upper) != Op::zext || type(argument(upper, 0)) != Type::i32) return {};
    const Value sign = argument(upper, 0);
    const bool is_sign =
        op(sign) == Op::sar && argument(sign, 0) == low && is(argument(sign, 1), 31);
    return is_sign ? low : Value{};
}

// A rotate and a mask is how some guests say every shift and bit field.
Value Simplifier::rewrite_and_mask(Value value, Value a, std::uint64_t mask) {
    const std::uint64_t possible = possible_bits(a);
    if ((possible & mask) == 0) return become_constant(value, 0);
    if ((possible & ~mask) == 0) return a;
    const Type t = type(value);
    // Bytes and halfwords are zero-extended at once, and an address may take the shift in.
    if (op(a) == Op::shl && is_constant(argument(a, 1))) {
        const Value by = argument(a, 1);
        const std::uint64_t field = mask >> constant(by) % width(t);
        if (field != 0xff && field != 0xffff) return value;
        const Value extended = make(Op::and_, t, argument(a, 0), make_constant(t, field));
        return become(value, Op::shl, extended, by);
    }
    if (op(a) != Op::rotl || !is_constant(argument(a, 1))) return value;
    const Value source = argument(a, 0), count = argument(a, 1);
    const auto n = static_cast<unsigned>(constant(count) % width(t));
    const std::uint64_t came_round = (std::uint64_t{1} << n) - 1;
    Op shift;
    std::uint64_t shifted; // the bits that a shift has from the source
    Value by = count;
    if ((mask & came_round) == 0) {
        shift = Op::shl;
        shifted = mask_of(t) & ~came_round;
    } else if ((mask & ~came_round) == 0) {
        shift = Op::shr;
        shifted = came_round;
        by = make_constant(t, width(t) - n);
    } else {
        return value;
    }
    if (mask == shifted) return become(value, shift, source, by);
    const Value masked = make(shift, t, source, by);
    return become(value, Op::and_, masked, make_constant(t, mask));
}

Value Simplifier::rewrite_shift(Value value) {
    const Op operation = op(value);
    const Type t = type(value);
    const unsigned bits = width(t);
    const Value a = argument(value, 0), b = argument(value, 1);
    if (is(a, 0)) return a;
    if (!is_constant(b)) {
        // Counts are taken modulo the width anyway.
        if (op(b) == Op::and_ && is_constant(argument(b, 1)) &&
            (constant(argument(b, 1)) & (bits - 1)) == bits - 1)
            return become(value, operation, a, argument(b, 0));
        return value;
    }
    const std::uint64_t count = constant(b) % bits;
    if (count == 0) return a;
    if (count != constant(b)) return become(value, operation, a, make_constant(t, count));
    if (operation == Op::shr && possible_bits(a) >> count == 0) return become_constant(value, 0);
    if (op(a) == operation && is_constant(argument(a, 1))) {
        const std::uint64_t sum = count + constant(argument(a, 1)) % bits;
        const Value source = argument(a, 0);
        if (sum < bits || operation == Op::rotl)
            return become(value, operation, source, make_constant(t, sum % bits));
        if (operation == Op::sar)
            return become(value, operation, source, make_constant(t, bits - 1));
        return become_constant(value, 0);
    }
    if ((operation == Op::shr && op(a) == Op::mul_high_u) ||
        (operation == Op::sar && op(a) == Op::mul_high_s))
        return shift_product(value);
    // Only a count of all zeros has the bit of the width set.
    if (operation == Op::shr && op(a) == Op::clz &&
        count == static_cast<unsigned>(std::countr_zero(bits))) {
        const Value source = argument(a, 0);
        const Value zero = make_constant(type(source), 0);
        return become(value, Op::zext, make(Op::cmp_eq, Type::i1, source, zero));
    }
    return value;
}

Value Simplifier::rewrite_conversion(Value value) {
    const Op operation = op(value);
    const Type t = type(value);
    const Value a = argument(value, 0);
    const Op inner = op(a);
    if (inner != Op::zext && inner != Op::sext && inner != Op::trunc && inner != Op::bitcast)
        return value;
    const Value source = argument(a, 0);
    const Type s = type(source);
    switch (operation) {
    case Op::bitcast: return inner == Op::bitcast ? source : value;
    case Op::zext:
        if (inner == Op::zext) return become(value, Op::zext, source);
        if (inner == Op::trunc && s == t)
            return become(value, Op::and_, source, make_constant(t, mask_of(type(a))));
        return value;
    case Op::sext:
        if (inner == Op::zext || inner == Op::sext) return become(value, inner, source);
        return value;
    case Op::trunc:
        if (inner == Op::bitcast) return value;
        if (s == t) return source;
        if (inner == Op::trunc || width(s) > width(t)) return become(value, Op::trunc, source);
        return become(value, inner, source); // an extension that is cut short
    default: return value;
    }
}

Value Simplifier::rewrite_carry(Value value) {
    const Type t = type(argument(value, 0));
    const Value a = argument(value, 0), b = argument(value, 1), c = argument(value, 2);
    if (!is_constant(c)) {
        const bool plain = op(value) == Op::add_carry && is(b, 0); // the end of a long sum
        return plain ? become(value, Op::add, a, make(Op::zext, t, c)) : value;
    }
    const bool carry_in = constant(c) != 0;
    if (op(value) == Op::add_carry) {
        if (!carry_in) return become(value, Op::add, a, b);
        if (op(b) == Op::not_) return become(value, Op::sub, a, argument(b, 0));
        if (op(a) == Op::not_) return become(value, Op::sub, b, argument(a, 0));
        if (is_constant(b)) return become(value, Op::add, a, make_constant(t, constant(b) + 1));
        return value;
    }
    // a - b borrows iff a < b: the carry of a + ~b + 1 is the opposite.
    if (carry_in) {
        if (op(b) == Op::not_) return become(value, Op::cmp_le_u, argument(b, 0), a);
        if (op(a) == Op::not_) return become(value, Op::cmp_le_u, argument(a, 0), b);
    }
    // a + b exceeds the maximum iff a > maximum - b.
    if (is_constant(b))
        return become(value, carry_in ? Op::cmp_le_u : Op::cmp_lt_u, make_constant(t, ~constant(b)),
                      a);
    return value;
}

} // namespace vestige::opt
