// Integer arithmetic of one instruction or two: sums, bits, shifts.
#include <bit>

#include "backend/x64/unit_emitter.h"
#include "common/assertion.h"

namespace vestige::x64 {

using ir::Type;
namespace Id = x86::Inst;

namespace {

bool is_word(Type type) { return type == Type::i32 || type == Type::i64; }

} // namespace

// Arithmetic on narrow types is done in 32 bits.
void UnitEmitter::normalise(const Held& reg, Type type) {
    if (!is_word(type)) zero_extend(reg.reg(), reg.reg(), type);
}

// Two-address arithmetic: result = first, result op= second.
void UnitEmitter::emit_alu(asmjit::InstId id, Value value, const Instruction& op,
                           bool commutative) {
    Value a = op.arguments[0], b = op.arguments[1];
    const auto in_place = [&](Value operand) {
        return regs_.in_register(operand) && regs_.dies_here(operand);
    };
    if (commutative && (regs_.constant(a) || (in_place(b) && !in_place(a) && !regs_.constant(b))))
        std::swap(a, b);
    const HeldOperand right = regs_.operand(b);
    const Held result = regs_.define_copy(value, a);
    as_.emit(id, result.of(op.type), right.operand);
    normalise(result, op.type);
    if (is_word(op.type) && id != Id::kIdImul) flags_are_of(value);
}

void UnitEmitter::emit_add(Value value, const Instruction& op) {
    Value a = op.arguments[0], b = op.arguments[1];
    if (regs_.constant(a)) std::swap(a, b);
    const auto number = regs_.immediate(b);
    const bool in_place = regs_.in_register(a) && regs_.dies_here(a);
    const bool in_place_other = !number && regs_.in_register(b) && regs_.dies_here(b);
    const bool both_at_hand = regs_.in_register(a) && (number || regs_.in_register(b));
    if (!is_word(op.type) || in_place || in_place_other || !both_at_hand) {
        emit_alu(Id::kIdAdd, value, op, true);
        return;
    }
    Held left = regs_.use(a);
    if (number) {
        const HostRegister base = regs_.finish(a, std::move(left));
        const Held sum = regs_.define(value);
        as_.lea(sum.of(op.type), x86::ptr(gp64(base), *number));
        return;
    }
    Held right = regs_.use(b);
    const HostRegister base = regs_.finish(a, std::move(left));
    const HostRegister index = regs_.finish(b, std::move(right));
    const Held sum = regs_.define(value);
    as_.lea(sum.of(op.type), x86::ptr(gp64(base), gp64(index)));
}

void UnitEmitter::emit_sub(Value value, const Instruction& op) {
    const Value a = op.arguments[0], b = op.arguments[1];
    const auto number = regs_.immediate(b);
    if (number && is_word(op.type) && *number != INT32_MIN && regs_.in_register(a) &&
        !regs_.dies_here(a)) {
        const HostRegister base = regs_.finish(a, regs_.use(a));
        const Held difference = regs_.define(value);
        as_.lea(difference.of(op.type), x86::ptr(gp64(base), -*number));
        return;
    }
    if (a == b) { // define_copy() must not change the other operand
        const Held zero = regs_.define(value);
        as_.xor_(zero.r32(), zero.r32());
        return;
    }
    emit_alu(Id::kIdSub, value, op, false);
}

void UnitEmitter::emit_mul(Value value, const Instruction& op) {
    Value a = op.arguments[0], b = op.arguments[1];
    if (regs_.constant(a)) std::swap(a, b);
    if (const auto number = regs_.immediate(b)) {
        HeldOperand left = regs_.register_or_memory(a);
        if (left.held.holds()) regs_.finish(a, std::move(left.held));
        const Held product = regs_.define(value);
        const bool is_sum = *number == 3 || *number == 5 || *number == 9; // x + x * 2, 4, 8
        if (is_sum && is_word(op.type) && left.operand.isReg()) {
            const x86::Gp factor = left.operand.as<x86::Gp>().r64();
            const int shift = std::countr_zero(static_cast<std::uint32_t>(*number - 1));
            as_.lea(product.of(op.type),
                    x86::ptr(factor, factor, static_cast<std::uint32_t>(shift)));
            return;
        }
        as_.emit(Id::kIdImul, product.of(op.type), left.operand, asmjit::Imm(*number));
        normalise(product, op.type);
        return;
    }
    emit_alu(Id::kIdImul, value, op, true);
}

void UnitEmitter::emit_and_(Value value, const Instruction& op) {
    Value a = op.arguments[0], b = op.arguments[1];
    if (regs_.constant(a)) std::swap(a, b);
    const auto mask = regs_.constant(b);
    if (mask && is_word(op.type)) {
        if (*mask == 0xff || *mask == 0xffff || (*mask == 0xffffffff && op.type == Type::i64)) {
            const HostRegister from = regs_.finish(a, regs_.use(a));
            const Held low = regs_.define(value);
            zero_extend(low.reg(), from,
                        *mask == 0xff     ? Type::i8
                        : *mask == 0xffff ? Type::i16
                                          : Type::i32);
            return;
        }
        if (*mask <= 0xffffffff) { // the upper half becomes zero by itself
            const Held low = regs_.define_copy(value, a);
            as_.and_(low.r32(), static_cast<std::int32_t>(*mask));
            if (op.type == Type::i32) flags_are_of(value);
            return;
        }
    }
    emit_alu(Id::kIdAnd, value, op, true);
}

void UnitEmitter::emit_or_(Value value, const Instruction& op) {
    emit_alu(Id::kIdOr, value, op, true);
}

void UnitEmitter::emit_xor_(Value value, const Instruction& op) {
    emit_alu(Id::kIdXor, value, op, true);
}

void UnitEmitter::emit_and_not(Value value, const Instruction& op) {
    const Value a = op.arguments[0], b = op.arguments[1];
    if (features_.bmi1) {
        Held keep = regs_.use(a), drop = regs_.use(b);
        const HostRegister kept = regs_.finish(a, std::move(keep));
        const HostRegister dropped = regs_.finish(b, std::move(drop));
        const Held result = regs_.define(value);
        as_.andn(result.r64(), gp64(dropped), gp64(kept));
        return;
    }
    const Held keep = regs_.use(a);
    if (a == b) {
        const Held zero = regs_.define(value);
        as_.xor_(zero.r32(), zero.r32());
        return;
    }
    const Held result = regs_.define_copy(value, b);
    as_.not_(result.r64());
    as_.and_(result.r64(), keep.r64()); // whose upper bits are zero
}

void UnitEmitter::emit_not_(Value value, const Instruction& op) {
    const Held result = regs_.define_copy(value, op.arguments[0]);
    as_.not_(result.of(op.type));
    normalise(result, op.type);
}

void UnitEmitter::emit_neg(Value value, const Instruction& op) {
    const Held result = regs_.define_copy(value, op.arguments[0]);
    as_.neg(result.of(op.type));
    normalise(result, op.type);
}

// ---- shifts

void UnitEmitter::emit_shl(Value value, const Instruction& op) {
    emit_shift(Shift::left, value, op);
}
void UnitEmitter::emit_shr(Value value, const Instruction& op) {
    emit_shift(Shift::right, value, op);
}
void UnitEmitter::emit_sar(Value value, const Instruction& op) {
    emit_shift(Shift::right_signed, value, op);
}
void UnitEmitter::emit_rotl(Value value, const Instruction& op) {
    emit_shift(Shift::rotate_left, value, op);
}

namespace {

struct ShiftInstructions {
    asmjit::InstId two_address, three_address; // the latter takes its count in any register
};
constexpr ShiftInstructions shift_instructions[] = {
    {Id::kIdShl, Id::kIdShlx},
    {Id::kIdShr, Id::kIdShrx},
    {Id::kIdSar, Id::kIdSarx},
    {Id::kIdRol, Id::kIdNone},
};

// Rotation needs the register's part that is as wide as the type; shifts work in 32 bits, on
// operands that were extended to them.
x86::Gp shifted_part(HostRegister reg, Type type, bool rotate) {
    if (!rotate || is_word(type)) return gp_of(reg, type);
    return type == Type::i16 ? gp16(reg) : gp8(reg);
}

} // namespace

void UnitEmitter::emit_shift_by_constant(Shift shift, unsigned count, Value value,
                                         const Instruction& op) {
    const Value source = op.arguments[0];
    const bool rotate = shift == Shift::rotate_left;
    const bool in_place = regs_.in_register(source) && regs_.dies_here(source);
    if (rotate && features_.bmi2 && is_word(op.type) && !in_place) {
        HeldOperand from = regs_.register_or_memory(source);
        if (from.held.holds()) regs_.finish(source, std::move(from.held));
        const Held result = regs_.define(value);
        const unsigned width = ir::info(op.type).bits;
        as_.emit(Id::kIdRorx, result.of(op.type), from.operand,
                 asmjit::Imm((width - count) % width));
        return;
    }
    const Held result = regs_.define_copy(value, source);
    if (shift == Shift::right_signed && !is_word(op.type))
        sign_extend(result.reg(), op.type, Type::i32);
    if (count != 0)
        as_.emit(shift_instructions[static_cast<unsigned>(shift)].two_address,
                 shifted_part(result.reg(), op.type, rotate), asmjit::Imm(count));
    normalise(result, op.type);
}

void UnitEmitter::emit_shift(Shift shift, Value value, const Instruction& op) {
    const Value source = op.arguments[0], count = op.arguments[1];
    const unsigned width = ir::info(op.type).bits;
    if (const auto number = regs_.constant(count)) {
        emit_shift_by_constant(shift, static_cast<unsigned>(*number % width), value, op);
        return;
    }
    const ShiftInstructions& instructions = shift_instructions[static_cast<unsigned>(shift)];
    if (features_.bmi2 && is_word(op.type) && instructions.three_address != Id::kIdNone) {
        Held by = regs_.use(count);
        HeldOperand from = regs_.register_or_memory(source);
        const HostRegister by_register = regs_.finish(count, std::move(by));
        if (from.held.holds()) regs_.finish(source, std::move(from.held));
        const Held result = regs_.define(value);
        as_.emit(instructions.three_address, result.of(op.type), from.operand,
                 gp_of(by_register, op.type));
        return;
    }
    // The host takes a count in cl, modulo 32 or 64.
    const Held by = regs_.use_copy_in(count, host::rcx);
    if (!is_word(op.type)) as_.and_(by.r32(), width - 1);
    const Held result = regs_.define_copy(value, source);
    if (shift == Shift::right_signed && !is_word(op.type))
        sign_extend(result.reg(), op.type, Type::i32);
    as_.emit(instructions.two_address,
             shifted_part(result.reg(), op.type, shift == Shift::rotate_left), x86::cl);
    normalise(result, op.type);
}

// ---- single bits and bytes

void UnitEmitter::emit_clz(Value value, const Instruction& op) {
    const unsigned width = ir::info(op.type).bits;
    const HostRegister from = regs_.finish(op.arguments[0], regs_.use(op.arguments[0]));
    if (features_.lzcnt) {
        const Held result = regs_.define(value);
        as_.lzcnt(result.of(op.type), gp_of(from, op.type));
        if (width < 32) as_.sub(result.r32(), 32 - width);
        return;
    }
    const Held result = regs_.define(value);
    if (width < 64) { // 2 * n + 1 is never zero
        as_.lea(result.r64(), x86::ptr(gp64(from), gp64(from), 0, 1));
        as_.bsr(result.r64(), result.r64());
        as_.neg(result.r32());
        as_.add(result.r32(), width);
        return;
    }
    const asmjit::Label zero = as_.newLabel(), done = as_.newLabel();
    as_.bsr(result.r64(), gp64(from));
    as_.short_().jz(zero);
    as_.xor_(result.r32(), 63);
    as_.short_().jmp(done);
    as_.bind(zero);
    as_.mov(result.r32(), 64);
    as_.bind(done);
}

void UnitEmitter::emit_byte_swap(Value value, const Instruction& op) {
    const Held result = regs_.define_copy(value, op.arguments[0]);
    if (is_word(op.type))
        as_.bswap(result.of(op.type));
    else if (op.type == Type::i16)
        as_.rol(result.r16(), 8);
}

} // namespace vestige::x64
