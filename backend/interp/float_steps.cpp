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

double as_double(std::uint64_t bits) { return std::bit_cast<double>(bits); }

// imm: the helper's address. A helper of fewer arguments does not look at the further registers
// that the System V convention passes them in.
template <class Result>
const Step* step_helper(const Step* step, Registers registers, Frame& frame) {
    const auto helper = reinterpret_cast<Result (*)(void*, double, double, double)>(step->imm);
    const Result result = helper(frame.state, as_double(registers[step->a]),
                                 as_double(registers[step->b]), as_double(registers[step->c]));
    if constexpr (sizeof(Result) == 8)
        registers[step->result] = std::bit_cast<std::uint64_t>(result);
    else
        registers[step->result] = result;
    return step + 1;
}

const Step* step_neg(const Step* step, Registers registers, Frame&) {
    registers[step->result] = registers[step->a] ^ sign_bit;
    return step + 1;
}
const Step* step_abs(const Step* step, Registers registers, Frame&) {
    registers[step->result] = registers[step->a] & ~sign_bit;
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
    static bool apply(double a, double b) { return a < b; }
};
struct Greater {
    static bool apply(double a, double b) { return a > b; }
};
struct Equal {
    static bool apply(double a, double b) { return a == b; }
};
struct Unordered {
    static bool apply(double a, double b) { return __builtin_isunordered(a, b); }
};
template <class Comparison>
const Step* step_compare(const Step* step, Registers registers, Frame&) {
    registers[step->result] =
        Comparison::apply(as_double(registers[step->a]), as_double(registers[step->b]));
    return step + 1;
}

void prepare_helper(Preparer& p, const Instruction& op, Value value) {
    const ir::FloatOp attributes = ir::FloatOp::unpack(op.imm);
    const ir::Helper& helper = (*p.function().helpers)[attributes.helper];
    VESTIGE_ASSERT(helper.arguments.size() == op.argument_count);
    const Handler handler =
        op.type == ir::Type::f64 ? step_helper<double> : step_helper<std::uint32_t>;
    p.emit(handler, value).imm = reinterpret_cast<std::uintptr_t>(helper.function);
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
#undef BY_HELPER

#define ONE_HANDLER(name, handler)                                                                 \
    void prepare_##name(Preparer& p, const Instruction&, Value value) { p.emit(handler, value); }
ONE_HANDLER(float_neg, step_neg)
ONE_HANDLER(float_abs, step_abs)
ONE_HANDLER(float_widen, step_widen)
ONE_HANDLER(float_narrow, step_narrow)
ONE_HANDLER(float_lt, step_compare<Less>)
ONE_HANDLER(float_gt, step_compare<Greater>)
ONE_HANDLER(float_eq, step_compare<Equal>)
ONE_HANDLER(float_unordered, step_compare<Unordered>)
#undef ONE_HANDLER

} // namespace vestige::interp
