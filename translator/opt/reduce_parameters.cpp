#include <vector>

#include "translator/ir/dominators.h"
#include "translator/opt/passes.h"

namespace vestige::opt {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Value;

namespace {

class Reduction {
  public:
    Reduction(Function& function, Workspace& workspace)
        : function_(function), w_(workspace), passed_(passed_arguments(function, workspace)) {
        stands_for_.assign(function.instructions.size(), Value{});
    }

    void run() {
        bool any = false;
        for (bool again = true; again;) {
            again = false;
            for (const BlockId block : w_.order)
                again |= look_at(block);
            any |= again;
        }
        if (any) rewrite();
    }

  private:
    Value resolve(Value value) const {
        while (stands_for_[value.index].valid())
            value = stands_for_[value.index];
        return value;
    }
    bool is_gone(Value parameter) const { return stands_for_[parameter.index].valid(); }
    Value argument(ir::ValueList list, std::size_t index) const {
        return resolve(function_.list(list)[index]);
    }

    bool look_at(BlockId block) {
        const auto& parameters = function_.blocks[block].parameters;
        bool found = false;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            if (is_gone(parameters[i])) continue;
            Value same = only_value(block, i);
            for (std::size_t j = 0; j < i && !same.valid(); ++j)
                if (!is_gone(parameters[j]) && equal(block, i, j)) same = parameters[j];
            if (!same.valid()) continue;
            stands_for_[parameters[i].index] = same;
            found = true;
        }
        return found;
    }

    // The value that comes on every way which does not pass the parameter itself on, or none.
    Value only_value(BlockId block, std::size_t index) const {
        Value only;
        for (const ir::ValueList list : passed_[block]) {
            const Value value = argument(list, index);
            if (value == function_.blocks[block].parameters[index] || value == only) continue;
            if (only.valid()) return {};
            only = value;
        }
        return only;
    }

    bool equal(BlockId block, std::size_t a, std::size_t b) const {
        const auto& parameters = function_.blocks[block].parameters;
        if (function_[parameters[a]].type != function_[parameters[b]].type) return false;
        for (const ir::ValueList list : passed_[block]) {
            const Value x = argument(list, a), y = argument(list, b);
            if (x != y && !(x == parameters[a] && y == parameters[b])) return false;
        }
        return true;
    }

    void rewrite() {
        for (const BlockId block : w_.order) {
            for (const Value value : function_.blocks[block].body) {
                Instruction& op = function_[value];
                for (unsigned i = 0; i < op.argument_count; ++i)
                    op.arguments[i] = resolve(op.arguments[i]);
            }
            const Value end = function_.blocks[block].body.back();
            const auto targets = ir::successors(function_, block);
            for (unsigned way = 0; way < targets.size(); ++way) {
                const auto& parameters = function_.blocks[targets[way]].parameters;
                const ir::ValueList old = function_[end].target_arguments[way];
                kept_.clear();
                for (std::size_t i = 0; i < parameters.size(); ++i)
                    if (!is_gone(parameters[i])) kept_.push_back(argument(old, i));
                const ir::ValueList list = function_.make_list(kept_);
                function_[end].target_arguments[way] = list;
            }
        }
        for (const BlockId block : w_.order)
            std::erase_if(function_.blocks[block].parameters,
                          [&](Value parameter) { return is_gone(parameter); });
        for (ir::RecoveryEntry& entry : function_.recovery_entries)
            entry.rewrite([&](Value value) { return resolve(value); });
    }

    Function& function_;
    Workspace& w_;
    std::vector<std::vector<ir::ValueList>> passed_; // to each block
    std::vector<Value> stands_for_;                  // by parameter
    std::vector<Value> kept_;
};

} // namespace

void reduce_parameters(Function& function, Workspace& w) { Reduction(function, w).run(); }

} // namespace vestige::opt
