// Rotates and shifts (Programming Environments Manual 4.2.1.4): rA is the destination.
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Op;
using ir::Type;
using ir::Value;

namespace {

void finish(Lifter& l, Value result) {
    l.set_gpr(l.f.ra(), result);
    l.record_if(l.f.rc_bit(), result);
}

// Ones from bit MB to bit ME, around the end where MB > ME; bit 0 is the most significant.
constexpr std::uint32_t mask(unsigned mb, unsigned me) {
    const std::uint32_t from = ~0u >> mb;
    const std::uint32_t to = ~0u << (31 - me);
    return mb <= me ? from & to : from | to;
}
static_assert(mask(0, 31) == ~0u && mask(31, 0) == 0x80000001 && mask(4, 7) == 0x0f000000);

// A rotated value that is right in the bits that were asked for, and known to be zero in `zero`.
struct Rotated {
    Value value;
    std::uint32_t zero = 0;
};

// The rotate left by `count` for one who looks at the bits of `wanted` alone: a plain shift where
// none of them comes around the end.
Rotated rotated(Lifter& l, Value value, unsigned count, std::uint32_t wanted) {
    if (count == 0) return {value};
    const std::uint32_t around = (1u << count) - 1; // the bits that come around
    if ((wanted & around) == 0) return {l.b.same_imm(Op::shl, value, count), around};
    if ((wanted & ~around) == 0) return {l.b.same_imm(Op::shr, value, 32 - count), ~around};
    return {l.b.same_imm(Op::rotl, value, count)};
}

Value masked(Lifter& l, Rotated rotated, std::uint32_t wanted) {
    if ((wanted | rotated.zero) == ~0u) return rotated.value;
    return l.b.same_imm(Op::and_, rotated.value, wanted);
}

} // namespace

// With the shifts, extractions and clears that its extended mnemonics name.
void lift_rlwinm(Lifter& l) {
    const std::uint32_t wanted = mask(l.f.mb(), l.f.me());
    finish(l, masked(l, rotated(l, l.gpr(l.f.rs()), l.f.sh(), wanted), wanted));
}

void lift_rlwimi(Lifter& l) {
    const std::uint32_t inserted = mask(l.f.mb(), l.f.me());
    const Value field = masked(l, rotated(l, l.gpr(l.f.rs()), l.f.sh(), inserted), inserted);
    if (inserted == ~0u) {
        finish(l, field);
        return;
    }
    finish(l, l.b.or_(field, l.b.same_imm(Op::and_, l.gpr(l.f.ra()), ~inserted)));
}

void lift_rlwnm(Lifter& l) {
    const Value all = l.b.rotl(l.gpr(l.f.rs()), l.gpr(l.f.rb()));
    finish(l, masked(l, {all}, mask(l.f.mb(), l.f.me())));
}

// ---- shifts: counts of 32 to 63 shift everything out, so they are done in 64 bits, where the IR
// takes counts modulo 64 as the guest does.

namespace {

Value shifted(Lifter& l, Op shift, Value wide, Value count) {
    return l.b.trunc(Type::i32, l.b.append(shift, Type::i64, {wide, count}));
}
Value count(Lifter& l) { return l.b.zext(Type::i64, l.gpr(l.f.rb())); }

} // namespace

void lift_slw(Lifter& l) {
    finish(l, shifted(l, Op::shl, l.b.zext(Type::i64, l.gpr(l.f.rs())), count(l)));
}
void lift_srw(Lifter& l) {
    finish(l, shifted(l, Op::shr, l.b.zext(Type::i64, l.gpr(l.f.rs())), count(l)));
}

// CA: the value is negative and a one has been shifted out.
void lift_sraw(Lifter& l) {
    const Value value = l.gpr(l.f.rs());
    const Value wide = l.b.sext(Type::i64, value);
    const Value n = count(l);
    const Value result = l.b.sar(wide, n);
    const Value lost = l.b.cmp_ne(l.b.shl(result, n), wide);
    const Value negative = l.b.cmp_lt_s(value, l.b.i32(0));
    l.b.set_slot(slot::xer_ca, l.b.and_(negative, lost));
    finish(l, l.b.trunc(Type::i32, result));
}

void lift_srawi(Lifter& l) {
    const Value value = l.gpr(l.f.rs());
    const unsigned n = l.f.sh();
    if (n == 0) {
        l.b.set_slot(slot::xer_ca, l.b.i1(false));
        finish(l, value);
        return;
    }
    // Sign and lost bits together exceed the sign alone iff both are there.
    constexpr std::uint32_t sign = 0x80000000;
    const Value seen = l.b.same_imm(Op::and_, value, sign | ((1u << n) - 1));
    l.b.set_slot(slot::xer_ca, l.b.cmp_lt_u(l.b.i32(sign), seen));
    finish(l, l.b.same_imm(Op::sar, value, n));
}

} // namespace vestige::ppc
