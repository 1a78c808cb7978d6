// Integer arithmetic of several instructions: carries, wide products, quotients.
#include "backend/x64/unit_emitter.h"
#include "common/assertion.h"

namespace vestige::x64 {

using ir::Type;

// ---- carries
//
// Values of at most 32 bits have zeroes above them, so that a 64-bit sum holds the carry.

// sum = a + b + c, in the 32 or 64 bits of `sum`, a register apart from the operands.
void UnitEmitter::emit_sum(const x86::Gp& sum, const Instruction& op) {
    Value a = op.arguments[0], b = op.arguments[1];
    const Value carry = op.arguments[2];
    if (regs_.constant(a)) std::swap(a, b);
    const auto fixed_carry = regs_.constant(carry);
    const auto fixed_b = regs_.constant(b);
    std::uint64_t number = fixed_carry.value_or(0) + fixed_b.value_or(0);
    const Held left = regs_.use(a);
    if (fixed_b && number <= INT32_MAX) {
        as_.lea(sum, x86::ptr(left.r64(), static_cast<std::int32_t>(number)));
    } else {
        const Held right = regs_.use(b);
        as_.lea(sum, x86::ptr(left.r64(), right.r64(), 0,
                              static_cast<std::int32_t>(fixed_carry.value_or(0))));
    }
    if (fixed_carry) return;
    const Held addend = regs_.use(carry);
    as_.add(sum, sum.isGpq() ? addend.r64() : addend.r32());
}

// sum += b + c, with the host's carry and overflow flags; the width is that of `sum`.
void UnitEmitter::add_with_carry(const x86::Gp& sum, const Instruction& op) {
    const Value carry = op.arguments[2];
    const Held right = regs_.use(op.arguments[1]);
    const Held carry_register = regs_.constant(carry) ? Held() : regs_.use(carry);
    x86::Gp addend = right.r64();
    addend.setSignatureAndId(sum.signature(), addend.id());
    const auto fixed_carry = regs_.constant(carry);
    if (fixed_carry && *fixed_carry == 0) {
        as_.add(sum, addend);
        return;
    }
    if (fixed_carry)
        as_.stc();
    else
        as_.bt(carry_register.r32(), 0);
    as_.adc(sum, addend);
}

void UnitEmitter::emit_carry_out(Value value, const Instruction& op) {
    const Type width = type(op.arguments[0]);
    if (width == Type::i64) {
        const Held sum = regs_.use_copy(op.arguments[0]);
        add_with_carry(sum.r64(), op);
        set_from_flags(x86::CondCode::kC, value, op);
        return;
    }
    Held sum = regs_.scratch_for(value);
    emit_sum(sum.r64(), op);
    as_.shr(sum.r64(), ir::info(width).bits);
    regs_.become(value, std::move(sum));
}

void UnitEmitter::emit_add_carry(Value value, const Instruction& op) {
    Held sum = regs_.scratch_for(value);
    if (op.type == Type::i64) {
        regs_.load(op.arguments[0], sum.reg());
        add_with_carry(sum.r64(), op);
        regs_.become(value, std::move(sum));
        return;
    }
    emit_sum(sum.r32(), op);
    if (op.type != Type::i32) zero_extend(sum.reg(), sum.reg(), op.type);
    regs_.become(value, std::move(sum));
}

void UnitEmitter::emit_add_overflow(Value value, const Instruction& op) {
    const Held sum = regs_.use_copy(op.arguments[0]);
    switch (type(op.arguments[0])) {
    case Type::i8: add_with_carry(sum.r8(), op); break;
    case Type::i16: add_with_carry(sum.r16(), op); break;
    case Type::i32: add_with_carry(sum.r32(), op); break;
    case Type::i64: add_with_carry(sum.r64(), op); break;
    default: VESTIGE_UNREACHABLE("i1 does not overflow");
    }
    set_from_flags(x86::CondCode::kO, value, op);
}

// ---- products

void UnitEmitter::emit_mul_high_u(Value value, const Instruction& op) {
    emit_multiply_high(value, op, false);
}
void UnitEmitter::emit_mul_high_s(Value value, const Instruction& op) {
    emit_multiply_high(value, op, true);
}

void UnitEmitter::emit_multiply_high(Value value, const Instruction& op, bool is_signed) {
    const Value a = op.arguments[0], b = op.arguments[1];
    if (op.type == Type::i32) { // a 64-bit product has it all
        const Held right = regs_.use_copy(b);
        const Held result = regs_.define_copy(value, a);
        if (is_signed) {
            as_.movsxd(right.r64(), right.r32());
            as_.movsxd(result.r64(), result.r32());
        }
        as_.imul(result.r64(), right.r64());
        as_.shr(result.r64(), 32);
        return;
    }
    VESTIGE_ASSERT(op.type == Type::i64);
    Held high = regs_.claim(host::rdx);
    const Held low = regs_.use_copy_in(a, host::rax);
    const HeldOperand right = regs_.register_or_memory(b);
    as_.emit(is_signed ? x86::Inst::kIdImul : x86::Inst::kIdMul, high.r64(), low.r64(),
             right.operand);
    regs_.become(value, std::move(high));
}

// ---- quotients

void UnitEmitter::emit_div_u(Value value, const Instruction& op) { emit_divide(value, op, false); }
void UnitEmitter::emit_div_s(Value value, const Instruction& op) { emit_divide(value, op, true); }

// The host would trap where the IR defines 0 (by zero) and the negated dividend (by -1).
void UnitEmitter::emit_divide(Value value, const Instruction& op, bool is_signed) {
    const Held high = regs_.claim(host::rdx);
    Held quotient = regs_.use_copy_in(op.arguments[0], host::rax);
    const Held divisor = regs_.use_copy(op.arguments[1]);
    const bool narrow = ir::info(op.type).bits < 32;
    const LabelId special = new_label(), done = new_label();
    const Type width = op.type;
    if (is_signed) {
        if (narrow) {
            sign_extend(quotient.reg(), op.type, Type::i32);
            sign_extend(divisor.reg(), op.type, Type::i32);
        }
        as_.lea(high.of(width), x86::ptr(divisor.r64(), 1));
        as_.cmp(high.of(width), 1);
        as_.jbe(at(special));
        width == Type::i64 ? as_.cqo(x86::rdx, x86::rax) : as_.cdq(x86::edx, x86::eax);
        as_.idiv(high.of(width), quotient.of(width), divisor.of(width));
    } else {
        as_.test(divisor.of(width), divisor.of(width));
        as_.jz(at(special));
        as_.xor_(x86::edx, x86::edx);
        as_.div(high.of(width), quotient.of(width), divisor.of(width));
    }
    as_.bind(at(done));
    normalise(quotient, op.type);
    cold_.add([this, special, done, width, is_signed, by = divisor.reg()] {
        as_.bind(at(special));
        if (is_signed) {
            const asmjit::Label by_zero = as_.newLabel();
            as_.test(gp_of(by, width), gp_of(by, width));
            as_.short_().jz(by_zero);
            as_.neg(gp_of(host::rax, width));
            as_.jmp(at(done));
            as_.bind(by_zero);
        }
        as_.xor_(x86::eax, x86::eax);
        as_.jmp(at(done));
    });
    regs_.become(value, std::move(quotient));
}

} // namespace vestige::x64
