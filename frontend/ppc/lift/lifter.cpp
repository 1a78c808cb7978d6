#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Op;
using ir::Type;
using ir::Value;

void Lifter::set_cr_field(unsigned field, Value order) {
    b.set_slot(slot::cr(field), order);
    b.set_slot(slot::cr_so(field), b.get_slot(slot::xer_so));
}

void Lifter::record(Value result) { set_cr_field(0, b.order_s(result, b.i32(0))); }

void Lifter::set_overflow(Value overflow) {
    b.set_slot(slot::xer_ov, overflow);
    b.set_slot(slot::xer_so, b.or_(b.get_slot(slot::xer_so), overflow));
}

Value Lifter::cr_bit(unsigned bit) {
    const unsigned field = bit / 4;
    switch (bit % 4) {
    case 0: return b.order_lt(b.get_slot(slot::cr(field)));
    case 1: return b.order_gt(b.get_slot(slot::cr(field)));
    case 2: return b.order_eq(b.get_slot(slot::cr(field)));
    default: return b.get_slot(slot::cr_so(field));
    }
}

void Lifter::set_cr_bit(unsigned bit, Value value) {
    const unsigned field = bit / 4;
    if (bit % 4 == 3) {
        b.set_slot(slot::cr_so(field), value);
        return;
    }
    const Value order = b.get_slot(slot::cr(field));
    const Value lt = bit % 4 == 0 ? value : b.order_lt(order);
    const Value gt = bit % 4 == 1 ? value : b.order_gt(order);
    const Value eq = bit % 4 == 2 ? value : b.order_eq(order);
    b.set_slot(slot::cr(field), b.order_pack(lt, gt, eq));
}

Value Lifter::displaced(std::int32_t offset) {
    const auto displacement = static_cast<std::uint32_t>(offset);
    if (f.ra() == 0) return b.i32(displacement);
    const Value base = gpr(f.ra());
    return offset == 0 ? base : b.same_imm(Op::add, base, displacement);
}

Value Lifter::address_x() {
    const Value index = gpr(f.rb());
    return f.ra() == 0 ? index : b.add(gpr(f.ra()), index);
}

bool Lifter::traced(Flow flow) const {
    return (mode & mode::trace) && (!(mode & mode::branch_trace) || flow == Flow::branch);
}

void Lifter::end_goto(std::uint32_t target, Flow flow) {
    if (traced(flow))
        end_leave(code(Leave::trace), target);
    else
        b.goto_pc(target);
    ended_ = true;
}

void Lifter::end_jump(Value target, Flow flow) {
    if (traced(flow)) {
        b.set_slot(slot::pc, target);
        b.leave(code(Leave::trace));
    } else {
        b.jump_pc(target);
    }
    ended_ = true;
}

void Lifter::end_raise(Leave why) {
    b.set_slot(slot::pc, b.i32(pc));
    b.leave(code(why));
    ended_ = true;
}

void Lifter::end_leave(std::uint32_t leave_code, std::uint32_t next) {
    b.set_slot(slot::pc, b.i32(next));
    b.leave(leave_code);
    ended_ = true;
}

void Lifter::end_after_helper() { end_goto(next_pc()); }

bool Lifter::refused_in_problem_state() {
    if (!problem_state()) return false;
    end_raise(Leave::program_privileged);
    return true;
}

bool Lifter::fp_unavailable() {
    if (mode & mode::fp) return false;
    end_raise(Leave::fp_unavailable);
    return true;
}

bool Lifter::vec_unavailable() {
    if (mode & mode::vec) return false;
    end_raise(Leave::vec_unavailable);
    return true;
}

} // namespace vestige::ppc
