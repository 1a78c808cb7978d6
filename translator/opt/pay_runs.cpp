// A region has a place in each loop where its time is looked at; the rest is paid for there.
#include <vector>

#include "translator/ir/control_flow.h"
#include "translator/opt/passes.h"

namespace vestige::opt {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

namespace {

// What is paid for at once, about: the end of a budget that is shorter goes a slower way.
constexpr std::uint32_t most_charged = 64;

class Payment {
  public:
    explicit Payment(Function& function)
        : function_(function), ahead_(function.blocks.size()), seen_(function.blocks.size()) {
        flow_.analyse(function);
    }

    void run() {
        for (const BlockId block : flow_.order())
            for (const Value value : function_.blocks[block].body)
                if (function_[value].op == Op::begin_run) function_[value].op = Op::next_run;
        look_at_budget(0);
        for (const BlockId block : flow_.order()) {
            if (flow_.is_loop_header(block)) look_at_budget(block);
            // Else the loop would pay for what comes behind it, and take that back, in each round.
            for (const BlockId next : flow_.successors(block))
                if (flow_.loops_left(block, next) != 0) look_at_budget(next);
        }
        bound_charges();
    }

  private:
    // The first runs from there on.
    void look_at_budget(BlockId from) {
        work_.assign(1, from);
        seen_.assign(seen_.size(), false);
        while (!work_.empty()) {
            const BlockId block = work_.back();
            work_.pop_back();
            if (seen_[block]) continue;
            seen_[block] = true;
            if (Instruction* run = first_run(block)) {
                run->op = Op::begin_run;
                continue;
            }
            const auto next = flow_.successors(block);
            work_.insert(work_.end(), next.begin(), next.end());
        }
    }

    Instruction* first_run(BlockId block) {
        for (const Value value : function_.blocks[block].body) {
            Instruction& op = function_[value];
            if (op.op == Op::next_run || op.op == Op::begin_run) return &op;
        }
        return nullptr;
    }

    // Against the flow until nothing changes. What follows from a run may come round to it where a
    // loop has several entries: then that gets too long, and is cut.
    void bound_charges() {
        for (bool again = true; again;) {
            again = false;
            const auto order = flow_.order();
            for (auto block = order.rbegin(); block != order.rend(); ++block) {
                std::uint32_t ahead = 0;
                for (const BlockId next : flow_.successors(*block))
                    ahead = std::max(ahead, ahead_[next]);
                const auto& body = function_.blocks[*block].body;
                for (auto value = body.rbegin(); value != body.rend(); ++value)
                    ahead = ahead_of(function_[*value], ahead);
                again = again || ahead != ahead_[*block];
                ahead_[*block] = ahead;
            }
        }
    }

    std::uint32_t ahead_of(Instruction& op, std::uint32_t behind) {
        if (op.op == Op::next_run && behind + op.aux > most_charged) op.op = Op::begin_run;
        if (op.op == Op::begin_run) return 0;
        return op.op == Op::next_run ? behind + op.aux : behind;
    }

    Function& function_;
    ir::ControlFlow flow_;
    std::vector<std::uint32_t> ahead_; // by block: to be paid for before it begins
    std::vector<bool> seen_;
    std::vector<BlockId> work_;
};

} // namespace

void pay_runs(Function& function) { Payment(function).run(); }

} // namespace vestige::opt
