// Comparisons and orderings, as flags for their only user or as a 0 or 1 in a register.
#include "backend/x64/unit_emitter.h"
#include "common/assertion.h"
#include "translator/ir/semantics.h"

namespace vestige::x64 {

using ir::Op;
using ir::Type;
using x86::CondCode;

namespace {

bool is_signed_comparison(Op op) { return op == Op::cmp_lt_s || op == Op::cmp_le_s; }

CondCode code_of(Op op) {
    switch (op) {
    case Op::cmp_eq: return CondCode::kE;
    case Op::cmp_ne: return CondCode::kNE;
    case Op::cmp_lt_u: return CondCode::kB;
    case Op::cmp_le_u: return CondCode::kBE;
    case Op::cmp_lt_s: return CondCode::kL;
    case Op::cmp_le_s: return CondCode::kLE;
    default: VESTIGE_UNREACHABLE("no comparison of integers");
    }
}

} // namespace

CondCode UnitEmitter::compare(const Instruction& op) {
    Value a = op.arguments[0], b = op.arguments[1];
    CondCode code = code_of(op.op);
    if (live_[a].fused) { // (x & y) compared with zero
        const Instruction& both = instruction(a);
        Value x = both.arguments[0], y = both.arguments[1];
        if (regs_.constant(x)) std::swap(x, y);
        const Held left = regs_.use(x);
        const auto mask = regs_.constant(y);
        if (mask && *mask <= 0x7fffffff) {
            as_.test(left.r32(), static_cast<std::int32_t>(*mask));
            return code;
        }
        const HeldOperand right = regs_.operand(y);
        if (right.operand.isMem())
            as_.emit(x86::Inst::kIdTest, right.operand, left.of(both.type));
        else
            as_.emit(x86::Inst::kIdTest, left.of(both.type), right.operand);
        return code;
    }
    if (regs_.constant(a)) {
        std::swap(a, b);
        code = x86::reverseCond(code);
    }
    const Type width = type(a);
    if (is_signed_comparison(op.op) && ir::info(width).bits < 32) {
        const Held left = regs_.use_copy(a), right = regs_.use_copy(b);
        sign_extend(left.reg(), width, Type::i32);
        sign_extend(right.reg(), width, Type::i32);
        as_.cmp(left.r32(), right.r32());
        return code;
    }
    if (regs_.immediate(b) == 0 && has_flags_of(a)) {
        switch (code) {
        case CondCode::kE:
        case CondCode::kNE: return code;
        case CondCode::kL: return CondCode::kS;
        case CondCode::kGE: return CondCode::kNS;
        default: break;
        }
    }
    const HeldOperand right = regs_.operand(b);
    HeldOperand left = right.operand.isMem() ? HeldOperand{} : regs_.register_or_memory(a);
    if (right.operand.isMem()) {
        left.held = regs_.use(a);
        left.operand = left.held.of(width);
    }
    if (left.operand.isReg() && regs_.immediate(b) == 0)
        as_.test(left.held.of(width), left.held.of(width));
    else
        as_.emit(x86::Inst::kIdCmp, left.operand, right.operand);
    return code;
}

// An unordered pair sets all of ZF, PF and CF: "above" and "above or equal" are false then.
CondCode UnitEmitter::compare_floats(const Instruction& op) {
    Value a = op.arguments[0], b = op.arguments[1];
    if (op.op == Op::float_lt || op.op == Op::float_le) std::swap(a, b);
    const Held left = regs_.use(a);
    const HeldOperand right = regs_.register_or_memory(b);
    if (type(a) == Type::f32)
        as_.emit(features_.avx ? x86::Inst::kIdVucomiss : x86::Inst::kIdUcomiss, left.xmm(),
                 right.operand);
    else
        as_.emit(features_.avx ? x86::Inst::kIdVucomisd : x86::Inst::kIdUcomisd, left.xmm(),
                 right.operand);
    switch (op.op) {
    case Op::float_unordered: return CondCode::kP;
    case Op::float_le:
    case Op::float_ge: return CondCode::kAE;
    default: return CondCode::kA;
    }
}

// In a register or where it lies in memory.
CondCode UnitEmitter::test_order(const Instruction& op) {
    const HeldOperand order = regs_.register_or_memory(op.arguments[0]);
    const bool in_memory = order.operand.isMem();
    x86::Mem part = in_memory ? order.operand.as<x86::Mem>() : x86::Mem();
    switch (op.op) {
    case Op::order_lt:
        if (in_memory) {
            part.addOffset(7); // bit 62 is bit 6 of the last byte
            part.setSize(1);
            as_.test(part, 1 << 6);
            return CondCode::kNZ;
        }
        as_.bt(order.held.r64(), 62);
        return CondCode::kC;
    case Op::order_gt:
        in_memory ? as_.cmp(part, 0) : as_.test(order.held.r64(), order.held.r64());
        return CondCode::kG;
    case Op::order_eq:
        part.setSize(4);
        in_memory ? as_.cmp(part, 0) : as_.test(order.held.r32(), order.held.r32());
        return CondCode::kE;
    default: VESTIGE_UNREACHABLE("no test of an ordering");
    }
}

CondCode UnitEmitter::condition(Value value) {
    const Instruction& op = instruction(value);
    if (!live_[value].fused) {
        const Held flag = regs_.use(value);
        as_.test(flag.r32(), flag.r32());
        return CondCode::kNZ;
    }
    switch (op.op) {
    case Op::order_lt:
    case Op::order_gt:
    case Op::order_eq: return test_order(op);
    case Op::float_lt:
    case Op::float_gt:
    case Op::float_le:
    case Op::float_ge:
    case Op::float_unordered: return compare_floats(op);
    default: return compare(op);
    }
}

void UnitEmitter::set_from_flags(CondCode code, Value value, const Instruction& op) {
    regs_.finish_all(op);
    regs_.keep_flags(true);
    const Held flag = regs_.define(value);
    regs_.keep_flags(false);
    as_.emit(x86::Inst::setccFromCond(code), flag.r8());
    as_.movzx(flag.r32(), flag.r8());
}

#define COMPARISON(name)                                                                           \
    void UnitEmitter::emit_##name(Value value, const Instruction& op) {                            \
        set_from_flags(compare(op), value, op);                                                    \
    }
