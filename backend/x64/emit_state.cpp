// Values, guest state slots and conversions between types.
#include "backend/x64/unit_emitter.h"
#include "common/assertion.h"
#include "translator/runtime/cpu_header.h"

namespace vestige::x64 {

using ir::Type;

// Made where they are used.
void UnitEmitter::emit_constant(Value, const Instruction&) {}

void UnitEmitter::emit_parameter(Value, const Instruction&) {
    VESTIGE_UNREACHABLE("a parameter is not in a block's body");
}

void UnitEmitter::emit_copy(Value value, const Instruction& op) {
    regs_.define_copy(value, op.arguments[0]);
}

// A promotable slot is read where it is first used: no helper changes it unseen.
void UnitEmitter::emit_get_slot(Value value, const Instruction& op) {
    const ir::Slot& slot = (*function_->layout)[static_cast<ir::SlotId>(op.imm)];
    if (slot.promotion == ir::Promotion::promotable)
        regs_.define_in_state(value, slot.offset);
    else
        regs_.define_from_state(value, slot.offset);
}

void UnitEmitter::emit_set_slot(Value, const Instruction& op) {
    const ir::Slot& slot = (*function_->layout)[static_cast<ir::SlotId>(op.imm)];
    const Value source = op.arguments[0];
    const unsigned bytes = ir::info(slot.type).bytes;
    if (regs_.is_in_state(source, slot.offset)) return; // it has this value
    const x86::Mem to = state_memory(slot.offset, bytes);
    if (const auto number = regs_.immediate(source)) {
        regs_.state_changes(slot.offset, bytes);
        as_.mov(to, *number);
        return;
    }
    const Held from = regs_.use(source);
    regs_.state_changes(slot.offset, bytes);
    x86::Mem any = to;
    any.setSize(0);
    switch (slot.type) {
    case Type::i1:
    case Type::i8: as_.mov(to, from.r8()); break;
    case Type::i16: as_.mov(to, from.r16()); break;
    case Type::i32: as_.mov(to, from.r32()); break;
    case Type::i64: as_.mov(to, from.r64()); break;
    case Type::f32: features_.avx ? as_.vmovss(any, from.xmm()) : as_.movss(any, from.xmm()); break;
    case Type::f64: features_.avx ? as_.vmovsd(any, from.xmm()) : as_.movsd(any, from.xmm()); break;
    case Type::v128:
        features_.avx ? as_.vmovups(any, from.xmm()) : as_.movups(any, from.xmm());
        break;
    default: VESTIGE_UNREACHABLE("no slots of this type yet");
    }
    if (slot.promotion == ir::Promotion::promotable) regs_.now_in_state(source, slot.offset);
}

// Slots of the bank before are other registers now.
void UnitEmitter::emit_set_bank(Value, const Instruction& op) {
    const Held bank = regs_.use(op.arguments[0]);
    regs_.bank_changes();
    as_.mov(state_memory(offsetof(runtime::CpuHeader, bank), 4), bank.r32());
    as_.lea(gp64(bank_register), x86::ptr(gp64(state_register), bank.r64(), 0, -state_bias));
}

// ---- conversions

// Values narrower than 64 bits have zeroes above them in their registers.
void UnitEmitter::emit_zext(Value value, const Instruction& op) {
    regs_.define_copy(value, op.arguments[0]);
}

void UnitEmitter::zero_extend(HostRegister to, HostRegister from, Type type) {
    switch (type) {
    case Type::i1:
        if (to != from) as_.mov(gp32(to), gp32(from));
        as_.and_(gp32(to), 1);
        return;
    case Type::i8: as_.movzx(gp32(to), gp8(from)); return;
    case Type::i16: as_.movzx(gp32(to), gp16(from)); return;
    case Type::i32: as_.mov(gp32(to), gp32(from)); return;
    default: VESTIGE_UNREACHABLE("not narrower than a register");
    }
}

void UnitEmitter::emit_trunc(Value value, const Instruction& op) {
    const Instruction& source = instruction(op.arguments[0]);
    if (source.op == ir::Op::shr && source.type == Type::i64 &&
        regs_.constant(source.arguments[1]).value_or(0) % 64 >= 64u - ir::info(op.type).bits) {
        regs_.define_copy(value, op.arguments[0]); // there are zeroes above
        return;
    }
    const HostRegister from = regs_.finish(op.arguments[0], regs_.use(op.arguments[0]));
    const Held to = regs_.define(value);
    zero_extend(to.reg(), from, op.type);
}

void UnitEmitter::sign_extend(HostRegister reg, Type from, Type to) {
    switch (from) {
    case Type::i1: as_.neg(gp_of(reg, to)); return;
    case Type::i8: as_.movsx(gp_of(reg, to), gp8(reg)); return;
    case Type::i16: as_.movsx(gp_of(reg, to), gp16(reg)); return;
    case Type::i32:
        if (to == Type::i64) as_.movsxd(gp64(reg), gp32(reg));
        return;
    default: return;
    }
}

void UnitEmitter::emit_sext(Value value, const Instruction& op) {
    const Value source = op.arguments[0];
    if (type(source) == Type::i32) {
        HeldOperand from = regs_.register_or_memory(source);
        if (from.held.holds()) regs_.finish(source, std::move(from.held));
        const Held to = regs_.define(value);
        as_.emit(x86::Inst::kIdMovsxd, to.r64(), from.operand);
        return;
    }
    const Held to = regs_.define_copy(value, source);
    sign_extend(to.reg(), type(source), op.type);
    normalise(to, op.type);
}

void UnitEmitter::emit_bitcast(Value value, const Instruction& op) {
    const Held to = regs_.define(value);
    regs_.load(op.arguments[0], to.reg());
}

void UnitEmitter::emit_select(Value value, const Instruction& op) {
    const x86::CondCode code = condition(op.arguments[0]);
    regs_.keep_flags(true);
    if (bank_of(op.type) == Bank::general) {
        const Held if_true = regs_.use(op.arguments[1]);
        const Held result = regs_.define_copy(value, op.arguments[2]);
        as_.emit(x86::Inst::cmovccFromCond(code), result.r64(), if_true.r64());
    } else {
        const Held if_true = regs_.use(op.arguments[1]);
        const Held result = regs_.define_copy(value, op.arguments[2]);
        const asmjit::Label done = as_.newLabel();
        as_.short_().emit(x86::Inst::jccFromCond(x86::negateCond(code)), done);
        regs_.move(result.reg(), if_true.reg(), op.type);
        as_.bind(done);
    }
    regs_.keep_flags(false);
}

} // namespace vestige::x64
