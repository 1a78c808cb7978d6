#include <vector>

#include "translator/ir/derived.h"
#include "translator/opt/passes.h"

namespace vestige::opt {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

namespace {

// What recovery maps can make by themselves, of what lives as long at no cost.
bool is_derivable(const Function& function, const Instruction& op) {
    if (!ir::is_derived_op(op.op) || op.type != ir::derived_type(op.op)) return false;
    if (function[op.arguments[0]].type != ir::Type::i32) return false;
    return ir::derives_from_two(op.op) || function[op.arguments[1]].op == Op::constant;
}

// Whether a block ends in a way out of the function.
bool is_exit(const Function& function, BlockId block) {
    const Op end = function[function.blocks[block].body.back()].op;
    return end != Op::jump && end != Op::branch;
}

} // namespace

void derive_values(Function& function, Workspace& w) {
    // Values that something in the straight way wants.
    w.used.assign(function.instructions.size(), 0);
    for (const BlockId block : w.order) {
        const bool exit = is_exit(function, block);
        for (const Value value : function.blocks[block].body) {
            const Instruction& op = function[value];
            if (exit && op.op == Op::set_slot) continue;
            for (const Value argument : op.args()) {
                // Another comparison of the same costs a branch nothing.
                const bool tested =
                    op.op == Op::branch && ir::is_derived_condition(function[argument].op);
                if (!tested) w.used[argument.index] = 1;
            }
            if (op.op == Op::jump || op.op == Op::branch)
                for (const ir::ValueList list : op.target_arguments)
                    for (const Value argument : function.list(list))
                        w.used[argument.index] = 1;
        }
    }
    const auto derived = [&](Value value) {
        return value.index < w.used.size() && !w.used[value.index] &&
               is_derivable(function, function[value]);
    };
    for (ir::RecoveryEntry& entry : function.recovery_entries) {
        if (entry.op != Op::copy || !derived(entry.value)) continue;
        const Instruction& order = function[entry.value];
        entry.op = order.op;
        entry.other = order.arguments[1];
        entry.value = order.arguments[0];
    }
    // Exits make their own.
    for (const BlockId block : w.order) {
        if (!is_exit(function, block)) continue;
        w.body.clear();
        for (const Value value : function.blocks[block].body) {
            if (function[value].op == Op::set_slot && derived(function[value].arguments[0])) {
                const Instruction order = function[function[value].arguments[0]];
                function.instructions.push_back(order);
                const Value made{static_cast<std::uint32_t>(function.instructions.size() - 1)};
                function[value].arguments[0] = made;
                w.body.push_back(made);
            }
            w.body.push_back(value);
        }
        function.blocks[block].body.swap(w.body);
    }
}

} // namespace vestige::opt
