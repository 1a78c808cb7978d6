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

// No slot's value is kept across it: memory has them all before and after. Besides such calls that
// is a change of bank, after which a banked slot is another register.
inline bool sees_all_state(const Function& function, const Instruction& op) {
    return op.op == Op::set_bank || calls_with_all_state(function, op);
}

} // namespace vestige::ir
