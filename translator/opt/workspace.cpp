#include "translator/opt/workspace.h"

#include "translator/ir/dominators.h"

namespace vestige::opt {

void Replacements::resolve_uses(ir::Function& function, ir::Instruction& op) const {
    for (unsigned i = 0; i < op.argument_count; ++i)
        op.arguments[i] = resolve(op.arguments[i]);
    if (op.op != ir::Op::jump && op.op != ir::Op::branch) return;
    for (const ir::ValueList list : op.target_arguments)
        for (std::uint32_t i = list.first; i < list.first + list.count; ++i)
            function.pool[i] = resolve(function.pool[i]);
}

void Replacements::resolve_recoveries(ir::Function& function) const {
    for (ir::RecoveryEntry& entry : function.recovery_entries)
        entry.rewrite([&](ir::Value value) { return resolve(value); });
}

std::vector<std::vector<ir::ValueList>> passed_arguments(const ir::Function& function,
                                                         const Workspace& workspace) {
    std::vector<std::vector<ir::ValueList>> passed(function.blocks.size());
    for (const ir::BlockId block : workspace.order) {
        const ir::Instruction& end = function[function.blocks[block].body.back()];
        const auto targets = ir::successors(function, block);
        for (unsigned way = 0; way < targets.size(); ++way)
            passed[targets[way]].push_back(end.target_arguments[way]);
    }
    return passed;
}

} // namespace vestige::opt
