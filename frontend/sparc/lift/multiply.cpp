// Multiply step, multiply and divide (V8 B.17 to B.19), LEON's multiply and accumulate.
#include "frontend/sparc/lift/lifter.h"

namespace vestige::sparc {

using ir::Op;
using ir::Type;
using ir::Value;

namespace {

enum class Sign { unsigned_, signed_ };
enum class Icc { keep, set };

Value high(Lifter& l, Value value) { return l.b.trunc(Type::i32, l.b.shr(value, l.b.i64(32))); }

void multiply(Lifter& l, Sign sign, Icc icc) {
    const Value a = l.operand1(), b = l.operand2();
    const Value low = l.b.mul(a, b);
    // Mostly nobody reads it: it is left to recovery maps, which can make it.
    l.b.set_slot(slot::y, sign == Sign::signed_ ? l.b.mul_high_s(a, b) : l.b.mul_high_u(a, b));
    if (icc == Icc::set) l.set_icc_of_result(low);
    l.set_reg(l.f.rd(), low);
}

// Y and rs1 by the second operand; what is too large becomes the largest or smallest there is, with
// V set.
void divide(Lifter& l, Sign sign, Icc icc) {
    auto& b = l.b;
    const Value low = l.operand1(), divisor = l.operand2();
    l.trap_if(b.cmp_eq(divisor, b.i32(0)), tt::division_by_zero);
    const Value dividend =
        b.or_(b.shl(b.zext(Type::i64, b.get_slot(slot::y)), b.i64(32)), b.zext(Type::i64, low));
    const bool is_signed = sign == Sign::signed_;
    Value quotient, fits, limit;
    if (is_signed) {
        const Value wide_divisor = b.sext(Type::i64, divisor);
        quotient = b.div_s(dividend, wide_divisor);
        // -2^63 / -1, which wraps, is positive.
        const Value wraps = b.cmp_eq(b.and_(quotient, b.and_(dividend, wide_divisor)),
                                     b.i64(std::uint64_t{1} << 63));
        fits = b.and_(b.cmp_eq(b.sext(Type::i64, b.trunc(Type::i32, quotient)), quotient),
                      b.not_(wraps));
        const Value is_negative = b.and_(b.cmp_lt_s(quotient, b.i64(0)), b.not_(wraps));
        limit = b.select(is_negative, b.i32(0x80000000), b.i32(0x7fffffff));
    } else {
        quotient = b.div_u(dividend, b.zext(Type::i64, divisor));
        fits = b.cmp_eq(high(l, quotient), b.i32(0));
        limit = b.i32(~0u);
    }
    const Value result = b.select(fits, b.trunc(Type::i32, quotient), limit);
    if (icc == Icc::set) {
        const Value overflow = b.shl(b.sext(Type::i64, b.not_(fits)), b.i64(32));
        l.set_icc(b.xor_(b.sext(Type::i64, result), overflow), result, b.i1(false));
    }
    l.set_reg(l.f.rd(), result);
}

} // namespace

void lift_umul(Lifter& l) { multiply(l, Sign::unsigned_, Icc::keep); }
void lift_smul(Lifter& l) { multiply(l, Sign::signed_, Icc::keep); }
void lift_umulcc(Lifter& l) { multiply(l, Sign::unsigned_, Icc::set); }
void lift_smulcc(Lifter& l) { multiply(l, Sign::signed_, Icc::set); }
void lift_udiv(Lifter& l) { divide(l, Sign::unsigned_, Icc::keep); }
void lift_sdiv(Lifter& l) { divide(l, Sign::signed_, Icc::keep); }
void lift_udivcc(Lifter& l) { divide(l, Sign::unsigned_, Icc::set); }
void lift_sdivcc(Lifter& l) { divide(l, Sign::signed_, Icc::set); }

// One step of a product (V8 B.17): rs1 shifted right with N xor V coming in, plus the second
// operand if Y's lowest bit is set; the bit that leaves rs1 goes into Y at the top.
void lift_mulscc(Lifter& l) {
    auto& b = l.b;
    const Value multiplicand = l.operand2(), partial = l.operand1();
    const Value y = b.get_slot(slot::y);
    const Value less = b.zext(Type::i32, b.order_lt(b.get_slot(slot::icc)));
    const Value shifted = b.or_(b.shl(less, b.i32(31)), b.shr(partial, b.i32(1)));
    const Value adds = b.trunc(Type::i1, y);
    const Value addend = b.select(adds, multiplicand, b.i32(0));
    const Value sum = b.add(shifted, addend);
    b.set_slot(slot::y, b.or_(b.shl(partial, b.i32(31)), b.shr(y, b.i32(1))));
    l.set_icc(b.add(b.sext(Type::i64, shifted), b.sext(Type::i64, addend)), sum,
              b.cmp_lt_u(sum, addend));
    l.set_reg(l.f.rd(), sum);
}

// No model has them.
void lift_umac(Lifter& l) { l.end_trap(tt::illegal_instruction); }
void lift_smac(Lifter& l) { l.end_trap(tt::illegal_instruction); }

} // namespace vestige::sparc
