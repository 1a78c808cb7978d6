// Logical instructions (Programming Environments Manual 4.2.1.3): rA is the destination.
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Op;
using ir::Type;
using ir::Value;

namespace {

Value source(Lifter& l) { return l.gpr(l.f.rs()); }
bool one_source(const Lifter& l) { return l.f.rs() == l.f.rb(); }

void finish(Lifter& l, Value result) {
    l.set_gpr(l.f.ra(), result);
    l.record_if(l.f.rc_bit(), result);
}

void with_register(Lifter& l, Op op) {
    finish(l, l.b.append(op, Type::i32, {source(l), l.gpr(l.f.rb())}));
}
void with_register_inverted(Lifter& l, Op op) {
    finish(l, l.b.not_(l.b.append(op, Type::i32, {source(l), l.gpr(l.f.rb())})));
}

// rs | 0 is a move, and to itself nothing: ori 0,0,0 is the nop.
void with_immediate(Lifter& l, Op op, std::uint32_t immediate) {
    if (immediate == 0) {
        if (l.f.ra() != l.f.rs()) l.set_gpr(l.f.ra(), source(l));
    } else {
        l.set_gpr(l.f.ra(), l.b.same_imm(op, source(l), immediate));
    }
}

void and_immediate_recording(Lifter& l, std::uint32_t immediate) {
    const Value result = l.b.same_imm(Op::and_, source(l), immediate);
    l.set_gpr(l.f.ra(), result);
    l.record(result);
}

} // namespace

void lift_andi_rc(Lifter& l) { and_immediate_recording(l, l.f.uimm()); }
void lift_andis_rc(Lifter& l) { and_immediate_recording(l, l.f.uimm() << 16); }
void lift_ori(Lifter& l) { with_immediate(l, Op::or_, l.f.uimm()); }
void lift_oris(Lifter& l) { with_immediate(l, Op::or_, l.f.uimm() << 16); }
void lift_xori(Lifter& l) { with_immediate(l, Op::xor_, l.f.uimm()); }
void lift_xoris(Lifter& l) { with_immediate(l, Op::xor_, l.f.uimm() << 16); }

void lift_and_(Lifter& l) { with_register(l, Op::and_); }
void lift_andc(Lifter& l) { with_register(l, Op::and_not); }
void lift_xor_(Lifter& l) { with_register(l, Op::xor_); }
void lift_nand(Lifter& l) { with_register_inverted(l, Op::and_); }
void lift_eqv(Lifter& l) { with_register_inverted(l, Op::xor_); }

// or rA,rS,rS is the move.
void lift_or_(Lifter& l) {
    if (!one_source(l)) {
        with_register(l, Op::or_);
        return;
    }
    const Value result = source(l);
    if (l.f.ra() != l.f.rs()) l.set_gpr(l.f.ra(), result);
    l.record_if(l.f.rc_bit(), result);
}

// nor rA,rS,rS is the not.
void lift_nor(Lifter& l) {
    if (one_source(l))
        finish(l, l.b.not_(source(l)));
    else
        with_register_inverted(l, Op::or_);
}

void lift_orc(Lifter& l) { finish(l, l.b.or_(source(l), l.b.not_(l.gpr(l.f.rb())))); }

void lift_cntlzw(Lifter& l) { finish(l, l.b.clz(source(l))); }
void lift_extsb(Lifter& l) { finish(l, l.b.sext(Type::i32, l.b.trunc(Type::i8, source(l)))); }
void lift_extsh(Lifter& l) { finish(l, l.b.sext(Type::i32, l.b.trunc(Type::i16, source(l)))); }

} // namespace vestige::ppc
