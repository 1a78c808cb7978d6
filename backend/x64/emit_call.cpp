// Calls of C++ helpers: R (*)(void* state, ...), the System V convention.
#include "backend/x64/unit_emitter.h"
#include "common/assertion.h"
#include "translator/ir/effects.h"
#include "translator/runtime/cpu_header.h"

namespace vestige::x64 {

using ir::HelperEffect;
using ir::Type;
using runtime::CpuHeader;

namespace {

constexpr HostRegister state_argument = host::rdi;
constexpr HostRegister integer_arguments[] = {host::rsi, host::rdx, host::rcx, host::r8};
constexpr HostRegister double_arguments[] = {16, 17, 18, 19};

} // namespace

// Sources in registers first, each when no other one is still to be read from its target; a cycle
// is broken by an exchange through rax or xmm15, which are no arguments. Then memory and constants.
void UnitEmitter::move_in_parallel(std::vector<Move>& moves) {
    struct RegisterMove {
        HostRegister to, from;
        Type type;
    };
    RegisterMove pending[4];
    unsigned count = 0;
    for (const Move& move : moves)
        if (regs_.in_register(move.value))
            pending[count++] = {move.to, regs_.register_of(move.value), type(move.value)};
    while (count != 0) {
        unsigned ready = 0;
        const auto blocked = [&](unsigned i) {
            for (unsigned j = 0; j < count; ++j)
                if (j != i && pending[j].from == pending[i].to) return true;
            return false;
        };
        while (ready < count && blocked(ready))
            ++ready;
        if (ready == count) {
            const HostRegister aside = is_xmm(pending[0].from) ? HostRegister{31} : host::rax;
            const HostRegister from = pending[0].from;
            regs_.move(aside, from, pending[0].type);
            for (unsigned i = 0; i < count; ++i)
                if (pending[i].from == from) pending[i].from = aside;
            continue;
        }
        regs_.move(pending[ready].to, pending[ready].from, pending[ready].type);
        pending[ready] = pending[--count];
    }
    for (const Move& move : moves) {
        if (regs_.in_register(move.value)) continue;
        const auto constant = regs_.constant(move.value);
        if (constant && is_xmm(move.to)) {
            as_.mov(x86::rax, *constant);
            regs_.move(move.to, host::rax, Type::i64);
        } else {
            regs_.load(move.value, move.to);
        }
    }
}

void UnitEmitter::pass_arguments(const ir::Helper& helper, const Instruction& op) {
    VESTIGE_ASSERT(helper.arguments.size() == op.argument_count);
    unsigned integers = 0, doubles = 0;
    moves_.clear();
    for (const Value argument : op.args()) {
        const bool is_double = bank_of(type(argument)) == Bank::xmm;
        VESTIGE_ASSERT(!is_double || type(argument) == Type::f64);
        moves_.push_back(
            {is_double ? double_arguments[doubles++] : integer_arguments[integers++], argument});
    }
    move_in_parallel(moves_);
    as_.lea(gp64(state_argument), x86::ptr(gp64(state_register), -state_bias));
}

void UnitEmitter::emit_call(Value value, const Instruction& op) {
    const ir::Helper& helper = (*function_->helpers)[static_cast<ir::HelperId>(op.imm)];
    const bool with_state = ir::calls_with_all_state(*function_, op);
    const std::uint32_t ahead = with_state ? not_started(op.aux) : 0;
    if (with_state) regs_.all_state_changes();
    regs_.spill_caller_saved();
    pass_arguments(helper, op);
    regs_.forget_caller_saved();
    if (ahead != 0)
        as_.mov(state_memory(offsetof(CpuHeader, budget_ahead), 8),
                static_cast<std::int32_t>(ahead));
    as_.mov(x86::rax, reinterpret_cast<std::uintptr_t>(helper.function));
    if (with_state)
        call_thunk(helper.floats == ir::HelperFloats::possible
                       ? thunks_.call_with_state
                       : thunks_.call_with_state_without_floats);
    else if (helper.effect == HelperEffect::memory_only_slots)
        call_thunk(thunks_.call_with_slots);
    else
        as_.call(x86::rax);
    if (helper.effect == HelperEffect::may_leave) {
        as_.cmp(state_memory(offsetof(CpuHeader, leave_code), 4), 0);
        const LabelId leaves = new_label();
        as_.jne(at(leaves));
        cold_.add([this, leaves, ahead] {
            as_.bind(at(leaves));
            give_back(ahead);
            jump_to_thunk(thunks_.leave_as_helper_says);
        });
    }
    if (op.type == Type::none) return;
    Held result = regs_.claim(op.type == Type::f64 ? first_xmm : host::rax);
    if (op.type != Type::f64 && op.type != Type::i64)
        zero_extend(result.reg(), result.reg(), op.type);
    regs_.become(value, std::move(result));
}

} // namespace vestige::x64
