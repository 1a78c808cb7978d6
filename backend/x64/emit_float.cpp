// Floating point that the guest's exact helper defines: the host's arithmetic inline, its result
// checked, and the helper out of line where the check is not sure that both agree.
//
// The result is accepted if it is
//   * of double precision: at least twice the smallest normal number (what is rounded up to the
//     smallest one is tiny to some guests), and below 2^1023 (rounding toward zero makes the
//     largest number of an overflow);
//   * an f32: the same of the single number;
//   * an f64 of single precision: the same of the single number, made by rounding the double one;
//     and the double result is not halfway between two singles, where a first rounding may have
//     decided the second one wrongly. (Add, sub, mul, div and sqrt of singles cannot: a double has
//     more than twice a single's precision and two bits, Figueroa 1995.)
//   * zero, where operands show that it is exact.
// A halfway sum is accepted too if the operands show that the double sum is exact.
//
// Only the sticky inexact flag of MXCSR is ever read by guests. An attempt that is discarded may
// have set it; it did so rightly: inexact is raised by the host
//   * in the double operation: the exact result is no double, hence no single either;
//   * in the conversion to single of an exact double result: it is no single;
//   * by overflow, where the guest's result is inexact as well;
//   * in the additions that check a halfway sum: these are exact if the sum is, and if it is not,
//     the flag is set already.
// NaNs, infinite operands and division by zero raise other flags only.
#include "backend/x64/unit_emitter.h"
#include "common/assertion.h"

namespace vestige::x64 {

using ir::Op;
using ir::Precision;
using ir::Type;
namespace Id = x86::Inst;

namespace {

// Exponents are compared in a word shifted left by one, which drops the sign.
constexpr std::uint32_t double_low = 2u << 21, double_end = 0x7feu << 21; // of the upper word
constexpr std::uint32_t single_low = 2u << 24, single_end = 0xfeu << 24;

struct ArithmeticInstructions {
    asmjit::InstId avx, legacy;
};
constexpr ArithmeticInstructions arithmetic[] = {{Id::kIdVaddsd, Id::kIdAddsd},
                                                 {Id::kIdVsubsd, Id::kIdSubsd},
                                                 {Id::kIdVmulsd, Id::kIdMulsd},
                                                 {Id::kIdVdivsd, Id::kIdDivsd}};
constexpr ArithmeticInstructions single_arithmetic[] = {{Id::kIdVaddss, Id::kIdAddss},
                                                        {Id::kIdVsubss, Id::kIdSubss},
                                                        {Id::kIdVmulss, Id::kIdMulss},
                                                        {Id::kIdVdivss, Id::kIdDivss}};

} // namespace

// ---- small pieces

void UnitEmitter::move_double(const x86::Xmm& to, const x86::Xmm& from) {
    if (to.id() == from.id()) return;
    features_.avx ? as_.vmovaps(to, from) : as_.movaps(to, from);
}

// The bits of a number in a register or memory, as wide as `to`.
void UnitEmitter::move_bits(const x86::Gp& to, const asmjit::Operand_& from) {
    if (from.isMem())
        as_.mov(to, from.as<x86::Mem>());
    else if (to.size() == 4)
        features_.avx ? as_.vmovd(to, from.as<x86::Xmm>()) : as_.movd(to, from.as<x86::Xmm>());
    else
        features_.avx ? as_.vmovq(to, from.as<x86::Xmm>()) : as_.movq(to, from.as<x86::Xmm>());
}

void UnitEmitter::jump_if_zero(const asmjit::Operand_& from, const x86::Gp& temporary,
                               LabelId target) {
    move_bits(temporary, from);
    as_.add(temporary, temporary);
    as_.jz(at(target));
}

// Known to be a single's value, in a double (f64).
bool UnitEmitter::is_single(Value value) const {
    const Instruction& op = instruction(value);
    switch (op.op) {
    case Op::float_widen:
    case Op::float_to_double:
    case Op::float_round_single: return true;
    case Op::float_add:
    case Op::float_sub:
    case Op::float_mul:
    case Op::float_div:
    case Op::float_sqrt:
    case Op::float_mul_add:
    case Op::float_mul_sub:
    case Op::float_neg_mul_add:
    case Op::float_neg_mul_sub: return ir::FloatOp::unpack(op.imm).precision == Precision::single;
    case Op::float_neg:
    case Op::float_abs:
    case Op::copy: return is_single(op.arguments[0]);
    default: return false;
    }
}

// ---- one operation

// Registers as numbers and operands as asmjit's, so that cold stubs can keep it.
struct FloatOperand {
    HostRegister reg = no_register; // or memory:
    bool in_spill_area = false;
    std::uint32_t offset = 0;

