// What a loop makes only for those who leave it is made on their ways: of the orderings that a loop
// has round by round, the last one is all that anybody sees.
#include <algorithm>
#include <utility>
#include <vector>

#include "translator/ir/control_flow.h"
#include "translator/ir/dominators.h"
#include "translator/opt/passes.h"

namespace vestige::opt {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

namespace {

class LeaveToWaysOut {
  public:
    LeaveToWaysOut(Function& function, Workspace& workspace) : function_(function), w_(workspace) {}

    void run() {
        flow_.analyse(function_);
        if (!flow_.has_loops()) return;
        find_candidates();
        const std::vector<BlockId> order(w_.order.begin(), w_.order.end());
        w_.order.clear();
        for (const BlockId block : order) {
            w_.order.push_back(block);
            make_in(block);
            for (unsigned way = 0; way < ir::successors(function_, block).size(); ++way)
                if (passes_candidate(block, way)) make_on_way(block, way);
        }
    }

  private:
    struct Candidate {
        BlockId defined_in = ir::no_block;
        BlockId header = ir::no_block; // of the loop that it is to leave; no_block: it stays
    };

    bool is_candidate(Value value) const {
        return value.index < candidates_.size() && candidates_[value.index].header != ir::no_block;
    }
    void stays(Value value) { candidates_[value.index].header = ir::no_block; }

    // Recovery maps must be able to make it as well: within the loop they are the only ones left,
    // with addresses, which are made anew (own_addresses).
    void find_candidates() {
        candidates_.assign(function_.instructions.size(), {});
        for (const BlockId block : w_.order)
            for (const Value value : function_.blocks[block].body) {
                const Instruction& op = function_[value];
                if (op.op != Op::select && is_derivable(function_, op))
                    candidates_[value.index] = {block, flow_.loop_header(block)};
            }
        for (const BlockId block : w_.order) {
            for (const Value value : function_.blocks[block].body)
                find_uses(function_[value], block);
            const Instruction& end = function_[function_.blocks[block].body.back()];
            const auto targets = ir::successors(function_, block);
            for (unsigned way = 0; way < targets.size(); ++way)
                for (const Value argument : function_.list(end.target_arguments[way]))
                    if (is_candidate(argument) && !is_outside(block, argument) &&
                        !leaves_its_loop(argument, targets[way]))
                        stays(argument);
        }
    }

    void find_uses(const Instruction& op, BlockId block) {
        const bool sums = op.op == Op::add || op.op == Op::load;
        for (unsigned i = 0; i < op.argument_count; ++i) {
            const bool addresses = sums || (op.op == Op::store && i == 0);
            const Value argument = op.arguments[i];
            if (is_candidate(argument) && !addresses && !is_outside(block, argument))
                stays(argument);
        }
    }

    bool leaves_its_loop(Value value, BlockId to) const {
        return !flow_.in_loop(to, candidates_[value.index].header);
    }

    // What is made in the block is made no more often than where the value is now.
    bool is_outside(BlockId block, Value value) const {
        const Candidate& candidate = candidates_[value.index];
        const BlockId around = flow_.loop_header(block);
        return !flow_.in_loop(block, candidate.header) &&
               (around == ir::no_block || flow_.in_loop(candidate.defined_in, around));
    }

    bool passes_candidate(BlockId block, unsigned way) const {
        const Instruction& end = function_[function_.blocks[block].body.back()];
        const auto arguments = function_.list(end.target_arguments[way]);
        return std::any_of(arguments.begin(), arguments.end(),
                           [&](Value argument) { return is_candidate(argument); });
    }

    // Outside its loop, before the first op that wants it.
    void make_in(BlockId block) {
        std::vector<Value> body;
        body.swap(function_.blocks[block].body);
        made_.clear();
        for (const Value value : body) {
            for (unsigned i = 0; i < function_[value].argument_count; ++i)
                function_[value].arguments[i] = made(function_[value].arguments[i], block);
            for (unsigned way = 0; way < 2; ++way)
                function_[value].target_arguments[way] =
                    made(function_[value].target_arguments[way], block);
            function_.blocks[block].body.push_back(value);
        }
    }

    ir::ValueList made(ir::ValueList list, BlockId block) {
        const auto passed = function_.list(list);
        std::vector<Value> values(passed.begin(), passed.end());
        for (Value& value : values)
            value = made(value, block);
        return std::equal(values.begin(), values.end(), function_.list(list).begin())
                   ? list
                   : function_.make_list(values);
    }

    Value made(Value value, BlockId block) {
        if (!is_candidate(value) || !is_outside(block, value)) return value;
        for (const auto& [candidate, copy] : made_)
            if (candidate == value) return copy;
        made_.emplace_back(value, append(block, Instruction(function_[value])));
        return made_.back().second;
    }

    // A block on the way out of the loop.
    void make_on_way(BlockId block, unsigned way) {
        const auto between = static_cast<BlockId>(function_.blocks.size());
        function_.blocks.emplace_back();
        const Value end = function_.blocks[block].body.back();
        const auto passed = function_.list(function_[end].target_arguments[way]);
        std::vector<Value> arguments(passed.begin(), passed.end());
        for (Value& argument : arguments)
            if (is_candidate(argument))
                argument = append(between, Instruction(function_[argument]));
        Instruction jump;
        jump.op = Op::jump;
        jump.targets[0] = function_[end].targets[way];
        jump.target_arguments[0] = function_.make_list(arguments);
        append(between, jump);
        function_[end].targets[way] = between;
        function_[end].target_arguments[way] = {};
        w_.order.push_back(between);
    }

    Value append(BlockId block, const Instruction& op) {
        const Value value{static_cast<std::uint32_t>(function_.instructions.size())};
        function_.instructions.push_back(op);
        function_.blocks[block].body.push_back(value);
        return value;
    }

    Function& function_;
    Workspace& w_;
    ir::ControlFlow flow_;
    std::vector<Candidate> candidates_;         // by value
    std::vector<std::pair<Value, Value>> made_; // candidate and copy, of the current block
};

} // namespace

void leave_to_ways_out(Function& function, Workspace& workspace) {
    LeaveToWaysOut(function, workspace).run();
}

} // namespace vestige::opt
