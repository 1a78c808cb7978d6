// What an op does that its row in opcodes.inc leaves to its helper.
#pragma once

#include "translator/ir/function.h"

namespace vestige::ir {

// A call whose helper reads and writes any slot behind the IR's back, and may change translations.
inline bool sees_all_state(const Function& function, const Instruction& op) {
    if (op.op != Op::call) return false;
    const HelperEffect effect = (*function.helpers)[static_cast<HelperId>(op.imm)].effect;
    return effect == HelperEffect::all_state || effect == HelperEffect::may_leave;
}

} // namespace vestige::ir
