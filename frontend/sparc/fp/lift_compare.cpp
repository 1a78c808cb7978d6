// Compares (V8 B.33) and the branches on what they find (B.22). The ordered path has no call.
#include "common/assertion.h"
#include "frontend/sparc/fp/float_lifter.h"

namespace vestige::sparc {

using ir::Op;
using ir::Type;
using ir::Value;

namespace {

// What a pair that is not ordered may set in aexc.
void call_for_unordered(Lifter& l, FloatKind kind, Value first, Value second) {
    switch (kind) {
    case FloatKind::fcmps:
        l.b.call(helper::float_unordered_singles,
                 {l.b.bitcast(Type::i32, first), l.b.bitcast(Type::i32, second)});
        return;
    case FloatKind::fcmpd: l.b.call(helper::float_unordered_doubles, {first, second}); return;
    default: l.b.call(helper::float_unordered_loudly, {}); return;
    }
}

void lift_compare(Lifter& l, FloatKind kind) {
    if (operation_is_helpers(l)) return;
    record_operation(l, kind);
    const auto operand = [&](unsigned number) {
        return takes_doubles(kind) ? float_pair(l, number) : float_single(l, number);
    };
    const Value first = operand(l.f.rs1()), second = operand(l.f.rs2());
    const auto test = [&](Op op) { return l.b.float_pure(op, {first, second}); };

    // First, so that what is known of fcc here is still known to the branch that follows.
    l.suspend_slot();
    const ir::BlockId out_of_line = l.b.new_block(), next = l.b.new_block();
    l.b.branch(test(Op::float_unordered), out_of_line, next);
    l.b.set_block(out_of_line);
    call_for_unordered(l, kind, first, second);
    l.b.jump(next);

    l.b.set_block(next);
    l.b.set_slot(slot::fcc,
                 l.b.order_pack(test(Op::float_lt), test(Op::float_gt), test(Op::float_eq)));
}

// cond 8 to 15: those of cond 0 to 7 negated.
enum Test : unsigned {
    never,
    not_equal,
    less_or_greater,
    unordered_or_less,
    less,
    unordered_or_greater,
    greater,
    unordered,
};

Value condition(Lifter& l, unsigned cond) {
    ir::Builder& b = l.b;
    const Value order = b.get_slot(slot::fcc);
    const auto lt = [&] { return b.order_lt(order); };
    const auto gt = [&] { return b.order_gt(order); };
    const auto eq = [&] { return b.order_eq(order); };
    const auto unless = [&](Value value, bool negated) { return negated ? b.not_(value) : value; };
    const bool negate = (cond & 8) != 0;
    switch (cond & 7) {
    case not_equal: return unless(eq(), !negate);
    case less_or_greater: return unless(b.or_(lt(), gt()), negate);
    case unordered_or_less: return unless(b.or_(gt(), eq()), !negate);
    case less: return unless(lt(), negate);
    case unordered_or_greater: return unless(b.or_(lt(), eq()), !negate);
    case greater: return unless(gt(), negate);
    case unordered: return unless(b.or_(b.or_(lt(), gt()), eq()), !negate);
    default: VESTIGE_UNREACHABLE("a condition that does not look at fcc");
    }
}

} // namespace

void lift_fcmps(Lifter& l) { lift_compare(l, FloatKind::fcmps); }
void lift_fcmpd(Lifter& l) { lift_compare(l, FloatKind::fcmpd); }
void lift_fcmpes(Lifter& l) { lift_compare(l, FloatKind::fcmpes); }
void lift_fcmped(Lifter& l) { lift_compare(l, FloatKind::fcmped); }

void lift_fbfcc(Lifter& l) {
    if (float_refused(l)) return;
    const Lifter::Target target{l.pc + static_cast<std::uint32_t>(l.f.disp22())};
    const auto annul = l.f.annul() ? Lifter::Annul::yes : Lifter::Annul::no;
    switch (l.f.cond()) {
    case 0: l.branch_never(annul); break;
    case 8: l.branch_always(target, annul); break;
    default: l.branch_if(condition(l, l.f.cond()), target, annul);
    }
}

} // namespace vestige::sparc
