// Floating point: the guest's exact helper defines every operation that rounds; the rest are bit
// operations and comparisons that no rounding mode changes.
#include <bit>

#include "backend/interp/preparer.h"
#include "common/assertion.h"
#include "translator/ir/semantics.h"

namespace vestige::interp {

using ir::Instruction;
using ir::Value;

namespace {

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
constexpr std::uint64_t single_sign_bit = std::uint64_t{1} << 31;
constexpr std::uint64_t word_mask = 0xffffffff;

template <class Number> Number as(std::uint64_t bits) {
    if constexpr (sizeof(Number) == sizeof bits)
        return std::bit_cast<Number>(bits);
    else
        return std::bit_cast<Number>(static_cast<std::uint32_t>(bits));
}

std::uint64_t bits_of(double number) { return std::bit_cast<std::uint64_t>(number); }
std::uint64_t bits_of(float number) { return std::bit_cast<std::uint32_t>(number); }
std::uint64_t bits_of(std::uint32_t number) { return number; }

// imm: the helper's address. A helper of fewer arguments does not look at the further registers
// that the System V convention passes them in.
template <class Result, class Number>
const Step* step_helper(const Step* step, Registers registers, Frame& frame) {
    const auto helper = reinterpret_cast<Result (*)(void*, Number, Number, Number)>(step->imm);
    registers[step->result] =
        bits_of(helper(frame.state, as<Number>(registers[step->a]), as<Number>(registers[step->b]),
                       as<Number>(registers[step->c])));
    return step + 1;
}

template <std::uint64_t sign> const Step* step_neg(const Step* step, Registers registers, Frame&) {
    registers[step->result] = registers[step->a] ^ sign;
    return step + 1;
}
template <std::uint64_t sign> const Step* step_abs(const Step* step, Registers registers, Frame&) {
    registers[step->result] = registers[step->a] & ~sign;
    return step + 1;
}
// imm: how far to the right the half is.
const Step* step_half(const Step* step, Registers registers, Frame&) {
    registers[step->result] = registers[step->a] >> step->imm & word_mask;
    return step + 1;
}
const Step* step_with_half(const Step* step, Registers registers, Frame&) {
    registers[step->result] = (registers[step->a] & ~(word_mask << step->imm)) | registers[step->b]
                                                                                     << step->imm;
    return step + 1;
}
// Every integer of 32 bits is a double: the host's rounding mode and flags have no part in it.
const Step* step_from_int32(const Step* step, Registers registers, Frame&) {
    registers[step->result] =
        bits_of(static_cast<double>(static_cast<std::int32_t>(registers[step->a])));
    return step + 1;
}
const Step* step_widen(const Step* step, Registers registers, Frame&) {
    registers[step->result] = ir::widen_single(static_cast<std::uint32_t>(registers[step->a]));
    return step + 1;
}
const Step* step_narrow(const Step* step, Registers registers, Frame&) {
    registers[step->result] = ir::narrow_double(registers[step->a]);
    return step + 1;
}

struct Less {
    static bool apply(auto a, auto b) { return a < b; }
};
struct Greater {
    static bool apply(auto a, auto b) { return a > b; }
};
struct Equal {
    static bool apply(auto a, auto b) { return a == b; }
};
struct LessOrEqual {
    static bool apply(auto a, auto b) { return a <= b; }
};
struct GreaterOrEqual {
    static bool apply(auto a, auto b) { return a >= b; }
};
struct Unordered {
    static bool apply(auto a, auto b) { return __builtin_isunordered(a, b); }
};
template <class Comparison, class Number>
const Step* step_compare(const Step* step, Registers registers, Frame&) {
    registers[step->result] =
        Comparison::apply(as<Number>(registers[step->a]), as<Number>(registers[step->b]));
    return step + 1;
}

Handler helper_handler(ir::Type result, ir::Type number) {
    if (result == ir::Type::f32)
        return number == ir::Type::f32 ? step_helper<float, float> : step_helper<float, double>;
    if (result == ir::Type::f64)
        return number == ir::Type::f32 ? step_helper<double, float> : step_helper<double, double>;
    return step_helper<std::uint32_t, double>;
}

void prepare_helper(Preparer& p, const Instruction& op, Value value) {
    const ir::FloatOp attributes = ir::FloatOp::unpack(op.imm);
    const ir::Helper& helper = (*p.function().helpers)[attributes.helper];
    VESTIGE_ASSERT(helper.arguments.size() == op.argument_count);
    p.emit(helper_handler(op.type, p.type(op.arguments[0])), value).imm =
        reinterpret_cast<std::uintptr_t>(helper.function);
}

} // namespace

#define BY_HELPER(name)                                                                            \
    void prepare_##name(Preparer& p, const Instruction& op, Value value) {                         \
        prepare_helper(p, op, value);                                                              \
    }
BY_HELPER(float_add)
BY_HELPER(float_sub)
BY_HELPER(float_mul)
BY_HELPER(float_div)
BY_HELPER(float_sqrt)
BY_HELPER(float_mul_add)
BY_HELPER(float_mul_sub)
BY_HELPER(float_neg_mul_add)
BY_HELPER(float_neg_mul_sub)
BY_HELPER(float_round_single)
BY_HELPER(float_to_int32_zero)
BY_HELPER(float_to_single)
BY_HELPER(float_to_double)
#undef BY_HELPER

#define ONE_HANDLER(name, handler)                                                                 \
    void prepare_##name(Preparer& p, const Instruction&, Value value) { p.emit(handler, value); }
ONE_HANDLER(float_widen, step_widen)
ONE_HANDLER(float_narrow, step_narrow)
ONE_HANDLER(float_from_int32, step_from_int32)
#undef ONE_HANDLER

#define HALF(name, handler)                                                                        \
    void prepare_##name(Preparer& p, const Instruction& op, Value value) {                         \
        p.emit(handler, value).imm = 32 * op.imm;                                                  \
    }
HALF(float_half, step_half)
HALF(float_with_half, step_with_half)
#undef HALF

#define BY_TYPE(name, single, number)                                                              \
    void prepare_##name(Preparer& p, const Instruction& op, Value value) {                         \
        const bool is_single = p.type(op.arguments[0]) == ir::Type::f32;                           \
        p.emit(is_single ? single : number, value);                                                \
    }
#define COMPARISON(name, Relation)                                                                 \
    BY_TYPE(name, (step_compare<Relation, float>), (step_compare<Relation, double>))
BY_TYPE(float_neg, step_neg<single_sign_bit>, step_neg<sign_bit>)
BY_TYPE(float_abs, step_abs<single_sign_bit>, step_abs<sign_bit>)
COMPARISON(float_lt, Less)
COMPARISON(float_gt, Greater)
COMPARISON(float_eq, Equal)
COMPARISON(float_le, LessOrEqual)
COMPARISON(float_ge, GreaterOrEqual)
COMPARISON(float_unordered, Unordered)
#undef COMPARISON
#undef BY_TYPE

} // namespace vestige::interp
