#include "translator/ir/dominators.h"

#include <algorithm>

namespace vestige::ir {

std::span<const BlockId> successors(const Function& function, BlockId block) {
    const auto& body = function.blocks[block].body;
    if (body.empty()) return {};
    const Instruction& last = function[body.back()];
    if (last.op == Op::jump) return {last.targets, 1};
    if (last.op == Op::branch) return {last.targets, 2};
    return {};
}

void Dominators::find_order(const Function& function) {
    struct Visit {
        BlockId block;
        std::size_t next;
    };
    std::vector<bool> seen(function.blocks.size());
    std::vector<Visit> stack{{0, 0}};
    seen[0] = true;
    order_.clear();
    while (!stack.empty()) {
        Visit& visit = stack.back();
        const auto ways = successors(function, visit.block);
        if (visit.next == ways.size()) {
            order_.push_back(visit.block);
            stack.pop_back();
            continue;
        }
        const BlockId way = ways[visit.next++];
        if (!seen[way]) {
            seen[way] = true;
            stack.push_back({way, 0});
        }
    }
    std::reverse(order_.begin(), order_.end());
}

// Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm": intersect the predecessors'
// dominators until nothing changes.
void Dominators::compute(const Function& function) {
    const std::size_t count = function.blocks.size();
    find_order(function);
    position_.assign(count, 0);
    idom_.assign(count, no_block);
    predecessors_.assign(count, {});
    for (std::uint32_t i = 0; i < order_.size(); ++i) {
        position_[order_[i]] = i;
        for (const BlockId way : successors(function, order_[i]))
            predecessors_[way].push_back(order_[i]);
    }
    idom_[0] = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (const BlockId block : order_) {
            if (block == 0) continue;
            BlockId meet = no_block;
            for (BlockId other : predecessors_[block]) {
                if (idom_[other] == no_block) continue;
                if (meet == no_block) {
                    meet = other;
                    continue;
                }
                while (meet != other) {
                    while (position_[meet] > position_[other])
                        meet = idom_[meet];
                    while (position_[other] > position_[meet])
                        other = idom_[other];
                }
            }
            if (idom_[block] != meet) {
                idom_[block] = meet;
                changed = true;
            }
        }
    }
}

bool Dominators::dominates(BlockId above, BlockId below) const {
    if (!reachable(above) || !reachable(below)) return false;
    while (position_[below] > position_[above])
        below = idom_[below];
    return above == below;
}

} // namespace vestige::ir
