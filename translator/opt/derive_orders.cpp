#include <vector>

#include "translator/opt/passes.h"

namespace vestige::opt {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

namespace {

bool is_order(const Instruction& op) { return op.op == Op::order_s || op.op == Op::order_u; }

// Whether a block ends in a way out of the function.
bool is_exit(const Function& function, BlockId block) {
    const Op end = function[function.blocks[block].body.back()].op;
    return end != Op::jump && end != Op::branch;
}

} // namespace

void derive_orders(Function& function, Workspace& w) {
    // Values that something in the straight way wants.
    w.used.assign(function.instructions.size(), 0);
    for (const BlockId block : w.order) {
        const bool exit = is_exit(function, block);
        for (const Value value : function.blocks[block].body) {
            const Instruction& op = function[value];
            if (exit && op.op == Op::set_slot) continue;
            for (const Value argument : op.args())
                w.used[argument.index] = 1;
            if (op.op == Op::jump || op.op == Op::branch)
                for (const ir::ValueList list : op.target_arguments)
                    for (const Value argument : function.list(list))
                        w.used[argument.index] = 1;
        }
    }
    const auto derived = [&](Value value) {
        return value.index < w.used.size() && !w.used[value.index] && is_order(function[value]);
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
