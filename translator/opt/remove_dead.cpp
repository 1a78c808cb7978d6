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
                        use(entry.value);
                last = &recovery;
            }
            body[--kept] = value;
        }
        body.erase(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(kept));
    }
}

} // namespace vestige::opt
