// Guest instructions that go where a register says, told from the other ends of a unit.
#pragma once

#include <algorithm>
#include <cstddef>

#include "translator/ir/effects.h"
#include "translator/ir/function.h"
#include "translator/runtime/cpu_header.h"

namespace vestige::runtime {

// Another mode may be the current one behind the op: a helper that sees all state (a trap, a return
// from one), or a new value of CpuHeader::jump_cache_mode.
inline bool may_change_mode(const ir::Function& function, const ir::Instruction& op) {
    if (op.op != ir::Op::set_slot) return ir::calls_with_all_state(function, op);
    const ir::Slot& slot = (*function.layout)[static_cast<ir::SlotId>(op.imm)];
    return slot.offset == offsetof(CpuHeader, jump_cache_mode);
}

// The block of raw IR ends in such an instruction, and what comes behind it is of the same mode:
// a region may go on there.
inline bool ends_in_computed_jump(const ir::Function& function, const ir::Block& block) {
    return function[block.body.back()].op == ir::Op::jump_pc &&
           std::none_of(block.body.begin(), block.body.end(), [&](ir::Value value) {
               return may_change_mode(function, function[value]);
           });
}

inline bool has_computed_jump(const ir::Function& function) {
    return std::any_of(function.blocks.begin(), function.blocks.end(), [&](const ir::Block& block) {
        return ends_in_computed_jump(function, block);
    });
}

} // namespace vestige::runtime
