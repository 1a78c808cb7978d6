#include "translator/ir/dominators.h"
#include "translator/opt/passes.h"

namespace vestige::opt {

using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

namespace {

bool has_effect(const Function& function, const Instruction& op) {
    const ir::Effects effects = ir::info(op.op).effects;
    if (op.op == Op::call) return (*function.helpers)[op.imm].effect != ir::HelperEffect::pure;
    return (effects & ~ir::effect::reads_state) != 0;
}

} // namespace

// Backwards, blocks after all that they dominate: a value's uses come before its definition.
void remove_dead(Function& function, Workspace& w) {
    w.used.assign(function.instructions.size(), 0);
    const auto use = [&](Value value) { w.used[value.index] = 1; };
    const ir::Recovery* last = nullptr;
    for (auto block = w.order.rbegin(); block != w.order.rend(); ++block) {
        auto& body = function.blocks[*block].body;
        std::size_t kept = body.size();
        for (std::size_t i = body.size(); i-- > 0;) {
            const Value value = body[i];
            const Instruction& op = function[value];
            if (!w.used[value.index] && !has_effect(function, op)) continue;
            for (const Value argument : op.args())
                use(argument);
            if (op.op == Op::jump || op.op == Op::branch)
                for (const ir::ValueList list : op.target_arguments)
                    for (const Value argument : function.list(list))
                        use(argument);
            if (op.recovery != ir::no_recovery) {
                const ir::Recovery& recovery = function.recoveries[op.recovery];
                if (!last || last->first != recovery.first || last->count != recovery.count)
                    for (const ir::RecoveryEntry& entry : function.entries(recovery))
                        entry.for_each_value(use);
                last = &recovery;
            }
            body[--kept] = value;
        }
        body.erase(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(kept));
    }
}

namespace {

// Marks what ops with effects need, through parameters as well: one that only feeds itself round a
// loop is dead.
class Marking {
  public:
    Marking(Function& function, Workspace& workspace)
        : function_(function), w_(workspace), places_(function.instructions.size()) {
        w_.used.assign(function.instructions.size(), 0);
        passed_ = passed_arguments(function, workspace);
        for (const ir::BlockId block : w_.order) {
            const auto& parameters = function.blocks[block].parameters;
            for (std::uint32_t i = 0; i < parameters.size(); ++i)
                places_[parameters[i].index] = {block, i};
        }
    }

    void run() {
        for (const ir::BlockId block : w_.order)
            for (const Value value : function_.blocks[block].body)
                if (has_effect(function_, function_[value])) use(value);
        while (!work_.empty()) {
            const Value value = work_.back();
            work_.pop_back();
            look_through(value);
        }
        sweep();
    }

  private:
    struct Place { // of a parameter
        ir::BlockId block = 0;
        std::uint32_t index = 0;
    };

    bool used(Value value) const { return w_.used[value.index] != 0; }
    void use(Value value) {
        if (used(value)) return;
        w_.used[value.index] = 1;
        work_.push_back(value);
    }

    void look_through(Value value) {
        const Instruction& op = function_[value];
        if (op.op == Op::parameter) {
            const Place place = places_[value.index];
            for (const ir::ValueList list : passed_[place.block])
                use(function_.list(list)[place.index]);
        }
        for (const Value argument : op.args())
            use(argument);
        if (op.recovery == ir::no_recovery) return;
        for (const ir::RecoveryEntry& entry : function_.entries(function_.recoveries[op.recovery]))
            entry.for_each_value([&](Value used) { use(used); });
    }

    void sweep() {
        std::vector<Value> kept;
        for (const ir::BlockId block : w_.order) {
            std::erase_if(function_.blocks[block].body, [&](Value value) { return !used(value); });
            Instruction& end = function_[function_.blocks[block].body.back()];
            const auto targets = ir::successors(function_, block);
            for (unsigned way = 0; way < targets.size(); ++way) {
                const auto& parameters = function_.blocks[targets[way]].parameters;
                const auto arguments = function_.list(end.target_arguments[way]);
                kept.clear();
                for (std::size_t i = 0; i < parameters.size(); ++i)
                    if (used(parameters[i])) kept.push_back(arguments[i]);
                end.target_arguments[way] = function_.make_list(kept);
            }
        }
        for (const ir::BlockId block : w_.order)
            std::erase_if(function_.blocks[block].parameters,
                          [&](Value value) { return !used(value); });
    }

    Function& function_;
    Workspace& w_;
    std::vector<Place> places_;
    std::vector<std::vector<ir::ValueList>> passed_; // to each block
    std::vector<Value> work_;
};

} // namespace

void remove_dead_across(Function& function, Workspace& w) { Marking(function, w).run(); }

} // namespace vestige::opt
