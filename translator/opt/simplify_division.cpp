// Rules for divisions.
#include "translator/opt/simplifier.h"

namespace vestige::opt {

using ir::Op;
using ir::Type;
using ir::Value;

Value Simplifier::rewrite_division(Value value) {
    const bool is_signed = op(value) == Op::div_s;
    const Type t = type(value);
    const Value a = argument(value, 0), b = argument(value, 1);
    if (is_constant(b)) {
        const std::uint64_t c = constant(b);
        if (c == 0) return b;
        if (c == 1) return a;
        if (is_signed && c == mask_of(t)) return become(value, Op::neg, a);
        if (!is_signed && std::has_single_bit(c))
            return become(value, Op::shr, a,
                          make_constant(t, static_cast<unsigned>(std::countr_zero(c))));
    }
    if (t == Type::i64) return narrow_division(value);
    if (t == Type::i32 && !is_signed && is_constant(b)) return divide_by_constant(value);
    return value;
}

// Guests that divide 64 bits by 32 mostly have an extended number there, whose division takes the
// host half as long.
Value Simplifier::narrow_division(Value value) {
    const Value a = argument(value, 0), b = argument(value, 1);
    const bool is_signed = op(value) == Op::div_s;
    const Op extension = is_signed ? Op::sext : Op::zext;
    const auto is_extended = [&](Value v) {
        return op(v) == extension && type(argument(v, 0)) == Type::i32;
    };
    if (!is_extended(a)) return value;
    Value divisor;
    if (is_constant(b)) {
        // Never -1, by which the smallest number does not fit.
        const std::uint64_t c = constant(b);
        const auto low = static_cast<std::uint32_t>(c);
        const bool fits = is_signed ? c == static_cast<std::uint64_t>(static_cast<std::int64_t>(
                                               static_cast<std::int32_t>(low)))
                                    : c == low;
        if (fits) divisor = make_constant(Type::i32, low);
    } else if (!is_signed && is_extended(b)) {
        divisor = argument(b, 0);
    }
    if (!divisor.valid()) return value;
    return become(value, extension, make(op(value), Type::i32, argument(a, 0), divisor));
}

// x / c = x * m >> s with m = 2^s / c rounded up, if the error of m, times x, stays below 2^s / c
// (Granlund and Montgomery, "Division by Invariant Integers using Multiplication", 1994, theorem
// 4.2). A few divisors want an m of 33 bits: those are divided by.
Value Simplifier::divide_by_constant(Value value) {
    const Value x = argument(value, 0);
    const std::uint64_t c = constant(argument(value, 1));
    for (unsigned extra = 0; extra < 32; ++extra) {
        const std::uint64_t power = std::uint64_t{1} << (32 + extra);
        const std::uint64_t m = (power + c - 1) / c;
        if (m >> 32 != 0) break;
        if (m * c - power > std::uint64_t{1} << extra) continue;
        const Value wide = make(Op::zext, Type::i64, x);
        const Value product = make(Op::mul, Type::i64, wide, make_constant(Type::i64, m));
        const Value count = make_constant(Type::i64, 32 + extra);
        const Value quotient = make(Op::shr, Type::i64, product, count);
        return become(value, Op::trunc, quotient);
    }
    return value;
}

// The upper half of a product by a constant, shifted: so guests divide. The whole product is
// shifted once.
Value Simplifier::shift_product(Value value) {
    const Value half = argument(value, 0), factor = argument(half, 1);
    if (type(value) != Type::i32 || !is_constant(factor)) return value;
    const bool is_signed = op(half) == Op::mul_high_s;
    const std::uint64_t by = constant(factor);
    const std::uint64_t wide_factor =
        is_signed ? static_cast<std::uint64_t>(static_cast<std::int32_t>(by)) : by;
    const Value wide = make(is_signed ? Op::sext : Op::zext, Type::i64, argument(half, 0));
    const Value product = make(Op::mul, Type::i64, wide, make_constant(Type::i64, wide_factor));
    const Value count = make_constant(Type::i64, 32 + constant(argument(value, 1)));
    return become(value, Op::trunc, make(op(value), Type::i64, product, count));
}

} // namespace vestige::opt
