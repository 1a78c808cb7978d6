#include "translator/ir/runs.h"

#include "translator/ir/dominators.h"

namespace vestige::ir {

void find_runs(const Function& function, std::vector<std::uint32_t>& run_at_start) {
    if (function.instruction_count != 0) { // one run
        run_at_start.assign(function.blocks.size(), function.instruction_count);
        return;
    }
    run_at_start.assign(function.blocks.size(), 0);
    std::vector<bool> seen(function.blocks.size());
    std::vector<BlockId> work{0};
    seen[0] = true;
    while (!work.empty()) {
        const BlockId block = work.back();
        work.pop_back();
        std::uint32_t run = run_at_start[block];
        for (const Value value : function.blocks[block].body)
            if (function[value].op == Op::begin_run) run = function[value].aux;
        for (const BlockId next : successors(function, block)) {
            if (seen[next]) continue;
            seen[next] = true;
            run_at_start[next] = run;
            work.push_back(next);
        }
    }
}

} // namespace vestige::ir
