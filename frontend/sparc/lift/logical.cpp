// Logical instructions, shifts and sethi (V8 B.9, B.11, B.12).
#include "frontend/sparc/lift/lifter.h"

namespace vestige::sparc {

using ir::Op;
using ir::Value;

namespace {

enum class Icc { keep, set };

void finish(Lifter& l, Value result, Icc icc) {
    if (icc == Icc::set) l.set_icc_of_result(result);
    l.set_reg(l.f.rd(), result);
}

template <typename Operation> void logical(Lifter& l, Icc icc, Operation operation) {
    finish(l, operation(l.b, l.operand1(), l.operand2()), icc);
}

Value and_op(ir::Builder& b, Value x, Value y) { return b.and_(x, y); }
Value andn_op(ir::Builder& b, Value x, Value y) { return b.and_not(x, y); }
Value orn_op(ir::Builder& b, Value x, Value y) { return b.or_(x, b.not_(y)); }
Value xor_op(ir::Builder& b, Value x, Value y) { return b.xor_(x, y); }
Value xnor_op(ir::Builder& b, Value x, Value y) { return b.not_(b.xor_(x, y)); }

// mov, tst and clr are forms of it.
void or_with_zero(Lifter& l, Icc icc) {
    const bool zero = l.f.i() ? l.f.simm13() == 0 : l.f.rs2() == 0;
    if (zero)
        finish(l, l.operand1(), icc);
    else if (l.f.rs1() == 0)
        finish(l, l.operand2(), icc);
    else
        finish(l, l.b.or_(l.operand1(), l.operand2()), icc);
}

void shift(Lifter& l, Op op) {
    const Value value = l.operand1();
    // Shift counts are taken modulo the width.
    const Value count = l.f.i() ? l.b.i32(l.f.shift_count()) : l.reg(l.f.rs2());
    l.set_reg(l.f.rd(), l.b.append(op, ir::Type::i32, {value, count}));
}

} // namespace

void lift_and_(Lifter& l) { logical(l, Icc::keep, and_op); }
void lift_andcc(Lifter& l) { logical(l, Icc::set, and_op); }
void lift_andn(Lifter& l) { logical(l, Icc::keep, andn_op); }
void lift_andncc(Lifter& l) { logical(l, Icc::set, andn_op); }
void lift_or_(Lifter& l) { or_with_zero(l, Icc::keep); }
void lift_orcc(Lifter& l) { or_with_zero(l, Icc::set); }
void lift_orn(Lifter& l) { logical(l, Icc::keep, orn_op); }
void lift_orncc(Lifter& l) { logical(l, Icc::set, orn_op); }
void lift_xor_(Lifter& l) { logical(l, Icc::keep, xor_op); }
void lift_xorcc(Lifter& l) { logical(l, Icc::set, xor_op); }
void lift_xnor(Lifter& l) { logical(l, Icc::keep, xnor_op); }
void lift_xnorcc(Lifter& l) { logical(l, Icc::set, xnor_op); }

void lift_sll(Lifter& l) { shift(l, Op::shl); }
void lift_srl(Lifter& l) { shift(l, Op::shr); }
void lift_sra(Lifter& l) { shift(l, Op::sar); }

void lift_sethi(Lifter& l) { l.set_reg(l.f.rd(), l.b.i32(l.f.imm22_high())); }

} // namespace vestige::sparc
