#include "translator/opt/workspace.h"

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

} // namespace vestige::opt
