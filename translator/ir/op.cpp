#include "translator/ir/op.h"

namespace vestige::ir {

const OpInfo& info(Op op) {
    using namespace effect;
    static constexpr OpInfo table[op_count] = {
#define OP(name, result, arguments, effects) {#name, result[0], arguments, effects},
#include "translator/ir/opcodes.inc"
#undef OP
    };
    return table[static_cast<unsigned>(op)];
}

} // namespace vestige::ir