    std::uint8_t bytes = 8;

    asmjit::Operand operand() const {
        if (reg != no_register) return xmm(reg);
        if (in_spill_area) return spill_memory(offset, bytes);
        return state_memory(offset, bytes);
    }
};

struct FloatEmitter {
    using Kind = UnitEmitter::FloatKind;

    UnitEmitter* unit;
    UnitEmitter::FloatShape shape;
    ir::Type type;  // of the result
    bool of_single; // operands are f32
    bool single;    // an f64 that is rounded to single precision
    bool may_tie;
    FloatOperand a, b, c;
    HostRegister exact; // the host's result, before a double one is rounded to single
    HostRegister result;
    HostRegister temporary;
    LabelId helper, suspicious, tie, tie_settled, accepted, done;
    std::uint32_t site;

    x86::Assembler& as() const { return unit->as_; }
    x86::Xmm wide() const { return xmm(exact); }
    x86::Xmm to() const { return xmm(result); }
    x86::Gp t32() const { return gp32(temporary); }
    x86::Gp t64() const { return gp64(temporary); }
    x86::Gp t_as_operands() const { return of_single ? t32() : t64(); }
    asmjit::Label at(LabelId id) const { return unit->at(id); }

    void emit_hot() const;
    void emit_operation() const;
    void emit_single_rounding() const;
    void emit_double_check() const;
    void emit_single_check() const;
    void convert_to_single() const;
    void emit_cold() const;
    void emit_exact_zero() const;
    void emit_tie() const;
    void require_equal(const x86::Xmm& x, const FloatOperand& y) const;
};

void FloatEmitter::emit_operation() const {
    const bool avx = unit->features_.avx;
    switch (shape.kind) {
    case Kind::add:
    case Kind::sub:
    case Kind::mul:
    case Kind::div: {
        const auto& row =
            (of_single ? single_arithmetic : arithmetic)[static_cast<unsigned>(shape.kind)];
        unit->sse(row.avx, row.legacy, wide(), xmm(a.reg), b.operand());
        return;
    }
    case Kind::sqrt:
        if (avx)
            as().emit(of_single ? Id::kIdVsqrtss : Id::kIdVsqrtsd, wide(), wide(), a.operand());
        else
            as().emit(of_single ? Id::kIdSqrtss : Id::kIdSqrtsd, wide(), a.operand());
        return;
    case Kind::mul_add:
        unit->move_double(wide(), xmm(a.reg));
        as().emit(shape.negate_addend ? Id::kIdVfmsub213sd : Id::kIdVfmadd213sd, wide(), xmm(b.reg),
                  c.operand());
        return;
    case Kind::round: return; // `exact` is the operand
    }
}

void FloatEmitter::emit_single_rounding() const {
    if (may_tie) {
        unit->move_bits(t64(), wide());
        as().lea(t32(), x86::ptr(0, t64(), 3)); // the 29 bits that a single drops
        as().cmp(t32(), static_cast<std::int32_t>(0x80000000));
        as().je(at(tie));
        as().bind(at(tie_settled));
    }
    convert_to_single();
    emit_single_check();
    const bool avx = unit->features_.avx;
    avx ? as().vcvtss2sd(to(), to(), to()) : as().cvtss2sd(to(), to());
}

void FloatEmitter::convert_to_single() const {
    unit->features_.avx ? as().vcvtsd2ss(to(), wide(), wide()) : as().cvtsd2ss(to(), wide());
}

void FloatEmitter::emit_single_check() const {
    unit->move_bits(t32(), to());
    as().lea(t32(), x86::ptr(t64(), t64(), 0, -static_cast<std::int32_t>(single_low)));
    as().cmp(t32(), static_cast<std::int32_t>(single_end - single_low));
    as().jae(at(suspicious));
    as().bind(at(accepted));
}

void FloatEmitter::emit_double_check() const {
    unit->move_bits(t64(), to());
    as().shr(t64(), 32);
    as().lea(t32(), x86::ptr(t64(), t64(), 0, -static_cast<std::int32_t>(double_low)));
    as().cmp(t32(), static_cast<std::int32_t>(double_end - double_low));
    as().jae(at(suspicious));
    as().bind(at(accepted));
}

void FloatEmitter::emit_hot() const {
    emit_operation();
    if (single) {
        emit_single_rounding();
    } else if (type == Type::f32) {
        if (shape.kind == Kind::round) convert_to_single();
        emit_single_check();
    } else {
        emit_double_check();
    }
    if (shape.negate_result) {
        unit->sse(Id::kIdVxorps, Id::kIdXorps, to(), to(),
                  unit->constant_memory(unit->thunks_.sign_bit));
        unit->constant_used();
    }
    as().bind(at(done));
}

// A zero result of an inexact operation is an underflow.
void FloatEmitter::emit_exact_zero() const {
    const x86::Gp t = t_as_operands();
    unit->move_bits(t, wide());
    as().add(t, t);
    as().jnz(at(helper));
    switch (shape.kind) {
    case Kind::add:
    case Kind::sub:
    case Kind::sqrt:
    case Kind::round: as().jmp(at(accepted)); return;
    case Kind::mul:
        unit->jump_if_zero(a.operand(), t, accepted);
        unit->jump_if_zero(b.operand(), t, accepted);
        return;
    case Kind::div: unit->jump_if_zero(a.operand(), t, accepted); return;
    case Kind::mul_add:
        unit->move_bits(t64(), c.operand());
        as().add(t64(), t64());
        as().jnz(at(helper));
        unit->jump_if_zero(a.operand(), t64(), accepted);
        unit->jump_if_zero(b.operand(), t64(), accepted);
        return;
    }
}

void FloatEmitter::require_equal(const x86::Xmm& x, const FloatOperand& y) const {
    as().emit(unit->features_.avx ? Id::kIdVucomisd : Id::kIdUcomisd, x, y.operand());
    as().jne(at(helper));
    as().jp(at(helper));
}

// A sum is exact if taking either operand from it gives the other one: the subtraction of the
// larger one has no rounding error in any rounding mode. The result's register is free until here.
void FloatEmitter::emit_tie() const {
    if (shape.kind == Kind::add) {
        unit->sse(Id::kIdVsubsd, Id::kIdSubsd, to(), wide(), a.operand());
        require_equal(to(), b);
        unit->sse(Id::kIdVsubsd, Id::kIdSubsd, to(), wide(), b.operand());
        require_equal(to(), a);
        as().jmp(at(tie_settled));
    } else if (shape.kind == Kind::sub) {
        unit->sse(Id::kIdVaddsd, Id::kIdAddsd, to(), wide(), b.operand());
        require_equal(to(), a);
        unit->sse(Id::kIdVsubsd, Id::kIdSubsd, to(), xmm(a.reg), wide());
        require_equal(to(), b);
        as().jmp(at(tie_settled));
    }
}

void FloatEmitter::emit_cold() const {
    as().bind(at(suspicious));
    emit_exact_zero();
    as().jmp(at(helper));
    if (may_tie) {
        as().bind(at(tie));
        emit_tie();
    }
    as().bind(at(helper));
    unit->call_slow_path(site, done);
}

namespace {

FloatOperand operand_of(const RegisterAllocator& regs, ir::Value value, const HeldOperand& held,
                        Type type) {
    if (held.held.holds()) return {.reg = held.held.reg()};
    const Location where = regs.location(value);
    return {.in_spill_area = where.kind == Location::Kind::spill,
            .offset = where.index,
            .bytes = ir::info(type).bytes};
}

} // namespace

void UnitEmitter::emit_float(FloatShape shape, Value value, const Instruction& op) {
    const ir::FloatOp attributes = ir::FloatOp::unpack(op.imm);
    const bool rounds = shape.kind == FloatKind::round;
    const bool single =
        op.type == Type::f64 && (attributes.precision == Precision::single || rounds);
    HeldOperand operands[3];
    FloatOperand at_hand[3];
    bool singles = true;
    for (unsigned i = 0; i < op.argument_count; ++i) {
        const Value argument = op.arguments[i];
        const bool flexible = i + 1 == op.argument_count && !rounds;
        if (flexible) {
            operands[i] = regs_.register_or_memory(argument);
        } else {
            operands[i].held = regs_.use(argument);
        }
        at_hand[i] = operand_of(regs_, argument, operands[i], type(argument));
        singles = singles && is_single(argument);
    }
    // Operands stay in place for the helper: the result gets another register.
    const Held result = regs_.define(value);
    const Held temporary = regs_.scratch();
    const Held wide = single && !rounds ? regs_.scratch(Bank::xmm) : Held();
    const HostRegister exact = wide.holds() ? wide.reg() : rounds ? at_hand[0].reg : result.reg();
    const SiteId site = float_helper_site(op);
    set_result(site, result.reg(), op.type);
    const bool may_tie = single && !rounds && (!singles || shape.kind == FloatKind::mul_add);
    const FloatEmitter emitter{.unit = this,
                               .shape = shape,
                               .type = op.type,
                               .of_single = type(op.arguments[0]) == Type::f32,
                               .single = single,
                               .may_tie = may_tie,
                               .a = at_hand[0],
                               .b = at_hand[1],
                               .c = at_hand[2],
                               .exact = exact,
                               .result = result.reg(),
                               .temporary = temporary.reg(),
                               .helper = new_label(),
                               .suspicious = new_label(),
                               .tie = new_label(),
                               .tie_settled = new_label(),
                               .accepted = new_label(),
                               .done = new_label(),
                               .site = site};
    emitter.emit_hot();
    cold_.add([emitter] { emitter.emit_cold(); });
}

UnitEmitter::SiteId UnitEmitter::float_helper_site(const Instruction& op) {
    const ir::Helper& helper = (*function_->helpers)[ir::FloatOp::unpack(op.imm).helper];
    VESTIGE_ASSERT(helper.arguments.size() == op.argument_count);
    const SiteId site =
        new_site(SiteKind::float_call, op, reinterpret_cast<std::uintptr_t>(helper.function));
    for (const Value argument : op.args())
        add_operand(site, argument);
    return site;
}

// Without an inline attempt.
void UnitEmitter::emit_float_by_helper(Value value, const Instruction& op) {
    const Held result = regs_.define(value);
    const SiteId site = float_helper_site(op);
    set_result(site, result.reg(), op.type);
    const LabelId done = new_label(), helper = new_label();
    as_.jmp(at(helper));
    as_.bind(at(done));
    cold_.add([this, site, done, helper] {
        as_.bind(at(helper));
        call_slow_path(site, done);
    });
}

void UnitEmitter::emit_float_add(Value value, const Instruction& op) {
    emit_float({FloatKind::add}, value, op);
}
void UnitEmitter::emit_float_sub(Value value, const Instruction& op) {
    emit_float({FloatKind::sub}, value, op);
}
void UnitEmitter::emit_float_mul(Value value, const Instruction& op) {
    emit_float({FloatKind::mul}, value, op);
}
void UnitEmitter::emit_float_div(Value value, const Instruction& op) {
    emit_float({FloatKind::div}, value, op);
}
void UnitEmitter::emit_float_sqrt(Value value, const Instruction& op) {
    emit_float({FloatKind::sqrt}, value, op);
}
void UnitEmitter::emit_float_round_single(Value value, const Instruction& op) {
    emit_float({FloatKind::round}, value, op);
}
void UnitEmitter::emit_float_to_single(Value value, const Instruction& op) {
    emit_float({FloatKind::round}, value, op);
}

#define FUSED(name, negate_addend_, negate_result_)                                                \
    void UnitEmitter::emit_##name(Value value, const Instruction& op) {                            \
        if (features_.fma)                                                                         \
            emit_float({.kind = FloatKind::mul_add,                                                \
                        .negate_addend = negate_addend_,                                           \
                        .negate_result = negate_result_},                                          \
                       value, op);                                                                 \
        else                                                                                       \
            emit_float_by_helper(value, op);                                                       \
    }
