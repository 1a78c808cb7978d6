// What an op does that its row in opcodes.inc leaves to its helper.
#pragma once

#include "translator/ir/function.h"

namespace vestige::ir {

// A call whose helper reads and writes any slot behind the IR's back, and may change translations.
inline bool calls_with_all_state(const Function& function, const Instruction& op) {
    if (op.op != Op::call) return false;
    const HelperEffect effect = (*function.helpers)[static_cast<HelperId>(op.imm)].effect;
    return effect == HelperEffect::all_state || effect == HelperEffect::may_leave;
}

// Whether a slot's value is not kept across the op, so that memory has it before and is read again
// behind: such a call, or, of a banked slot, a change of bank that makes it another register. (What
// another slot held may be what it holds behind that: BankMove.)
inline bool is_barrier(const Function& function, const Instruction& op) {
    return op.op == Op::set_bank || calls_with_all_state(function, op);
}
inline bool is_barrier_to(const Function& function, const Instruction& op, const Slot& slot) {
    return op.op == Op::set_bank ? is_banked(slot.offset) : calls_with_all_state(function, op);
}

} // namespace vestige::ir
