// Compares (Programming Environments Manual 4.2.2.4). The ordered path has no call.
#include "frontend/ppc/fp/record.h"
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Op;
using ir::Type;
using ir::Value;

namespace {

// FPCC becomes that of `order`; C, FI and FR stay those of `operation` (record.h).
void record_compare(ir::Builder& b, Value operation, Value order) {
    const Value high = b.trunc(Type::i32, b.same_imm(Op::shr, order, 32));
    const Value low = b.trunc(Type::i32, order);
    b.set_slot(slot::float_last_kind, b.or_(operation, b.or_(high, b.add(low, low))));
}

void lift_compare(Lifter& l, helper::Id unordered_helper) {
    if (l.fp_unavailable()) return;
    ir::Builder& b = l.b;
    if (l.mode & mode::float_exact) {
        b.call(helper::float_in_exact_mode, {b.i32(l.f.word), b.i32(l.pc)});
        return;
    }
    const Value first = l.fpr(l.f.fra()), second = l.fpr(l.f.frb());
    const auto test = [&](Op op) { return b.float_pure(op, {first, second}); };

    const Value operation =
        b.same_imm(Op::and_, b.get_slot(slot::float_last_kind), record::kind_mask);

    // First, so that what is known of CR here is still known to the branch that follows.
    const ir::BlockId out_of_line = b.new_block(), next = b.new_block();
    const Value unordered = b.add_parameter(next, Type::i1);
    b.branch(test(Op::float_unordered), out_of_line, next, {}, {b.i1(false)});
    b.set_block(out_of_line);
    b.call(unordered_helper, {first, second});
    b.jump(next, {b.i1(true)});

    b.set_block(next);
    const Value order = b.order_pack(test(Op::float_lt), test(Op::float_gt), test(Op::float_eq));
    b.set_slot(slot::cr(l.f.crfd()), order);
    b.set_slot(slot::cr_so(l.f.crfd()), unordered);
    record_compare(b, operation, order);
}

} // namespace

void lift_fcmpu(Lifter& l) { lift_compare(l, helper::float_unordered_quietly); }
void lift_fcmpo(Lifter& l) { lift_compare(l, helper::float_unordered_loudly); }

} // namespace vestige::ppc