FUSED(float_mul_add, false, false)
FUSED(float_mul_sub, true, false)
FUSED(float_neg_mul_add, false, true)
FUSED(float_neg_mul_sub, true, true)
#undef FUSED

// Exact but for NaNs.
void UnitEmitter::emit_float_to_double(Value value, const Instruction& op) {
    const Held from = regs_.use(op.arguments[0]);
    const Held result = regs_.define(value);
    const SiteId site = float_helper_site(op);
    set_result(site, result.reg(), op.type);
    features_.avx ? as_.vcvtss2sd(result.xmm(), from.xmm(), from.xmm())
                  : as_.cvtss2sd(result.xmm(), from.xmm());
    as_.emit(features_.avx ? Id::kIdVucomisd : Id::kIdUcomisd, result.xmm(), result.xmm());
    const LabelId helper = new_label(), done = new_label();
    as_.jp(at(helper));
    as_.bind(at(done));
    cold_.add([this, site, done, helper] {
        as_.bind(at(helper));
        call_slow_path(site, done);
    });
}

// The host says 0x80000000 where the number does not fit.
void UnitEmitter::emit_float_to_int32_zero(Value value, const Instruction& op) {
    const Held from = regs_.use(op.arguments[0]);
    const Held result = regs_.define(value);
    const SiteId site = float_helper_site(op);
    set_result(site, result.reg(), op.type);
    features_.avx ? as_.vcvttsd2si(result.r32(), from.xmm())
                  : as_.cvttsd2si(result.r32(), from.xmm());
    as_.cmp(result.r32(), 1);
    const LabelId helper = new_label(), done = new_label();
    as_.jo(at(helper));
    as_.bind(at(done));
    cold_.add([this, site, done, helper] {
        as_.bind(at(helper));
        call_slow_path(site, done);
    });
}

} // namespace vestige::x64
