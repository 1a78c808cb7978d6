// A unit's IR made ready to run: see step.h. Plain data that any number of interpreters can share.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/interp/step.h"
#include "translator/ir/derived.h"
#include "translator/ir/function.h"

namespace vestige::interp {

// A value that goes to a slot when the unit leaves early (from the IR's recovery map).
struct SavedSlot {
    std::uint32_t offset;
    std::uint32_t bytes;
    std::uint32_t source;     // register
    ir::Op op = ir::Op::copy; // or as in ir::RecoveryEntry
    std::uint32_t other = 0;
    ir::Op test = ir::Op::copy;
    std::uint32_t if_true = 0, if_false = 0;
};
struct RecoveryPlan {
    std::uint64_t pc;
    std::uint32_t not_started;  // instructions of the unit after this one
    std::uint32_t first, count; // of Program::saved_slots
};

struct CallPlan {
    const void* function;
    std::uint32_t integers[4] = {}, doubles[4] = {}; // registers, in the order of the arguments
    std::uint32_t result_bits = 0;
    std::uint32_t not_started = 0; // optimised IR: instructions of the unit after this one
};

class Program {
  public:
    // Replaces what was there. The function is not needed afterwards, its helpers are.
    void prepare(const ir::Function& function, ir::Stage stage = ir::Stage::raw);

    ir::Stage stage = ir::Stage::raw;
    std::uint64_t start_pc = 0;
    std::uint32_t instruction_count = 0;
    std::uint32_t pc_offset = 0, pc_bytes = 0;
    std::uint32_t register_count = 0;

    std::vector<Step> steps;
    std::vector<std::uint64_t> constants; // what registers 0, 1, ... start with
    std::vector<CallPlan> calls;
    std::vector<RecoveryPlan> recoveries;
    std::vector<SavedSlot> saved_slots;
};

inline constexpr std::uint32_t no_recovery = ir::no_recovery;

// ---- ways out, for handlers

inline void write_pc(Frame& frame, std::uint64_t pc) {
    write_slot(frame, frame.program->pc_offset, &pc, frame.program->pc_bytes);
}

// The current instruction does not complete: memory gets the state as it is now.
inline const Step* leave_early(Frame& frame, Registers registers, std::uint32_t recovery,
                               std::uint32_t code) {
    std::uint64_t pc = frame.pc;
    if (recovery != no_recovery) {
        const RecoveryPlan& plan = frame.program->recoveries[recovery];
        for (std::uint32_t i = plan.first; i < plan.first + plan.count; ++i) {
            const SavedSlot& saved = frame.program->saved_slots[i];
            if (saved.op == ir::Op::copy) {
                write_slot(frame, saved.offset, registers + saved.source, saved.bytes);
                continue;
            }
            const auto a = static_cast<std::uint32_t>(registers[saved.source]);
            const auto b = static_cast<std::uint32_t>(registers[saved.other]);
            const bool selects = saved.op == ir::Op::select;
            std::uint64_t derived = ir::derived_value(selects ? saved.test : saved.op, a, b);
            if (selects) derived = registers[derived != 0 ? saved.if_true : saved.if_false];
            write_slot(frame, saved.offset, &derived, saved.bytes);
        }
        pc = plan.pc;
        frame.header->budget += plan.not_started;
    }
    write_pc(frame, pc);
    frame.exit.code = code;
    return nullptr;
}

} // namespace vestige::interp
