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

// An i32 chosen by a comparison of two others (what follows a branch, as its delay slot sees it).
bool is_derivable_choice(const Function& function, const Instruction& op) {
    if (op.op != Op::select || op.type != ir::Type::i32) return false;
    const Instruction& test = function[op.arguments[0]];
    return ir::is_derived_test(test.op) && function[test.arguments[0]].type == ir::Type::i32 &&
           function[op.arguments[1]].op == Op::constant &&
           function[op.arguments[2]].op == Op::constant;
}

} // namespace

// Of what lives as long at no cost.
bool is_derivable(const Function& function, const Instruction& op) {
    if (is_derivable_choice(function, op)) return true;
    if (!ir::is_derived_op(op.op) || op.type != ir::derived_type(op.op)) return false;
    if (function[op.arguments[0]].type != ir::Type::i32) return false;
    return ir::derives_from_two(op.op) || function[op.arguments[1]].op == Op::constant;
}

namespace {

void derive(const Function& function, ir::RecoveryEntry& entry) {
    const Instruction* made = &function[entry.value];
    entry.op = made->op;
    if (made->op == Op::select) {
        entry.if_true = made->arguments[1];
        entry.if_false = made->arguments[2];
        made = &function[made->arguments[0]];
        entry.test = made->op;
    }
    entry.other = made->arguments[1];
    entry.value = made->arguments[0];
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
        if (entry.op == Op::copy && derived(entry.value)) derive(function, entry);
    }
    const auto copy_of = [&](Value value) {
        function.instructions.push_back(Instruction(function[value]));
        w.body.push_back({static_cast<std::uint32_t>(function.instructions.size() - 1)});
        return w.body.back();
    };
    // Exits make their own.
    for (const BlockId block : w.order) {
        if (!is_exit(function, block)) continue;
        w.body.clear();
        for (const Value value : function.blocks[block].body) {
            if (function[value].op == Op::set_slot && derived(function[value].arguments[0])) {
                const Value source = function[value].arguments[0];
                Value test;
                if (function[source].op == Op::select)
                    test = copy_of(function[source].arguments[0]);
                const Value made = copy_of(source);
                if (test.valid()) function[made].arguments[0] = test;
                function[value].arguments[0] = made;
            }
            w.body.push_back(value);
        }
        function.blocks[block].body.swap(w.body);
    }
}

} // namespace vestige::opt
