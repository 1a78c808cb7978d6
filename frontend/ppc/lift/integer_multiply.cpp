// Multiplication and division (Programming Environments Manual 4.2.1.1).
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Op;
using ir::Value;

namespace {

void finish(Lifter& l, Value result) {
    l.set_gpr(l.f.rd(), result);
    l.record_if(l.f.rc_bit(), result);
}

} // namespace

void lift_mulli(Lifter& l) {
    l.set_gpr(l.f.rd(),
              l.b.same_imm(Op::mul, l.gpr(l.f.ra()), static_cast<std::uint32_t>(l.f.simm())));
}

void lift_mullw(Lifter& l) {
    const Value a = l.gpr(l.f.ra()), b = l.gpr(l.f.rb());
    const Value result = l.b.mul(a, b);
    // Overflow: the product is not the sign extension of its low word.
    if (l.f.oe())
        l.set_overflow(l.b.cmp_ne(l.b.mul_high_s(a, b), l.b.same_imm(Op::sar, result, 31)));
    finish(l, result);
}

void lift_mulhw(Lifter& l) { finish(l, l.b.mul_high_s(l.gpr(l.f.ra()), l.gpr(l.f.rb()))); }
void lift_mulhwu(Lifter& l) { finish(l, l.b.mul_high_u(l.gpr(l.f.ra()), l.gpr(l.f.rb()))); }

// Where the quotient does not exist rD is boundedly undefined; the 750 and its descendants leave
// the dividend's sign in all bits (the console emulators' hardware tests), QEMU the dividend.
void lift_divw(Lifter& l) {
    const Value a = l.gpr(l.f.ra()), b = l.gpr(l.f.rb());
    const Value too_big = l.b.and_(l.b.cmp_eq(a, l.b.i32(0x80000000)), l.b.cmp_eq(b, l.b.i32(~0u)));
    const Value none = l.b.or_(l.b.cmp_eq(b, l.b.i32(0)), too_big);
    if (l.f.oe()) l.set_overflow(none);
    finish(l, l.b.select(none, l.b.same_imm(Op::sar, a, 31), l.b.div_s(a, b)));
}

// By zero: 0, as the 750.
void lift_divwu(Lifter& l) {
    const Value a = l.gpr(l.f.ra()), b = l.gpr(l.f.rb());
    if (l.f.oe()) l.set_overflow(l.b.cmp_eq(b, l.b.i32(0)));
    finish(l, l.b.div_u(a, b));
}

} // namespace vestige::ppc
