#include <algorithm>

#include "translator/ir/dominators.h"
#include "translator/opt/passes.h"

namespace vestige::opt {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

namespace {

// Depth first: a block is put out after all that it leads to; the stack keeps it until then.
void find_order(const Function& function, Workspace& w) {
    enum : std::uint8_t { fresh, open, done };
    w.order.clear();
    w.visited.assign(function.blocks.size(), fresh);
    w.ways_in.assign(function.blocks.size(), 0);
    w.stack.assign(1, 0);
    while (!w.stack.empty()) {
        const BlockId block = w.stack.back();
        if (w.visited[block] == fresh) {
            w.visited[block] = open;
            for (const BlockId next : ir::successors(function, block)) {
                ++w.ways_in[next];
                if (w.visited[next] == fresh) w.stack.push_back(next);
            }
            continue;
        }
        w.stack.pop_back();
        if (w.visited[block] == open) {
            w.visited[block] = done;
            w.order.push_back(block);
        }
    }
    std::reverse(w.order.begin(), w.order.end());
}

// The block that alone leads to `target` ends in a jump to it: `target` becomes its end.
void join(Function& function, Workspace& w, BlockId block, BlockId target) {
    auto& body = function.blocks[block].body;
    const Instruction& jump = function[body.back()];
    const auto arguments = function.list(jump.target_arguments[0]);
    const auto& parameters = function.blocks[target].parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i)
        w.replacements.replace(parameters[i], w.replacements.resolve(arguments[i]));
    body.pop_back();
    const auto& tail = function.blocks[target].body;
    body.insert(body.end(), tail.begin(), tail.end());
    function.blocks[target].body.clear();
    function.blocks[target].parameters.clear();
}

void resolve_all(Function& function, const Workspace& w) {
    for (const ir::Block& block : function.blocks)
        for (const Value value : block.body)
            w.replacements.resolve_uses(function, function[value]);
    w.replacements.resolve_recoveries(function);
}

// Takes the blocks that were joined or are not reachable out of the list.
void renumber(Function& function, Workspace& w) {
    std::vector<BlockId>& renamed = w.stack;
    renamed.assign(function.blocks.size(), ir::no_block);
    BlockId next = 0;
    for (BlockId block = 0; block < function.blocks.size(); ++block) {
        if (function.blocks[block].body.empty() || !w.visited[block]) continue;
        renamed[block] = next;
        if (next != block) std::swap(function.blocks[next], function.blocks[block]);
        ++next;
    }
    function.truncate_blocks(next);
    for (const ir::Block& block : function.blocks)
        for (BlockId& target : function[block.body.back()].targets)
            target = renamed[target];
    find_order(function, w);
}

} // namespace

void tidy_flow(Function& function, Workspace& w) {
    find_order(function, w);
    if (function.blocks.size() == 1) return;
    w.replacements.clear(function.instructions.size());
    bool joined = false;
    for (const BlockId block : w.order) {
        for (;;) {
            const auto& body = function.blocks[block].body;
            if (body.empty()) break; // joined to another before
            const Instruction& last = function[body.back()];
            if (last.op != Op::jump || w.ways_in[last.targets[0]] != 1) break;
            join(function, w, block, last.targets[0]);
            joined = true;
        }
    }
    if (joined) resolve_all(function, w);
    if (joined || w.order.size() != function.blocks.size()) renumber(function, w);
}

} // namespace vestige::opt
