#include "translator/opt/slots_made.h"

#include "translator/ir/derived.h"
#include "translator/ir/dominators.h"
#include "translator/ir/effects.h"
#include "translator/opt/slot_flow.h"

namespace vestige::opt {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

SlotsMade::Made SlotsMade::made_by(const Function& function, const Instruction& set) const {
    const Instruction& source = function[set.arguments[0]];
    if (source.type != Type::i32) return {};
    if (!ir::is_derived_op(source.op)) return {};
    const Instruction& second = function[source.arguments[1]];
    if (second.op != Op::constant) return {};
    return {source.op, second.imm};
}

// With the flow until nothing changes; what no way has come to yet is left out of account.
void SlotsMade::analyse(const Function& function, const Workspace& workspace,
                        const SlotFlow& flow) {
    const auto& tracked = flow.tracked();
    std::vector<std::size_t> index(function.layout->slots.size(), tracked.size());
    for (std::size_t i = 0; i < tracked.size(); ++i)
        index[tracked[i]] = i;
    at_start_.assign(function.blocks.size(), {});
    at_start_[0].assign(tracked.size(), {});
    std::vector<Made> now;
    std::vector<Value> holds, made_of;                        // by index, in the block at hand
    std::vector<Value> same_as(function.instructions.size()); // of what is read: what was before
    const auto resolved = [&](Value value) {
        return same_as[value.index].valid() ? same_as[value.index] : value;
    };
    for (bool again = true; again;) {
        again = false;
        for (const BlockId block : workspace.order) {
            if (at_start_[block].empty()) continue;
            now = at_start_[block];
            holds.assign(tracked.size(), {});
            made_of.assign(tracked.size(), {});
            for (const Value value : function.blocks[block].body) {
                const Instruction& op = function[value];
                if (op.op == Op::get_slot && is_promotable(function, op)) {
                    Value& held = holds[index[op.imm]];
                    if (!held.valid()) held = value;
                    same_as[value.index] = held;
                }
                if (op.op == Op::set_slot && is_promotable(function, op)) {
                    const std::size_t slot = index[op.imm];
                    holds[slot] = resolved(op.arguments[0]);
                    now[slot] = made_by(function, op);
                    made_of[slot] = {};
                    if (now[slot].op != Op::copy)
                        made_of[slot] = resolved(function[op.arguments[0]].arguments[0]);
                }
                if (!ir::is_barrier(function, op)) continue;
                const SlotSet& seen = flow.behind_barrier(op);
                for (std::size_t i = 0; i < tracked.size(); ++i)
                    if (seen[tracked[i]]) now[i] = {}, holds[i] = {}, made_of[i] = {};
            }
            SlotSet live;
            for (const BlockId next : ir::successors(function, block))
                live |= flow[next].live_in;
            const auto is_passed_on = [&](Value value) {
                for (std::size_t i = 0; i < tracked.size(); ++i)
                    if (holds[i] == value && live[tracked[i]]) return true;
                return false;
            };
            for (std::size_t i = 0; i < tracked.size(); ++i)
                if (made_of[i].valid() && !is_passed_on(made_of[i])) now[i] = {};
            for (const BlockId next : ir::successors(function, block)) {
                auto& there = at_start_[next];
                if (there.empty()) {
                    there = now;
                    again = true;
                    continue;
                }
                for (std::size_t i = 0; i < tracked.size(); ++i) {
                    if (there[i] == now[i] || there[i] == Made{}) continue;
                    there[i] = {};
                    again = true;
                }
            }
        }
    }
}

} // namespace vestige::opt
