// Delayed control transfers: what becomes of the instruction in the delay slot (V8 5.1.2 and table
// 5-11), and the instructions themselves (V8 B.21, B.24 to B.26).
#include "frontend/sparc/helpers.h"
#include "frontend/sparc/lift/lifter.h"

namespace vestige::sparc {

using ir::Op;
using ir::Value;

Value Lifter::value_of(const Target& target) {
    return target.value.valid() ? target.value : b.i32(target.address);
}

void Lifter::jump_to(const Target& target) {
    if (target.value.valid())
        b.jump_pc(target.value);
    else
        b.goto_pc(target.address);
}

// ---- the slot lifted with its transfer

// Not another transfer but the rett of a return from a trap; not on the next page, and not behind
// the limit.
bool Lifter::slot_can_be_lifted(std::uint32_t& word) const {
    if (lifted_ == request_.max_instructions || !word_at(pc + 4, word)) return false;
    const Opcode opcode = decode(word, model.features);
    if (opcode == Opcode::rett) return decode(f.word, model.features) == Opcode::jmpl;
    return !info(opcode).has(Flags::delayed);
}

// The next instruction, with npc and delay as it sees them. Ends the current block unless the
// instruction has done so.
void Lifter::lift_slot(std::uint32_t word, Value condition, const Target& target) {
    slot_ = {.condition = condition,
             .target = target,
             .otherwise = pc + 8,
             .npc = b.get_slot(slot::npc),
             .delay = b.get_slot(slot::delay),
             .new_npc = value_of(target),
             .new_delay = b.i1(true)};
    if (condition.valid())
        slot_.new_npc = b.select(condition, slot_.new_npc, b.i32(slot_.otherwise));
    placement_ = Placement::slot;
    resume_slot();
    dispatch(pc + 4, word);
    if (!ended_) go_on();
    ended_ = true;
}

void Lifter::resume_slot() {
    if (placement_ != Placement::slot) return;
    b.set_slot(slot::npc, slot_.new_npc);
    b.set_slot(slot::delay, slot_.new_delay);
}

void Lifter::set_slot_back() {
    if (placement_ != Placement::slot || suspended_) return;
    b.set_slot(slot::npc, slot_.npc);
    b.set_slot(slot::delay, slot_.delay);
}

void Lifter::suspend_slot() {
    set_slot_back();
    suspended_ = true;
}

void Lifter::go_on_behind_slot() {
    set_slot_back();
    if (slot_.condition.valid()) {
        const ir::BlockId yes = b.new_block(), no = b.new_block();
        b.branch(slot_.condition, yes, no);
        b.set_block(no);
        b.goto_pc(slot_.otherwise);
        b.set_block(yes);
    }
    jump_to(slot_.target);
}

Value Lifter::following_pc() {
    switch (placement_) {
    case Placement::straight: return b.i32(pc + 4);
    case Placement::slot: return slot_.new_npc;
    default: return b.get_slot(slot::npc);
    }
}

// ---- the slot in a unit of its own

// On at pc, in the mode that `delay` makes of this one; the context is the same.
void Lifter::go_to_changed_delay(Value delay) {
    b.set_slot(slot::delay, delay);
    const auto with = [&](std::uint32_t bits) { return b.i64(std::uint64_t{bits} << 32); };
    const Value set = with(mode | mode::delay), clear = with(mode & ~mode::delay);
    b.set_slot(slot::jump_cache_mode, b.select(delay, set, clear));
    // Its lower half is zero, which no pass knows: a jump to a place that is known would be a
    // link, and links do not lead to another mode.
    const Value zero = b.trunc(ir::Type::i32, b.get_slot(slot::jump_cache_mode));
    b.jump_pc(b.or_(b.get_slot(slot::pc), zero));
}

void Lifter::stop_before_slot(Value npc) {
    b.set_slot(slot::npc, npc);
    b.set_slot(slot::pc, b.i32(pc + 4));
    go_to_changed_delay(b.i1(true));
}

// A couple: this transfer is in the slot of another one, which has decided what comes next. That is
// the slot of this one (V8 5.1.2.1).
void Lifter::branch_in_delay_slot(Value condition, const Target& target, Annul annul) {
    const Value next = b.get_slot(slot::npc), to = value_of(target);
    const bool always = !condition.valid();
    if (always && annul == Annul::yes) {
        b.set_slot(slot::pc, to);
        go_to_changed_delay(b.i1(false));
    } else {
        const bool annuls = !always && annul == Annul::yes;
        b.set_slot(slot::pc,
                   annuls ? b.select(condition, next, b.same_imm(Op::add, next, 4)) : next);
        b.set_slot(slot::npc, always ? to : b.select(condition, to, next));
        go_to_changed_delay(always ? b.i1(true) : condition);
    }
    ended_ = true;
}

// ---- transfers

void Lifter::branch_always(Target target, Annul annul) {
    if (placement_ == Placement::delayed) {
        branch_in_delay_slot({}, target, annul);
        return;
    }
    std::uint32_t word = 0;
    if (annul == Annul::yes)
        jump_to(target);
    else if (slot_can_be_lifted(word))
        lift_slot(word, {}, target);
    else
        stop_before_slot(value_of(target));
    ended_ = true;
}

void Lifter::branch_never(Annul annul) {
    if (annul == Annul::no) return; // no transfer at all
    if (placement_ == Placement::delayed) {
        b.set_slot(slot::pc, b.same_imm(Op::add, b.get_slot(slot::npc), 4));
        go_to_changed_delay(b.i1(false));
    } else {
        b.goto_pc(pc + 8);
    }
    ended_ = true;
}

void Lifter::branch_if(Value condition, Target target, Annul annul) {
    if (placement_ == Placement::delayed) {
        branch_in_delay_slot(condition, target, annul);
        return;
    }
    std::uint32_t word = 0;
    const bool together = slot_can_be_lifted(word);
    if (annul == Annul::yes) {
        const ir::BlockId yes = b.new_block(), no = b.new_block();
        b.branch(condition, yes, no);
        b.set_block(no);
        b.goto_pc(pc + 8);
        b.set_block(yes);
        condition = {};
    }
    if (together)
        lift_slot(word, condition, target);
    else if (condition.valid())
        stop_before_slot(b.select(condition, value_of(target), b.i32(pc + 8)));
    else
        stop_before_slot(value_of(target));
    ended_ = true;
}

// ---- the instructions

void lift_bicc(Lifter& l) {
    constexpr unsigned never = 0, always = 8;
    const Lifter::Target target{l.pc + static_cast<std::uint32_t>(l.f.disp22())};
    const auto annul = l.f.annul() ? Lifter::Annul::yes : Lifter::Annul::no;
    switch (l.f.cond()) {
    case never: l.branch_never(annul); return;
    case always: l.branch_always(target, annul); return;
    default: l.branch_if(l.condition(l.f.cond()), target, annul);
    }
}

void lift_call(Lifter& l) {
    l.set_reg(15, l.b.i32(l.pc));
    l.branch_always({l.pc + static_cast<std::uint32_t>(l.f.disp30())}, Lifter::Annul::no);
}

namespace {

// That of jmpl, checked.
Value aligned_target(Lifter& l) {
    const Value target = l.address();
    l.trap_if(l.b.cmp_ne(l.b.same_imm(Op::and_, target, 3), l.b.i32(0)),
              tt::mem_address_not_aligned);
    return target;
}

} // namespace

void lift_jmpl(Lifter& l) {
    const Value target = aligned_target(l);
    l.set_reg(l.f.rd(), l.b.i32(l.pc));
    l.branch_always({.value = target}, Lifter::Annul::no);
}

// V8 B.26. What the conditions say of ET and the window is the helper's.
void lift_rett(Lifter& l) {
    const Value target = l.address();
    l.write_pc();
    l.b.call(helper::return_from_trap, {l.following_pc(), target});
    l.go_to_new_pc();
    l.mark_ended();
}

// ---- coprocessor: none of the chips has one, PSR.EC is 0

namespace {

void no_coprocessor(Lifter& l) { l.end_trap(tt::cp_disabled); }

} // namespace

void lift_cbccc(Lifter& l) { no_coprocessor(l); }
void lift_ldc(Lifter& l) { no_coprocessor(l); }
void lift_lddc(Lifter& l) { no_coprocessor(l); }
void lift_ldcsr(Lifter& l) { no_coprocessor(l); }
void lift_stc(Lifter& l) { no_coprocessor(l); }
void lift_stdc(Lifter& l) { no_coprocessor(l); }
void lift_stcsr(Lifter& l) { no_coprocessor(l); }
void lift_cpop1(Lifter& l) { no_coprocessor(l); }
void lift_cpop2(Lifter& l) { no_coprocessor(l); }
void lift_stdcq(Lifter& l) {
    if (!l.refused_to_user()) no_coprocessor(l);
}

} // namespace vestige::sparc
