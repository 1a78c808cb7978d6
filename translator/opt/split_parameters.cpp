#include <array>
#include <utility>
#include <vector>

#include "translator/ir/derived.h"
#include "translator/ir/dominators.h"
#include "translator/opt/passes.h"

namespace vestige::opt {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

class Splitting {
  public:
    Splitting(Function& function, Workspace& workspace)
        : function_(function), w_(workspace), ways_(function.blocks.size()) {
        w_.replacements.clear(function.instructions.size());
        find_used();
        for (const BlockId block : w_.order) {
            const Value end = function_.blocks[block].body.back();
            const auto targets = ir::successors(function_, block);
            for (unsigned way = 0; way < targets.size(); ++way)
                ways_[targets[way]].push_back({end, way});
        }
    }

    bool run() {
        bool any = false;
        for (const BlockId block : w_.order) {
            // Conditions first: they look at the orderings that are passed with them.
            for (const Type type : {Type::i1, Type::i64, Type::i32})
                any |= split_all(block, type);
        }
        if (!any) return false;
        for (const BlockId block : w_.order)
            for (const Value value : function_.blocks[block].body)
                w_.replacements.resolve_uses(function_, function_[value]);
        w_.replacements.resolve_recoveries(function_);
        return true;
    }

  private:
    // What ops want, and not only recovery maps and ways out.
    void find_used() {
        w_.used.assign(function_.instructions.size(), 0);
        std::vector<Value> work;
        const auto use = [&](Value value) {
            if (!std::exchange(w_.used[value.index], 1)) work.push_back(value);
        };
        std::vector<std::pair<BlockId, std::size_t>> places(function_.instructions.size());
        for (const BlockId block : w_.order) {
            const auto& parameters = function_.blocks[block].parameters;
            for (std::size_t i = 0; i < parameters.size(); ++i)
                places[parameters[i].index] = {block, i};
            for (const Value value : function_.blocks[block].body)
                if (function_[value].op != Op::set_slot)
                    for (const Value argument : function_[value].args())
                        use(argument);
        }
        const auto passed = passed_arguments(function_, w_);
        while (!work.empty()) {
            const Value value = work.back();
            work.pop_back();
            if (function_[value].op != Op::parameter) continue;
            const auto [block, index] = places[value.index];
            for (const ir::ValueList list : passed[block])
                use(function_.list(list)[index]);
        }
    }

    struct Way { // a jump to the block
        Value jump;
        unsigned which;
    };
    Value argument(const Way& way, std::size_t index) const {
        const ir::ValueList list = function_[way.jump].target_arguments[way.which];
        return w_.replacements.resolve(function_.list(list)[index]);
    }

    bool split_all(BlockId block, Type type) {
        bool any = false;
        auto& parameters = function_.blocks[block].parameters;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            if (function_[parameters[i]].type != type) continue;
            if (type == Type::i32 && w_.used[parameters[i].index]) continue;
            const Op op = type == Type::i32 ? common_op_by_constant(block, i) : common_op(block, i);
            if (op == Op::parameter) continue;
            split(block, i, op);
            any = true;
        }
        return any;
    }

    // What makes the parameter's arguments, if that is one op of two i32; else `parameter`. A
    // condition that does not hold passes for "less" of any number and zero.
    Op common_op(BlockId block, std::size_t index) const {
        Op common = Op::parameter;
        bool never = false; // on some way
        for (const Way& way : ways_[block]) {
            const Instruction& made = function_[argument(way, index)];
            never |= never_holds(made);
            if (never_holds(made)) continue;
            if (!ir::derives_from_two(made.op)) return Op::parameter;
            if (function_[made.arguments[0]].type != Type::i32) return Op::parameter;
            if (common != Op::parameter && made.op != common) return Op::parameter;
            common = made.op;
        }
        return never && common != Op::cmp_lt_u ? Op::parameter : common;
    }
    // The same, of an i32 and one constant.
    Op common_op_by_constant(BlockId block, std::size_t index) const {
        const Instruction* first = nullptr;
        for (const Way& way : ways_[block]) {
            const Instruction& made = function_[argument(way, index)];
            if (!ir::is_derived_op(made.op) || made.type != Type::i32) return Op::parameter;
            const Instruction& by = function_[made.arguments[1]];
            if (by.op != Op::constant) return Op::parameter;
            if (!first) first = &made;
            if (made.op != first->op || by.imm != function_[first->arguments[1]].imm)
                return Op::parameter;
        }
        return first->op;
    }
    static bool never_holds(const Instruction& op) {
        return op.op == Op::constant && op.type == Type::i1 && op.imm == 0;
    }

    // What the parameter's argument is made of; for a condition that does not hold, what another
    // argument compares with zero, so that there may be nothing more to pass.
    std::array<Value, 2> operands(const Way& way, std::size_t index) {
        const Instruction& made = function_[argument(way, index)];
        if (!never_holds(made)) return {made.arguments[0], made.arguments[1]};
        const ir::ValueList list = function_[way.jump].target_arguments[way.which];
        for (std::size_t i = 0; i < list.count; ++i) {
            const Instruction& other = function_[argument(way, i)];
            if (other.op != Op::order_s) continue;
            const Instruction& right = function_[other.arguments[1]];
            if (right.op == Op::constant && right.imm == 0)
                return {other.arguments[0], other.arguments[1]};
        }
        return {zero(), zero()};
    }

    Value zero() {
        if (zero_.valid()) return zero_;
        zero_ = append({.op = Op::constant, .type = Type::i32});
        auto& body = function_.blocks[w_.order.front()].body;
        body.insert(body.begin(), zero_);
        return zero_;
    }

    // Who uses it is for the next round to find out.
    Value append(const Instruction& op) {
        function_.instructions.push_back(op);
        w_.used.push_back(1);
        return {static_cast<std::uint32_t>(function_.instructions.size() - 1)};
    }

    // The first half takes the parameter's place, the second one comes last.
    void split(BlockId block, std::size_t index, Op op) {
        const Value first = append({.op = Op::parameter, .type = Type::i32});
        const Value second = append({.op = Op::parameter, .type = Type::i32});
        const Type type = ir::derived_type(op);
        Instruction order{.op = op, .type = type, .argument_count = 2};
        order.arguments[0] = first;
        order.arguments[1] = second;
        const Value made = append(order);
        for (const Way& way : ways_[block]) {
            const auto passed = operands(way, index);
            const auto old = function_.list(function_[way.jump].target_arguments[way.which]);
            arguments_.assign(old.begin(), old.end());
            arguments_[index] = passed[0];
            arguments_.push_back(passed[1]);
            const ir::ValueList list = function_.make_list(arguments_);
            function_[way.jump].target_arguments[way.which] = list;
        }
        auto& parameters = function_.blocks[block].parameters;
        w_.replacements.replace(parameters[index], made);
        parameters[index] = first;
        parameters.push_back(second);
        auto& body = function_.blocks[block].body;
        body.insert(body.begin(), made);
    }

    Function& function_;
    Workspace& w_;
    std::vector<std::vector<Way>> ways_; // to each block
    std::vector<Value> arguments_;
    Value zero_; // an i32
};

} // namespace

void split_parameters(Function& function, Workspace& w) {
    // A parameter of an inner join may be an argument of an outer one.
    constexpr unsigned most_rounds = 3;
    for (unsigned round = 0; round < most_rounds; ++round) {
        if (!Splitting(function, w).run()) return;
        reduce_parameters(function, w);
    }
}

} // namespace vestige::opt
