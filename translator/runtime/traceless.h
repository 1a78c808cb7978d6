// Guest code that changes nothing but registers.
#pragma once

#include <algorithm>

#include "translator/ir/function.h"

namespace vestige::runtime {

// Raw IR whose execution changes nothing but the guest's registers, and depends on nothing but them
// and what it loads. Helpers are out since they may look at the time, or keep something that is not
// in the state; the sticky flags of floating point are not in it either.
inline bool leaves_no_trace(const ir::Function& function) {
    constexpr ir::Effects traces = ir::effect::writes_memory | ir::effect::float_state;
    const auto leaves_one = [&](ir::Value value) {
        const ir::Instruction& op = function[value];
        if (op.op == ir::Op::call)
            return (*function.helpers)[static_cast<ir::HelperId>(op.imm)].effect !=
                   ir::HelperEffect::pure;
        return op.op == ir::Op::set_bank || (ir::info(op.op).effects & traces) != 0;
    };
    return std::none_of(function.blocks.begin(), function.blocks.end(), [&](const ir::Block& it) {
        return std::any_of(it.body.begin(), it.body.end(), leaves_one);
    });
}

} // namespace vestige::runtime
