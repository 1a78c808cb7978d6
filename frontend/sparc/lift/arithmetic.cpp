// Addition and subtraction, plain, with carry and tagged (V8 B.13 to B.16).
//
// icc is the exact sum of the sign-extended operands: see State::icc.
#include "frontend/sparc/lift/lifter.h"

namespace vestige::sparc {

using ir::Op;
using ir::Type;
using ir::Value;

namespace {

struct Operands {
    Value a, b;
};
Operands operands(Lifter& l) { return {l.operand1(), l.operand2()}; }

Value carry(Lifter& l) { return l.b.get_slot(slot::icc_c); }

Value wide(Lifter& l, Value value) { return l.b.sext(Type::i64, value); }

// ---- sums

// a + (a constant) as a difference, which orderings have an op for.
bool is_negatable_immediate(const Lifter& l) { return l.f.i(); } // 13 bits

Value exact_sum(Lifter& l, const Operands& o) {
    if (is_negatable_immediate(l))
        return l.b.order_s(o.a, l.b.i32(0u - static_cast<std::uint32_t>(l.f.simm13())));
    return l.b.add(wide(l, o.a), wide(l, o.b));
}

Value add_with_icc(Lifter& l, const Operands& o) {
    const Value sum = l.b.add(o.a, o.b);
    l.set_icc(exact_sum(l, o), sum, l.b.cmp_lt_u(sum, o.b));
    return sum;
}

// What the operands' two lowest bits, which should be zero, hold.
Value tags(Lifter& l, const Operands& o) { return l.b.same_imm(Op::and_, l.b.or_(o.a, o.b), 3); }

// The ordering that says V where V is not that of the sum: bits 32 up are N xor V.
Value order_of(Lifter& l, Value result, Value overflow) {
    const Value flip = l.b.shl(l.b.sext(Type::i64, overflow), l.b.i64(32));
    return l.b.xor_(wide(l, result), flip);
}

enum class Tagged { sum, difference };

void tagged(Lifter& l, Tagged kind, bool traps) {
    const Operands o = operands(l);
    const bool adds = kind == Tagged::sum;
    const Value result = adds ? l.b.add(o.a, o.b) : l.b.sub(o.a, o.b);
    const Value sum_overflows = adds ? l.b.add_overflow(o.a, o.b, l.b.i1(false))
                                     : l.b.add_overflow(o.a, l.b.not_(o.b), l.b.i1(true));
    const Value overflow = l.b.or_(sum_overflows, l.b.cmp_ne(tags(l, o), l.b.i32(0)));
    if (traps) l.trap_if(overflow, tt::tag_overflow);
    const Value carries = adds ? l.b.cmp_lt_u(result, o.b) : l.b.cmp_lt_u(o.a, o.b);
    l.set_icc(order_of(l, result, overflow), result, carries);
    l.set_reg(l.f.rd(), result);
}

} // namespace

void lift_add(Lifter& l) {
    // Moves and address arithmetic with zero are most common.
    l.set_reg(l.f.rd(), l.address());
}

void lift_addcc(Lifter& l) { l.set_reg(l.f.rd(), add_with_icc(l, operands(l))); }

void lift_addx(Lifter& l) {
    const Operands o = operands(l);
    l.set_reg(l.f.rd(), l.b.add_carry(o.a, o.b, carry(l)));
}

void lift_addxcc(Lifter& l) {
    const Operands o = operands(l);
    const Value c = carry(l);
    const Value result = l.b.add_carry(o.a, o.b, c);
    const Value exact = l.b.add(l.b.add(wide(l, o.a), wide(l, o.b)), l.b.zext(Type::i64, c));
    l.set_icc(exact, result, l.b.carry_out(o.a, o.b, c));
    l.set_reg(l.f.rd(), result);
}

// ---- differences

void lift_sub(Lifter& l) {
    const Operands o = operands(l);
    l.set_reg(l.f.rd(), l.b.sub(o.a, o.b));
}

void lift_subcc(Lifter& l) {
    const Operands o = operands(l);
    l.set_icc_of_difference(o.a, o.b);
    if (l.f.rd() != 0) l.set_reg(l.f.rd(), l.b.sub(o.a, o.b));
}

namespace {

// a - b - C = a + ~b + !C, and what it borrows is what that does not carry.
struct Borrowing {
    Value result, not_b, not_carry;
};
Borrowing subtract_extended(Lifter& l, const Operands& o) {
    const Value not_b = l.b.not_(o.b), not_carry = l.b.not_(carry(l));
    return {l.b.add_carry(o.a, not_b, not_carry), not_b, not_carry};
}

} // namespace

void lift_subx(Lifter& l) { l.set_reg(l.f.rd(), subtract_extended(l, operands(l)).result); }

void lift_subxcc(Lifter& l) {
    const Operands o = operands(l);
    const Value c = carry(l);
    const Borrowing done = subtract_extended(l, o);
    const Value exact = l.b.sub(l.b.order_s(o.a, o.b), l.b.zext(Type::i64, c));
    l.set_icc(exact, done.result, l.b.not_(l.b.carry_out(o.a, done.not_b, done.not_carry)));
    l.set_reg(l.f.rd(), done.result);
}

// ---- tagged

void lift_taddcc(Lifter& l) { tagged(l, Tagged::sum, false); }
void lift_taddcctv(Lifter& l) { tagged(l, Tagged::sum, true); }
void lift_tsubcc(Lifter& l) { tagged(l, Tagged::difference, false); }
void lift_tsubcctv(Lifter& l) { tagged(l, Tagged::difference, true); }

} // namespace vestige::sparc
