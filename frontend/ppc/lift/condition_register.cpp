// Condition register logic and moves (Programming Environments Manual 4.2.4.5 and 4.2.5.1).
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Op;
using ir::Type;
using ir::Value;

namespace {

enum class Inversion { none, second, result };

void combine(Lifter& l, Op op, Inversion inversion) {
    const Value a = l.cr_bit(l.f.crba());
    Value b = l.f.crbb() == l.f.crba() ? a : l.cr_bit(l.f.crbb());
    if (inversion == Inversion::second) b = l.b.not_(b);
    Value result = a == b && op != Op::xor_ ? a : l.b.append(op, Type::i1, {a, b});
    if (inversion == Inversion::result) result = l.b.not_(result);
    l.set_cr_bit(l.f.crbd(), result);
}

} // namespace

void lift_crand(Lifter& l) { combine(l, Op::and_, Inversion::none); }
void lift_crandc(Lifter& l) { combine(l, Op::and_, Inversion::second); }
void lift_crnand(Lifter& l) { combine(l, Op::and_, Inversion::result); }
void lift_cror(Lifter& l) { combine(l, Op::or_, Inversion::none); }
void lift_crorc(Lifter& l) { combine(l, Op::or_, Inversion::second); }
void lift_crnor(Lifter& l) { combine(l, Op::or_, Inversion::result); }

// crxor of a bit with itself is crclr, creqv is crset.
void lift_crxor(Lifter& l) {
    if (l.f.crba() == l.f.crbb())
        l.set_cr_bit(l.f.crbd(), l.b.i1(false));
    else
        combine(l, Op::xor_, Inversion::none);
}
void lift_creqv(Lifter& l) {
    if (l.f.crba() == l.f.crbb())
        l.set_cr_bit(l.f.crbd(), l.b.i1(true));
    else
        combine(l, Op::xor_, Inversion::result);
}

void lift_mcrf(Lifter& l) {
    const unsigned to = l.f.crfd(), from = l.f.crfs();
    if (to == from) return;
    l.b.set_slot(slot::cr(to), l.b.get_slot(slot::cr(from)));
    l.b.set_slot(slot::cr_so(to), l.b.get_slot(slot::cr_so(from)));
}

// XER[SO, OV, CA] and a zero bit, which are cleared.
void lift_mcrxr(Lifter& l) {
    const Value so = l.b.get_slot(slot::xer_so), ov = l.b.get_slot(slot::xer_ov),
                ca = l.b.get_slot(slot::xer_ca);
    const Value zero = l.b.i1(false);
    l.b.set_slot(slot::cr(l.f.crfd()), l.b.order_pack(so, ov, ca));
    l.b.set_slot(slot::cr_so(l.f.crfd()), zero);
    l.b.set_slot(slot::xer_so, zero);
    l.b.set_slot(slot::xer_ov, zero);
    l.b.set_slot(slot::xer_ca, zero);
}

// One call for four fields' LT, GT and EQ: in line they would be a dozen ops a field.
void lift_mfcr(Lifter& l) {
    const auto orders = [&](unsigned first) {
        return l.b.call(helper::pack_cr_fields,
                        {l.b.get_slot(slot::cr(first)), l.b.get_slot(slot::cr(first + 1)),
                         l.b.get_slot(slot::cr(first + 2)), l.b.get_slot(slot::cr(first + 3))});
    };
    const Value upper = orders(0), lower = orders(4);
    Value result = l.b.or_(l.b.same_imm(Op::shl, upper, 16), lower);
    for (unsigned field = 0; field < 8; ++field) {
        Value so = l.b.zext(Type::i32, l.b.get_slot(slot::cr_so(field)));
        if (field != 7) so = l.b.same_imm(Op::shl, so, 4 * (7 - field));
        result = l.b.or_(result, so);
    }
    l.set_gpr(l.f.rd(), result);
}

void lift_mtcrf(Lifter& l) {
    if (l.f.crm() == 0) return;
    const Value source = l.gpr(l.f.rs());
    const auto bit = [&](unsigned n) { // as the architecture counts
        const Value last = n == 31 ? source : l.b.same_imm(Op::shr, source, 31 - n);
        return l.b.trunc(Type::i1, last);
    };
    for (unsigned field = 0; field < 8; ++field) {
        if (!(l.f.crm() & 0x80 >> field)) continue;
        const unsigned n = 4 * field;
        l.b.set_slot(slot::cr(field), l.b.order_pack(bit(n), bit(n + 1), bit(n + 2)));
        l.b.set_slot(slot::cr_so(field), bit(n + 3));
    }
}

} // namespace vestige::ppc
