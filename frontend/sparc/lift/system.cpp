// Trap instructions, state registers, flush (V8 B.27 to B.32).
#include "frontend/sparc/helpers.h"
#include "frontend/sparc/lift/lifter.h"

namespace vestige::sparc {

using ir::Op;
using ir::Type;
using ir::Value;

// ---- traps

void lift_ticc(Lifter& l) {
    constexpr unsigned never = 0, always = 8, number_mask = 0x7f;
    auto& b = l.b;
    if (l.f.cond() == never) return;
    const Value number = b.same_imm(Op::and_, l.address(), number_mask);
    const Value type = b.same_imm(Op::add, number, tt::trap_instruction);
    if (l.f.cond() == always) {
        l.raise_trap(type);
        l.mark_ended();
        return;
    }
    const ir::BlockId trap = b.new_block(), on = b.new_block();
    const Value holds = l.condition(l.f.cond());
    l.suspend_slot();
    b.branch(holds, trap, on);
    b.set_block(trap);
    l.raise_trap(type);
    b.set_block(on);
}

void lift_unimp(Lifter& l) { l.end_trap(tt::illegal_instruction); }

// ---- order: one CPU sees its own accesses in program order, and stores into code are noticed when
// they happen, so that these have nothing left to do

void lift_stbar(Lifter&) {}
void lift_flush(Lifter&) {}

// ---- PSR

namespace {

Value flag(Lifter& l, Value i1, unsigned position) {
    return l.b.shl(l.b.zext(Type::i32, i1), l.b.i32(position));
}
Value slot_flag(Lifter& l, ir::SlotId slot, unsigned position) {
    return flag(l, l.b.get_slot(slot), position);
}

constexpr unsigned n_position = 23, z_position = 22, v_position = 21, c_position = 20,
                   ef_position = 12, ps_position = 6, et_position = 5;

Value bit(Lifter& l, Value word, unsigned position) {
    return l.b.trunc(Type::i1, l.b.shr(word, l.b.i32(position)));
}

// The ordering of icc as PSR has it: order_of() of psr.h.
void set_icc_from_psr(Lifter& l, Value psr) {
    auto& b = l.b;
    const Value n = bit(l, psr, n_position);
    const Value low = b.or_(flag(l, n, 31), b.zext(Type::i32, b.not_(bit(l, psr, z_position))));
    const Value less = b.xor_(n, bit(l, psr, v_position));
    const Value high = b.shl(b.sext(Type::i64, less), b.i64(32));
    const Value carry = bit(l, psr, c_position);
    l.set_icc(b.or_(high, b.zext(Type::i64, low)), low, carry);
}

// wr: rs1 xor the second operand.
Value written(Lifter& l) {
    if (l.f.rs1() == 0) return l.operand2();
    const bool zero = l.f.i() ? l.f.simm13() == 0 : l.f.rs2() == 0;
    return zero ? l.operand1() : l.b.xor_(l.operand1(), l.operand2());
}

} // namespace

void lift_rdpsr(Lifter& l) {
    if (l.refused_to_user()) return;
    auto& b = l.b;
    const Value order = b.get_slot(slot::icc);
    const Value low = b.trunc(Type::i32, order);
    const Value n = b.cmp_lt_s(low, b.i32(0));
    const std::uint32_t known =
        std::uint32_t{l.model.psr_version} << psr::ver_shift | psr::s; // in this mode
    Value word = b.same_imm(Op::or_, b.get_slot(slot::cwp), known);
    word = b.or_(word, flag(l, n, n_position));
    word = b.or_(word, flag(l, b.order_eq(order), z_position));
    word = b.or_(word, flag(l, b.xor_(n, b.order_lt(order)), v_position));
    word = b.or_(word, slot_flag(l, slot::icc_c, c_position));
    word = b.or_(word, b.shl(b.get_slot(slot::pil), b.i32(psr::pil_shift)));
    word = b.or_(word, slot_flag(l, slot::enable_float, ef_position));
    word = b.or_(word, slot_flag(l, slot::previous_supervisor, ps_position));
    word = b.or_(word, slot_flag(l, slot::enable_traps, et_position));
    l.set_reg(l.f.rd(), word);
}

void lift_wrpsr(Lifter& l) {
    if (l.refused_to_user()) return;
    auto& b = l.b;
    const Value value = written(l);
    const ir::BlockId quick = b.new_block(), whole = b.new_block();
    // Interrupts go on and off all the time: the same mode and window, and no interrupt waits.
    constexpr std::uint32_t mode_bits = psr::s | psr::cwp;
    const Value others = b.xor_(b.same_imm(Op::and_, value, mode_bits),
                                b.same_imm(Op::or_, b.get_slot(slot::cwp), psr::s));
    const Value due = b.or_(others, b.get_slot(slot::interrupt_level));
    b.branch(b.cmp_eq(due, b.i32(0)), quick, whole);

    b.set_block(whole);
    l.write_pc();
    b.call(helper::write_psr, {value});
    l.go_to_new_pc();

    b.set_block(quick);
    set_icc_from_psr(l, value);
    b.set_slot(slot::pil, b.same_imm(Op::and_, b.shr(value, b.i32(psr::pil_shift)), 15));
    b.set_slot(slot::enable_float, bit(l, value, ef_position));
    l.forget_fpu_check();
    b.set_slot(slot::previous_supervisor, bit(l, value, ps_position));
    b.set_slot(slot::enable_traps, bit(l, value, et_position));
}

// ---- WIM, TBR, Y

void lift_rdwim(Lifter& l) {
    if (!l.refused_to_user()) l.set_reg(l.f.rd(), l.b.get_slot(slot::wim));
}

// Bits of windows that are not there read as zero.
void lift_wrwim(Lifter& l) {
    if (l.refused_to_user()) return;
    const auto windows = static_cast<std::uint32_t>((std::uint64_t{1} << l.model.windows) - 1);
    l.b.set_slot(slot::wim, l.b.same_imm(Op::and_, written(l), windows));
}

void lift_rdtbr(Lifter& l) {
    if (!l.refused_to_user()) l.set_reg(l.f.rd(), l.b.get_slot(slot::tbr));
}

// The trap type stays.
void lift_wrtbr(Lifter& l) {
    if (l.refused_to_user()) return;
    constexpr std::uint32_t base = 0xfffff000;
    const Value type = l.b.same_imm(Op::and_, l.b.get_slot(slot::tbr), ~base);
    l.b.set_slot(slot::tbr, l.b.or_(l.b.same_imm(Op::and_, written(l), base), type));
}

void lift_rdy(Lifter& l) { l.set_reg(l.f.rd(), l.b.get_slot(slot::y)); }
void lift_wry(Lifter& l) { l.b.set_slot(slot::y, written(l)); }

// ---- ancillary state registers: LEON3 has two; elsewhere they read as Y and writes do nothing, as
// on microSPARC-II

namespace {

constexpr unsigned asr_configuration = 17, asr_power_down = 19;

} // namespace

void lift_rdasr(Lifter& l) {
    const bool configuration = l.f.rs1() == asr_configuration && l.model.asr17 != 0;
    l.set_reg(l.f.rd(), configuration ? l.b.i32(l.model.asr17) : l.b.get_slot(slot::y));
}

void lift_wrasr(Lifter& l) {
    if (l.f.rd() != asr_power_down || !l.model.has_power_down) return;
    if (l.refused_to_user()) return;
    l.write_pc();
    l.b.call(helper::power_down, {});
    l.go_to_new_pc();
    l.mark_ended();
}

} // namespace vestige::sparc
