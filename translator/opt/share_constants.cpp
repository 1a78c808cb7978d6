#include <algorithm>
#include <unordered_map>
#include <vector>

#include "translator/opt/passes.h"

namespace vestige::opt {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

void share_constants(Function& function, Workspace& w) {
    w.replacements.clear(function.instructions.size());
    std::unordered_map<std::uint64_t, std::vector<Value>> shared; // by number, of any type
    std::vector<Value> all;
    const auto place = [&](Value value) {
        const Instruction& op = function[value];
        auto& same_number = shared[op.imm];
        const auto found = std::find_if(same_number.begin(), same_number.end(), [&](Value other) {
            return function[other].type == op.type;
        });
        if (found != same_number.end()) {
            w.replacements.replace(value, *found);
        } else {
            same_number.push_back(value);
            all.push_back(value);
        }
    };
    for (const BlockId block : w.order)
        std::erase_if(function.blocks[block].body, [&](Value value) {
            if (function[value].op != Op::constant) return false;
            place(value);
            return true;
        });
    for (const BlockId block : w.order)
        for (const Value value : function.blocks[block].body)
            w.replacements.resolve_uses(function, function[value]);
    w.replacements.resolve_recoveries(function);
    auto& body = function.blocks[w.order.front()].body;
    body.insert(body.begin(), all.begin(), all.end());
}

} // namespace vestige::opt
