#include "translator/ir/run_charges.h"

#include <algorithm>

#include "common/assertion.h"
#include "translator/ir/dominators.h"

namespace vestige::ir {

void RunCharges::analyse(const Function& function) {
    function_ = &function;
    whole_ = function.instruction_count;
    runs_.clear();
    if (whole_ != 0) return;
    runs_.assign(function.blocks.size(), {});
    charges_.assign(function.instructions.size(), 0);
    find_current();
    find_charges();
}

// Also puts the reachable blocks in order, each behind one that leads to it.
void RunCharges::find_current() {
    order_.assign(1, 0);
    std::vector<bool> seen(runs_.size());
    seen[0] = true;
    for (std::size_t i = 0; i < order_.size(); ++i) {
        std::uint32_t run = runs_[order_[i]].run;
        for (const Value value : function_->blocks[order_[i]].body) {
            const Instruction& op = (*function_)[value];
            if (op.op == Op::begin_run || op.op == Op::next_run || op.op == Op::end_run)
                run = op.aux;
        }
        for (const BlockId next : successors(*function_, order_[i])) {
            if (seen[next]) continue;
            seen[next] = true;
            runs_[next].run = run;
            order_.push_back(next);
        }
    }
}

// Against the flow until nothing changes. Every loop has a begin_run in which that comes to rest.
void RunCharges::find_charges() {
    std::size_t rounds = 0;
    for (bool again = true; again;) {
        VESTIGE_ASSERT(rounds++ <= order_.size());
        again = false;
        for (auto block = order_.rbegin(); block != order_.rend(); ++block) {
            BlockRuns& here = runs_[*block];
            std::uint32_t ahead = 0;
            for (const BlockId next : successors(*function_, *block))
                ahead = std::max(ahead, runs_[next].ahead_at_start);
            here.ahead_at_end = ahead;
            const auto& body = function_->blocks[*block].body;
            for (auto value = body.rbegin(); value != body.rend(); ++value) {
                const Instruction& op = (*function_)[*value];
                if (op.op == Op::next_run) ahead += op.aux;
                if (op.op != Op::begin_run) continue;
                charges_[value->index] = op.aux + ahead;
                ahead = 0;
            }
            again = again || ahead != here.ahead_at_start;
            here.ahead_at_start = ahead;
        }
    }
}

std::uint32_t RunCharges::most_at(std::uint64_t pc) const {
    std::uint32_t most = 0;
    for (std::size_t i = 0; !runs_.empty() && i < charges_.size(); ++i) {
        const Instruction& op = function_->instructions[i];
        if (op.op == Op::begin_run && op.imm == pc) most = std::max(most, charges_[i]);
    }
    return most;
}

} // namespace vestige::ir
