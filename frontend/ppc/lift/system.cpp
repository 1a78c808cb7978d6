// System calls, exceptions, MSR, special and segment registers, TLB management, synchronisation.
#include "frontend/ppc/cpu/spr.h"
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Value;

namespace {

// Calls a helper after which the CPU may have to look at itself anew; the unit ends.
void call_and_end(Lifter& l, helper::Id helper, std::initializer_list<Value> arguments) {
    l.b.set_slot(slot::pc, l.b.i32(l.next_pc()));
    l.b.call(helper, arguments);
    l.end_after_helper();
}

// On at the pc that a helper has left, in the mode that it has made: by the jump cache.
void end_at_new_pc(Lifter& l) {
    l.b.jump_pc(l.b.get_slot(slot::pc));
    l.mark_ended();
}

} // namespace

void lift_sc(Lifter& l) {
    l.b.set_slot(slot::pc, l.b.i32(l.next_pc()));
    l.b.call(helper::system_call, {});
    end_at_new_pc(l);
}

void lift_rfi(Lifter& l) {
    if (l.refused_in_problem_state()) return;
    l.b.call(helper::return_from_interrupt, {});
    end_at_new_pc(l);
}

// ---- MSR

void lift_mfmsr(Lifter& l) {
    if (l.refused_in_problem_state()) return;
    l.set_gpr(l.f.rd(), l.b.get_slot(slot::msr));
}

void lift_mtmsr(Lifter& l) {
    if (l.refused_in_problem_state()) return;
    auto& b = l.b;
    const Value value = l.gpr(l.f.rs());
    const ir::BlockId whole = b.new_block(), other_mode = b.new_block(), done = b.new_block();
    if (l.mode & (mode::trace | mode::breakpoint)) {
        b.jump(whole);
    } else {
        // Interrupts go on and off all the time: no more than that, and none waits.
        constexpr std::uint32_t harmless = msr::ee | msr::ri;
        const Value others =
            b.same_imm(ir::Op::and_, b.xor_(b.get_slot(slot::msr), value), ~harmless);
        const Value due = b.or_(others, b.get_slot(slot::pending));
        const ir::BlockId quick = b.new_block();
        b.branch(b.cmp_eq(due, b.i32(0)), quick, whole);
        b.set_block(quick);
        b.set_slot(slot::msr, value);
        b.goto_pc(l.next_pc());
    }
    b.set_block(whole);
    b.set_slot(slot::pc, b.i32(l.next_pc()));
    b.branch(b.call(helper::write_msr, {value}), other_mode, done);
    b.set_block(other_mode);
    if (l.mode & mode::trace && !(l.mode & mode::branch_trace))
        b.leave(code(Leave::trace));
    else
        b.jump_pc(b.get_slot(slot::pc));
    b.set_block(done);
    l.end_after_helper();
}

// ---- special registers

namespace {

// The register, or null after the access has been turned into an exception. A user's access to a
// register that does not exist is a privilege violation if SPR[0] says supervisor, else illegal
// (Programming Environments, mfspr).
const SprInfo* accessible_spr(Lifter& l, unsigned number, SprAccess wanted) {
    const SprInfo* info = find_spr(l.model, number);
    const SprAccess given = !info               ? SprAccess::none
                            : l.problem_state() ? info->user
                                                : info->supervisor;
    if (given == wanted || given == SprAccess::read_write) return info;
    const bool privileged = l.problem_state() && l.f.spr_is_privileged();
    l.end_raise(privileged ? Leave::program_privileged : Leave::program_illegal);
    return nullptr;
}

struct SlotRow {
    unsigned spr;
    ir::SlotId slot;
};

// Registers that are slots: no helper needed.
constexpr SlotRow spr_slots[] = {
    {spr::lr, slot::lr},
    {spr::ctr, slot::ctr},
    {spr::srr0, slot::srr0},
    {spr::srr1, slot::srr1},
    {spr::dar, slot::dar},
    {spr::dsisr, slot::dsisr},
    {spr::vrsave, slot::vrsave},
    {spr::sprg0, slot::sprg(0)},
    {spr::sprg0 + 1, slot::sprg(1)},
    {spr::sprg0 + 2, slot::sprg(2)},
    {spr::sprg0 + 3, slot::sprg(3)},
};

const SlotRow* spr_slot(unsigned number) {
    for (const SlotRow& row : spr_slots)
        if (row.spr == number) return &row;
    return nullptr;
}

Value read_xer(Lifter& l) {
    auto& b = l.b;
    const auto flag = [&](ir::SlotId slot, unsigned position) {
        return b.shl(b.zext(ir::Type::i32, b.get_slot(slot)), b.i32(position));
    };
    return b.or_(b.or_(b.get_slot(slot::xer_rest), flag(slot::xer_so, 31)),
                 b.or_(flag(slot::xer_ov, 30), flag(slot::xer_ca, 29)));
}

void write_xer(Lifter& l, Value value) {
    auto& b = l.b;
    const auto flag = [&](ir::SlotId slot, unsigned position) {
        b.set_slot(slot, b.trunc(ir::Type::i1, b.shr(value, b.i32(position))));
    };
    flag(slot::xer_so, 31);
    flag(slot::xer_ov, 30);
    flag(slot::xer_ca, 29);
    b.set_slot(slot::xer_rest, b.and_(value, b.i32(0x1fffffff)));
}

} // namespace