COMPARISON(cmp_eq)
COMPARISON(cmp_ne)
COMPARISON(cmp_lt_u)
COMPARISON(cmp_le_u)
COMPARISON(cmp_lt_s)
COMPARISON(cmp_le_s)
#undef COMPARISON

#define FLOAT_COMPARISON(name)                                                                     \
    void UnitEmitter::emit_##name(Value value, const Instruction& op) {                            \
        set_from_flags(compare_floats(op), value, op);                                             \
    }
FLOAT_COMPARISON(float_lt)
FLOAT_COMPARISON(float_gt)
FLOAT_COMPARISON(float_le)
FLOAT_COMPARISON(float_ge)
FLOAT_COMPARISON(float_unordered)
#undef FLOAT_COMPARISON

// Equal is ZF without PF, which no condition code tests at once.
void UnitEmitter::emit_float_eq(Value value, const Instruction& op) {
    const Held ordered = regs_.scratch();
    compare_floats(op);
    regs_.keep_flags(true);
    const Held equal = regs_.define(value);
    regs_.keep_flags(false);
    as_.setnp(ordered.r8());
    as_.sete(equal.r8());
    as_.and_(equal.r32(), ordered.r32());
    as_.and_(equal.r32(), 1);
}

// ---- orderings (ir::semantics.h gives the exact bits)

void UnitEmitter::emit_order_s(Value value, const Instruction& op) {
    const Value a = op.arguments[0], b = op.arguments[1];
    const auto number = regs_.immediate(b);
    Held right;
    if (!number) {
        const HeldOperand from = regs_.register_or_memory(b);
        right = regs_.scratch();
        as_.emit(x86::Inst::kIdMovsxd, right.r64(), from.operand);
    }
    HeldOperand from = regs_.register_or_memory(a);
    if (from.held.holds()) regs_.finish(a, std::move(from.held));
    const Held order = regs_.define(value);
    as_.emit(x86::Inst::kIdMovsxd, order.r64(), from.operand);
    if (!number)
        as_.sub(order.r64(), right.r64());
    else if (*number != 0)
        as_.sub(order.r64(), *number);
}

void UnitEmitter::emit_order_u(Value value, const Instruction& op) {
    const Value a = op.arguments[0], b = op.arguments[1];
    const auto number = regs_.constant(b);
    const Held right = number && *number <= INT32_MAX ? Held() : regs_.use(b);
    const Held order = regs_.define_copy(value, a);
    if (right.holds())
        as_.sub(order.r64(), right.r64());
    else if (*number != 0)
        as_.sub(order.r64(), static_cast<std::int32_t>(*number));
}

#define ORDER_TEST(name)                                                                           \
    void UnitEmitter::emit_##name(Value value, const Instruction& op) {                            \
        set_from_flags(test_order(op), value, op);                                                 \
    }
ORDER_TEST(order_lt)
ORDER_TEST(order_gt)
ORDER_TEST(order_eq)
#undef ORDER_TEST

// One comparison, and the outcome picked by its flags: all set if unordered, CF less, ZF equal.
void UnitEmitter::emit_order_of_floats(Value value, const Instruction& op) {
    const Held order = regs_.define(value);
    const Held other = regs_.scratch();
    compare_floats(instruction(op.arguments[1])); // greater: in the order of the operands
    as_.mov(order.r64(), ir::pack_order(false, false, true));
    const auto pick = [&](asmjit::InstId conditional_move, std::uint64_t outcome) {
        as_.mov(other.r64(), outcome);
        as_.emit(conditional_move, order.r64(), other.r64());
    };
    pick(x86::Inst::kIdCmova, ir::pack_order(false, true, false));
    pick(x86::Inst::kIdCmovb, ir::pack_order(true, false, false));
    pick(x86::Inst::kIdCmovp, ir::pack_order(false, false, false));
}

// Bits 62 and 63 are less and !greater, bit 32 is one, bit 0 is !equal.
void UnitEmitter::emit_order_pack(Value value, const Instruction& op) {
    if (live_[op.arguments[0]].fused) {
        emit_order_of_floats(value, op);
        return;
    }
    Held order = regs_.use_copy(op.arguments[1]);
    const Held less = regs_.use(op.arguments[0]);
    const Held equal = regs_.use_copy(op.arguments[2]);
    as_.xor_(order.r32(), 1);
    as_.lea(order.r64(), x86::ptr(less.r64(), order.r64(), 1));
    as_.shl(order.r64(), 62);
    as_.xor_(equal.r32(), 1);
    as_.bts(order.r64(), 32);
    as_.or_(order.r64(), equal.r64());
    regs_.become(value, std::move(order));
}

} // namespace vestige::x64
