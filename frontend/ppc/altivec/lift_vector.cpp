// AltiVec logic as ops of the IR, and what helpers do, which take the numbers of their registers.
// lift_lanes.cpp has integer arithmetic, compares and permutes.
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Op;
using ir::Value;

namespace {

Value call(Lifter& l, ir::HelperId helper) {
    return l.b.call(helper,
                    {l.b.i32(l.f.vd()), l.b.i32(l.f.va()), l.b.i32(l.f.vb()), l.b.i32(l.f.vc())});
}

void lift_call(Lifter& l, ir::HelperId helper) {
    if (!l.vec_unavailable()) call(l, helper);
}

void lift_compare(Lifter& l, ir::HelperId helper) {
    if (l.vec_unavailable()) return;
    const Value order = call(l, helper);
    if (!l.f.vector_rc_bit()) return;
    l.b.set_slot(slot::cr(6), order);
    l.b.set_slot(slot::cr_so(6), l.b.i1(false));
}

void lift_binary(Lifter& l, Op op) {
    if (l.vec_unavailable()) return;
    l.set_vr(l.f.vd(), l.b.vec(op, {l.vr(l.f.va()), l.vr(l.f.vb())}));
}

} // namespace

#define VECTOR(name)                                                                               \
    void lift_##name(Lifter& l) { lift_call(l, helper::vector_##name); }
#define VECTOR_COMPARE(name)                                                                       \
    void lift_##name(Lifter& l) { lift_compare(l, helper::vector_##name); }
#include "frontend/ppc/altivec/vector_operations.inc"
#undef VECTOR
#undef VECTOR_COMPARE

void lift_vand(Lifter& l) { lift_binary(l, Op::vec_and); }
void lift_vandc(Lifter& l) { lift_binary(l, Op::vec_and_not); }
void lift_vor(Lifter& l) { lift_binary(l, Op::vec_or); }
void lift_vxor(Lifter& l) { lift_binary(l, Op::vec_xor); }
void lift_vnor(Lifter& l) {
    if (l.vec_unavailable()) return;
    const Value either = l.b.vec(Op::vec_or, {l.vr(l.f.va()), l.vr(l.f.vb())});
    l.set_vr(l.f.vd(), l.b.vec(Op::vec_not, {either}));
}

namespace {

void lift_float(Lifter& l, Op op, ir::HelperId helper, std::initializer_list<unsigned> registers) {
    if (l.vec_unavailable()) return;
    const std::uint64_t attributes = ir::FloatOp{.helper = helper}.pack();
    Value operands[3];
    unsigned count = 0;
    for (const unsigned number : registers)
        operands[count++] = l.vr(number);
    l.set_vr(l.f.vd(), count == 2
                           ? l.b.append(op, ir::Type::v128, {operands[0], operands[1]}, attributes)
                           : l.b.append(op, ir::Type::v128, {operands[0], operands[1], operands[2]},
                                        attributes));
}

} // namespace

void lift_vaddfp(Lifter& l) {
    lift_float(l, Op::vec_float_add, helper::vector_float_add, {l.f.va(), l.f.vb()});
}
void lift_vsubfp(Lifter& l) {
    lift_float(l, Op::vec_float_sub, helper::vector_float_subtract, {l.f.va(), l.f.vb()});
}
void lift_vmaddfp(Lifter& l) {
    lift_float(l, Op::vec_float_mul_add, helper::vector_float_multiply_add,
               {l.f.va(), l.f.vc(), l.f.vb()});
}
void lift_vnmsubfp(Lifter& l) {
    lift_float(l, Op::vec_float_neg_mul_sub, helper::vector_float_negative_multiply_subtract,
               {l.f.va(), l.f.vc(), l.f.vb()});
}

// vB where vC has ones, vA elsewhere.
void lift_vsel(Lifter& l) {
    if (l.vec_unavailable()) return;
    const Value mask = l.vr(l.f.vc());
    const Value from_a = l.b.vec(Op::vec_and_not, {l.vr(l.f.va()), mask});
    const Value from_b = l.b.vec(Op::vec_and, {l.vr(l.f.vb()), mask});
    l.set_vr(l.f.vd(), l.b.vec(Op::vec_or, {from_a, from_b}));
}

} // namespace vestige::ppc