void lift_mfspr(Lifter& l) {
    const unsigned number = l.f.spr();
    if (!accessible_spr(l, number, SprAccess::read)) return;
    if (number == spr::xer)
        l.set_gpr(l.f.rd(), read_xer(l));
    else if (const SlotRow* row = spr_slot(number))
        l.set_gpr(l.f.rd(), l.b.get_slot(row->slot));
    else
        l.set_gpr(l.f.rd(), l.b.call(helper::read_spr, {l.b.i32(number)}));
}

void lift_mtspr(Lifter& l) {
    const unsigned number = l.f.spr();
    if (!accessible_spr(l, number, SprAccess::write)) return;
    const Value value = l.gpr(l.f.rs());
    if (number == spr::xer)
        write_xer(l, value);
    else if (const SlotRow* row = spr_slot(number))
        l.b.set_slot(row->slot, value);
    else
        call_and_end(l, helper::write_spr, {l.b.i32(number), value});
}

void lift_mftb(Lifter& l) {
    const unsigned number = l.f.tbr();
    if (number != spr::tbl && number != spr::tbu) {
        l.end_raise(Leave::program_illegal);
        return;
    }
    l.set_gpr(l.f.rd(), l.b.call(helper::read_spr, {l.b.i32(number)}));
}

// ---- segment registers

void lift_mfsr(Lifter& l) {
    if (l.refused_in_problem_state()) return;
    l.set_gpr(l.f.rd(), l.b.get_slot(slot::sr(l.f.sr())));
}

void lift_mfsrin(Lifter& l) {
    if (l.refused_in_problem_state()) return;
    l.set_gpr(l.f.rd(), l.b.call(helper::read_segment, {l.gpr(l.f.rb())}));
}

void lift_mtsr(Lifter& l) {
    if (l.refused_in_problem_state()) return;
    call_and_end(l, helper::write_segment, {l.b.i32(l.f.sr() << 28), l.gpr(l.f.rs())});
}

void lift_mtsrin(Lifter& l) {
    if (l.refused_in_problem_state()) return;
    call_and_end(l, helper::write_segment, {l.gpr(l.f.rb()), l.gpr(l.f.rs())});
}

// ---- TLB

void lift_tlbie(Lifter& l) {
    if (l.refused_in_problem_state()) return;
    call_and_end(l, helper::tlbie, {l.gpr(l.f.rb())});
}

void lift_tlbia(Lifter& l) {
    if (l.refused_in_problem_state()) return;
    call_and_end(l, helper::tlbia, {});
}

void lift_tlbld(Lifter& l) {
    if (l.refused_in_problem_state()) return;
    call_and_end(l, helper::tlbld, {l.gpr(l.f.rb())});
}

void lift_tlbli(Lifter& l) {
    if (l.refused_in_problem_state()) return;
    call_and_end(l, helper::tlbli, {l.gpr(l.f.rb())});
}

void lift_tlbsync(Lifter& l) {
    if (l.refused_in_problem_state()) return;
}

// ---- order: one CPU sees its own accesses in program order, and stores into code are noticed when
// they happen, so that these have nothing left to do

void lift_sync(Lifter&) {}
void lift_eieio(Lifter&) {}
void lift_isync(Lifter&) {}
void lift_icbi(Lifter&) {}

// Writes back and invalidates like dcbf, where there is no cache to lose data from.
void lift_dcbi(Lifter& l) {
    if (l.refused_in_problem_state()) return;
}

} // namespace vestige::ppc
