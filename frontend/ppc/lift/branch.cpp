// Branches (Programming Environments Manual 4.2.4).
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Op;
using ir::Value;

namespace {

// BO, from the most significant bit; the last is a hint.
constexpr unsigned bo_ignore_condition = 16, bo_condition = 8, bo_keep_counter = 4,
                   bo_counter_zero = 2;

// Decrements CTR as BO says; whether the branch is taken. Invalid: always.
Value taken(Lifter& l) {
    const unsigned bo = l.f.bo();
    Value result;
    if (!(bo & bo_keep_counter)) {
        const Value counter = l.b.same_imm(Op::add, l.b.get_slot(slot::ctr), ~0u);
        l.b.set_slot(slot::ctr, counter);
        const Value zero = l.b.i32(0);
        result = bo & bo_counter_zero ? l.b.cmp_eq(counter, zero) : l.b.cmp_ne(counter, zero);
    }
    if (!(bo & bo_ignore_condition)) {
        Value condition = l.cr_bit(l.f.bi());
        if (!(bo & bo_condition)) condition = l.b.not_(condition);
        result = result.valid() ? l.b.and_(result, condition) : condition;
    }
    return result;
}

void link(Lifter& l) {
    if (l.f.lk()) l.b.set_slot(slot::lr, l.b.i32(l.next_pc()));
}

std::uint32_t direct_target(const Lifter& l, std::int32_t displacement) {
    return (l.f.aa() ? 0 : l.pc) + static_cast<std::uint32_t>(displacement);
}

// Ends the unit with the branch if `condition` holds, else with the next instruction.
template <typename Go> void branch_if(Lifter& l, Value condition, Go go) {
    if (!condition.valid()) {
        go();
        return;
    }
    const ir::BlockId yes = l.b.new_block(), no = l.b.new_block();
    l.b.branch(condition, yes, no);
    l.b.set_block(yes);
    go();
    l.b.set_block(no);
    l.end_goto(l.next_pc(), Flow::branch);
}

void branch_to_register(Lifter& l, Value destination) {
    const Value condition = taken(l);
    const Value target = l.b.same_imm(Op::and_, destination, ~3u);
    link(l);
    branch_if(l, condition, [&] { l.end_jump(target, Flow::branch); });
}

} // namespace

void lift_b(Lifter& l) {
    link(l);
    l.end_goto(direct_target(l, l.f.li()), Flow::branch);
}

void lift_bc(Lifter& l) {
    const Value condition = taken(l);
    link(l);
    branch_if(l, condition, [&] { l.end_goto(direct_target(l, l.f.bd()), Flow::branch); });
}

void lift_bclr(Lifter& l) { branch_to_register(l, l.b.get_slot(slot::lr)); }

void lift_bcctr(Lifter& l) {
    // To count with the register that holds the target is an invalid form.
    if (!(l.f.bo() & bo_keep_counter)) {
        l.end_raise(Leave::program_illegal);
        return;
    }
    branch_to_register(l, l.b.get_slot(slot::ctr));
}

} // namespace vestige::ppc
