// Calls of C++ helpers.
//
// One function type serves every signature: the System V convention passes integers and doubles in
// registers of their own, each kind counted by itself, and a callee does not look at registers that
// are not its arguments'. So all calls pass four integers and four doubles, in the order of the
// helper's arguments within each kind.
#include <bit>
#include <type_traits>
#include <utility>

#include "backend/interp/preparer.h"
#include "common/assertion.h"

namespace vestige::interp {

using ir::HelperEffect;
using ir::Instruction;
using ir::Type;
using ir::Value;

namespace {

template <class Result> Result call(const CallPlan& plan, Registers registers, Frame& frame) {
    using Function = Result (*)(void*, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t,
                                double, double, double, double);
    const auto integer = [&](unsigned i) { return registers[plan.integers[i]]; };
    const auto number = [&](unsigned i) {
        return std::bit_cast<double>(registers[plan.doubles[i]]);
    };
    return reinterpret_cast<Function>(const_cast<void*>(plan.function))(
        frame.state, integer(0), integer(1), integer(2), integer(3), number(0), number(1),
        number(2), number(3));
}

template <class Result>
void call_for_result(const Step* step, const CallPlan& plan, Registers registers, Frame& frame) {
    if constexpr (std::is_void_v<Result>) {
        call<void>(plan, registers, frame);
    } else {
        const auto result = call<Result>(plan, registers, frame);
        if constexpr (std::is_same_v<Result, double>) {
            registers[step->result] = std::bit_cast<std::uint64_t>(result);
        } else {
            VESTIGE_ASSERT(plan.result_bits >= 32 || result >> plan.result_bits == 0);
            registers[step->result] = result;
        }
    }
}

// imm: index of Program::calls.
template <class Result> const Step* step_call(const Step* step, Registers registers, Frame& frame) {
    call_for_result<Result>(step, frame.program->calls[step->imm], registers, frame);
    return step + 1;
}

// The same for helpers that see all of the state: budget, and whether to leave afterwards.
template <class Result, HelperEffect effect>
const Step* step_call_with_state(const Step* step, Registers registers, Frame& frame) {
    const CallPlan& plan = frame.program->calls[step->imm];
    frame.header->budget_ahead = plan.not_started;
    call_for_result<Result>(step, plan, registers, frame);
    frame.header->budget_ahead = 0;
    if constexpr (effect == HelperEffect::may_leave) {
        if (frame.header->leave_code != ir::leave::none) {
            frame.exit.code = std::exchange(frame.header->leave_code, ir::leave::none);
            frame.header->budget += plan.not_started;
            return nullptr;
        }
    }
    return step + 1;
}

template <class Result> Handler handler_of(HelperEffect effect) {
    switch (effect) {
    case HelperEffect::pure:
    case HelperEffect::unslotted_state:
    case HelperEffect::memory_only_slots: return step_call<Result>;
    case HelperEffect::all_state: return step_call_with_state<Result, HelperEffect::all_state>;
    case HelperEffect::may_leave: return step_call_with_state<Result, HelperEffect::may_leave>;
    }
    VESTIGE_UNREACHABLE("no such effect");
}

Handler handler_of(const ir::Helper& helper) {
    switch (helper.result) {
    case Type::none: return handler_of<void>(helper.effect);
    case Type::i1:
    case Type::i8:
    case Type::i16:
    case Type::i32: return handler_of<std::uint32_t>(helper.effect);
    case Type::i64: return handler_of<std::uint64_t>(helper.effect);
    case Type::f64: return handler_of<double>(helper.effect);
    default: VESTIGE_UNREACHABLE("the type does not pass between IR and helpers");
    }
}

} // namespace

void prepare_call(Preparer& p, const Instruction& op, Value value) {
    const ir::Helper& helper = (*p.function().helpers)[op.imm];
    CallPlan plan{.function = helper.function,
                  .result_bits = ir::info(helper.result).bits,
                  .not_started = p.not_started(op.aux)};
    unsigned integers = 0, doubles = 0;
    for (const Value argument : op.args()) {
        if (p.type(argument) == Type::f64)
            plan.doubles[doubles++] = p.reg(argument);
        else
            plan.integers[integers++] = p.reg(argument);
    }
    p.program().calls.push_back(plan);
    p.emit(handler_of(helper), value).imm = p.program().calls.size() - 1;
}

} // namespace vestige::interp
