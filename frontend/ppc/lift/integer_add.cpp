// Addition and subtraction (Programming Environments Manual 4.2.1.1).
//
// Carries in the cheapest form that the operands allow: of a + b without a carry in, it is
// result < a; of b - a, it is a <= b.
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Op;
using ir::Type;
using ir::Value;

namespace {

Value immediate(Lifter& l) { return l.b.i32(static_cast<std::uint32_t>(l.f.simm())); }
Value carry(Lifter& l) { return l.b.get_slot(slot::xer_ca); }
void set_carry(Lifter& l, Value value) { l.b.set_slot(slot::xer_ca, value); }

// XER[OV] of a + b + c, XER[SO].
void overflow_of(Lifter& l, Value a, Value b, Value c) {
    if (l.f.oe()) l.set_overflow(l.b.add_overflow(a, b, c));
}

void finish(Lifter& l, Value result) {
    l.set_gpr(l.f.rd(), result);
    l.record_if(l.f.rc_bit(), result);
}

} // namespace

// ---- no carry

void lift_addi(Lifter& l) { l.set_gpr(l.f.rd(), l.address_d()); }

void lift_addis(Lifter& l) {
    const std::uint32_t upper = l.f.uimm() << 16;
    l.set_gpr(l.f.rd(),
              l.f.ra() == 0 ? l.b.i32(upper) : l.b.same_imm(Op::add, l.gpr(l.f.ra()), upper));
}

void lift_add(Lifter& l) {
    const Value a = l.gpr(l.f.ra()), b = l.gpr(l.f.rb());
    if (l.f.oe()) overflow_of(l, a, b, l.b.i1(false));
    finish(l, l.b.add(a, b));
}

void lift_subf(Lifter& l) {
    const Value a = l.gpr(l.f.ra()), b = l.gpr(l.f.rb());
    if (l.f.oe()) overflow_of(l, l.b.not_(a), b, l.b.i1(true));
    finish(l, l.b.sub(b, a));
}

void lift_neg(Lifter& l) {
    const Value a = l.gpr(l.f.ra());
    if (l.f.oe()) l.set_overflow(l.b.cmp_eq(a, l.b.i32(0x80000000)));
    finish(l, l.b.neg(a));
}

// ---- carry out

namespace {

Value add_immediate_carrying(Lifter& l) {
    const Value a = l.gpr(l.f.ra());
    const Value result = l.b.add(a, immediate(l));
    set_carry(l, l.b.cmp_lt_u(result, a));
    l.set_gpr(l.f.rd(), result);
    return result;
}

} // namespace

void lift_addic(Lifter& l) { add_immediate_carrying(l); }
void lift_addic_rc(Lifter& l) { l.record(add_immediate_carrying(l)); }

void lift_subfic(Lifter& l) {
    const Value a = l.gpr(l.f.ra()), from = immediate(l);
    set_carry(l, l.b.cmp_le_u(a, from));
    l.set_gpr(l.f.rd(), l.b.sub(from, a));
}

void lift_addc(Lifter& l) {
    const Value a = l.gpr(l.f.ra()), b = l.gpr(l.f.rb());
    if (l.f.oe()) overflow_of(l, a, b, l.b.i1(false));
    const Value result = l.b.add(a, b);
    set_carry(l, l.b.cmp_lt_u(result, a));
    finish(l, result);
}

void lift_subfc(Lifter& l) {
    const Value a = l.gpr(l.f.ra()), b = l.gpr(l.f.rb());
    if (l.f.oe()) overflow_of(l, l.b.not_(a), b, l.b.i1(true));
    set_carry(l, l.b.cmp_le_u(a, b));
    finish(l, l.b.sub(b, a));
}

// ---- carry in and out

namespace {

void add_extended(Lifter& l, Value a, Value b) {
    const Value c = carry(l);
    overflow_of(l, a, b, c);
    set_carry(l, l.b.carry_out(a, b, c));
    finish(l, l.b.add_carry(a, b, c));
}

// a + CA
void add_carry_only(Lifter& l, Value a) {
    const Value c = carry(l);
    if (l.f.oe()) overflow_of(l, a, l.b.i32(0), c);
    const Value result = l.b.add(a, l.b.zext(Type::i32, c));
    set_carry(l, l.b.cmp_lt_u(result, a));
    finish(l, result);
}

// a + CA - 1: carries unless both are zero
void add_carry_less_one(Lifter& l, Value a) {
    const Value c = carry(l);
    const Value minus_one = l.b.i32(~0u);
    overflow_of(l, a, minus_one, c);
    set_carry(l, l.b.or_(c, l.b.cmp_ne(a, l.b.i32(0))));
    finish(l, l.b.add_carry(a, minus_one, c));
}

} // namespace

void lift_adde(Lifter& l) { add_extended(l, l.gpr(l.f.ra()), l.gpr(l.f.rb())); }

void lift_subfe(Lifter& l) {
    if (l.f.ra() != l.f.rb()) {
        add_extended(l, l.b.not_(l.gpr(l.f.ra())), l.gpr(l.f.rb()));
        return;
    }
    // The idiom that makes a mask of CA: CA - 1, whatever the register holds; CA stays as it is and
    // nothing overflows.
    const Value result = l.b.same_imm(Op::add, l.b.zext(Type::i32, carry(l)), ~0u);
    if (l.f.oe()) l.set_overflow(l.b.i1(false));
    finish(l, result);
}

void lift_addze(Lifter& l) { add_carry_only(l, l.gpr(l.f.ra())); }
void lift_addme(Lifter& l) { add_carry_less_one(l, l.gpr(l.f.ra())); }
void lift_subfze(Lifter& l) { add_carry_only(l, l.b.not_(l.gpr(l.f.ra()))); }
void lift_subfme(Lifter& l) { add_carry_less_one(l, l.b.not_(l.gpr(l.f.ra()))); }

} // namespace vestige::ppc
