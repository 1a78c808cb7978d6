// Floating point as bits: signs, halves, and singles in memory against doubles in registers
// (ir::widen_single, ir::narrow_double).
#include "backend/x64/unit_emitter.h"

namespace vestige::x64 {

namespace Id = x86::Inst;

void UnitEmitter::emit_float_neg(Value value, const Instruction& op) {
    emit_with_constant(Id::kIdVxorps, Id::kIdXorps, value, op.arguments[0],
                       op.type == ir::Type::f32 ? thunks_.single_sign_bit : thunks_.sign_bit);
}
void UnitEmitter::emit_float_abs(Value value, const Instruction& op) {
    emit_with_constant(Id::kIdVandps, Id::kIdAndps, value, op.arguments[0],
                       op.type == ir::Type::f32 ? thunks_.all_but_single_sign
                                                : thunks_.all_but_sign);
}

// What a register holds beyond an f32 has no meaning.
void UnitEmitter::emit_float_half(Value value, const Instruction& op) {
    const bool upper = op.imm == static_cast<std::uint64_t>(ir::Half::upper);
    const Value source = op.arguments[0];
    HeldOperand from = regs_.register_or_memory(source);
    if (from.operand.isMem()) {
        auto part = from.operand.as<x86::Mem>();
        part.addOffset(upper ? 4 : 0);
        part.setSize(4);
        const Held result = regs_.define(value);
        features_.avx ? as_.vmovss(result.xmm(), part) : as_.movss(result.xmm(), part);
        return;
    }
    if (!upper || !features_.avx) {
        from = {};
        const Held result = regs_.define_copy(value, source);
        if (upper) as_.psrlq(result.xmm(), 32);
        return;
    }
    const HostRegister number = regs_.finish(source, std::move(from.held));
    const Held result = regs_.define(value);
    as_.vmovshdup(result.xmm(), xmm(number));
}

void UnitEmitter::emit_float_with_half(Value value, const Instruction& op) {
    const bool upper = op.imm == static_cast<std::uint64_t>(ir::Half::upper);
    const Held bits = regs_.use(op.arguments[1]);
    if (!features_.avx) {
        const Held result = regs_.define_copy(value, op.arguments[0]);
        upper ? as_.unpcklps(result.xmm(), bits.xmm()) : as_.movss(result.xmm(), bits.xmm());
        return;
    }
    const Held number = regs_.use(op.arguments[0]);
    const Held result = regs_.define(value);
    upper ? as_.vunpcklps(result.xmm(), number.xmm(), bits.xmm())
          : as_.vblendps(result.xmm(), number.xmm(), bits.xmm(), 1);
}

// Into a register without a past: the conversion leaves the rest of it as it was.
void UnitEmitter::emit_float_from_int32(Value value, const Instruction& op) {
    const HeldOperand from = regs_.register_or_memory(op.arguments[0]);
    const Held result = regs_.define(value);
    sse(Id::kIdVxorps, Id::kIdXorps, result.xmm(), result.xmm(), result.xmm());
    if (features_.avx)
        as_.emit(Id::kIdVcvtsi2sd, result.xmm(), result.xmm(), from.operand);
    else
        as_.emit(Id::kIdCvtsi2sd, result.xmm(), from.operand);
}

void UnitEmitter::emit_with_constant(asmjit::InstId avx, asmjit::InstId legacy, Value value,
                                     Value source, const std::byte* constant) {
    if (features_.avx) {
        const HostRegister from = regs_.finish(source, regs_.use(source));
        const Held result = regs_.define(value);
        as_.emit(avx, result.xmm(), xmm(from), constant_memory(constant));
    } else {
        const Held result = regs_.define_copy(value, source);
        as_.emit(legacy, result.xmm(), constant_memory(constant));
    }
    constant_used();
}

namespace {

// Doubles with exponents in this range are denormal singles: narrowing shifts their significand by
// denormal_shift less their exponent.
constexpr std::int32_t last_denormal = 1023 - 127;
constexpr std::int32_t first_denormal = last_denormal - 22;
constexpr std::int32_t denormal_shift = 30 + last_denormal;

} // namespace

// The host's conversion is exact, but would quiet a signalling NaN.
void UnitEmitter::emit_float_widen(Value value, const Instruction& op) {
    constexpr std::uint32_t nan_or_infinity = 0xffu << 24; // without sign, shifted left by one
    const Held from = regs_.use(op.arguments[0]);
    const Held temporary = regs_.scratch();
    const Held result = regs_.define(value);
    const LabelId unusual = new_label(), done = new_label();
    as_.lea(temporary.r32(), x86::ptr(from.r64(), from.r64()));
    as_.cmp(temporary.r32(), static_cast<std::int32_t>(nan_or_infinity));
    as_.jae(at(unusual));
    if (features_.avx) {
        as_.vmovd(result.xmm(), from.r32());
        as_.vcvtss2sd(result.xmm(), result.xmm(), result.xmm());
    } else {
        as_.movd(result.xmm(), from.r32());
        as_.cvtss2sd(result.xmm(), result.xmm());
    }
    as_.bind(at(done));
    cold_.add([this, unusual, done, from = from.reg(), t = temporary.reg(), to = result.reg()] {
        // Sign, then an exponent of ones, then the fraction.
        const asmjit::Label positive = as_.newLabel();
        as_.bind(at(unusual));
        as_.mov(gp32(t), gp32(from));
        as_.shl(gp64(t), 29);
        for (const unsigned exponent_bit : {60, 61, 62})
            as_.bts(gp64(t), exponent_bit);
        as_.test(gp32(from), gp32(from));
        as_.short_().jns(positive);
        as_.bts(gp64(t), 63);
        as_.bind(positive);
        features_.avx ? as_.vmovq(xmm(to), gp64(t)) : as_.movq(xmm(to), gp64(t));
        as_.jmp(at(done));
    });
}

void UnitEmitter::emit_float_narrow(Value value, const Instruction& op) {
    const Value source = op.arguments[0];
    const HostRegister claimed = features_.bmi2 ? no_register : host::rcx;
    const Held exponent = claimed == no_register ? regs_.scratch() : regs_.claim(claimed);
    Held bits = regs_.scratch();
    regs_.load(source, bits.reg());
    const LabelId unusual = new_label(), done = new_label();
    as_.mov(exponent.r64(), bits.r64());
    as_.shr(exponent.r64(), 52);
    as_.and_(exponent.r32(), 0x7ff);
    as_.cmp(exponent.r32(), last_denormal);
    as_.jbe(at(unusual));
    // Bits 63 and 62, then 58 to 29.
    as_.mov(exponent.r64(), bits.r64());
    as_.shr(exponent.r64(), 32);
    as_.and_(exponent.r32(), static_cast<std::int32_t>(0xc0000000));
    as_.shr(bits.r64(), 29);
    as_.and_(bits.r32(), 0x3fffffff);
    as_.or_(bits.r32(), exponent.r32());
    as_.bind(at(done));
    cold_.add([this, unusual, done, e = exponent.reg(), bits = bits.reg()] {
        const asmjit::Label zero = as_.newLabel(), positive = as_.newLabel();
        as_.bind(at(unusual));
        as_.sub(gp32(e), first_denormal);
        as_.short_().jb(zero);
        // word = sign | significand >> (denormal_shift - exponent), the hidden bit included
        as_.neg(gp32(e));
        as_.add(gp32(e), denormal_shift - first_denormal);
        as_.add(gp64(bits), gp64(bits)); // the sign goes to the carry flag
        as_.short_().jnc(positive);
        shift_out_fraction(bits, e);
        as_.bts(gp32(bits), 31);
        as_.jmp(at(done));
        as_.bind(positive);
        shift_out_fraction(bits, e);
        as_.jmp(at(done));
        as_.bind(zero);
        as_.shr(gp64(bits), 63);
        as_.shl(gp32(bits), 31);
        as_.jmp(at(done));
    });
    regs_.become(value, std::move(bits));
}

// `bits` is a double shifted left by one: the significand with its hidden bit goes right by
// `count`.
void UnitEmitter::shift_out_fraction(HostRegister bits, HostRegister count) {
    as_.shl(gp64(bits), 11);
    as_.shr(gp64(bits), 12);
    as_.bts(gp64(bits), 52);
    if (features_.bmi2)
        as_.shrx(gp64(bits), gp64(bits), gp64(count));
    else
        as_.shr(gp64(bits), x86::cl);
}

} // namespace vestige::x64
