#include "translator/ir/control_flow.h"

#include <algorithm>

namespace vestige::ir {

std::span<const BlockId> ControlFlow::successors(BlockId block) const {
    const Instruction& end = (*function_)[function_->blocks[block].body.back()];
    const std::size_t count = end.op == Op::branch ? 2 : end.op == Op::jump ? 1 : 0;
    return {end.targets, count};
}

bool ControlFlow::only_jumps(BlockId block) const {
    const Block& it = function_->blocks[block];
    return it.body.size() == 1 && it.parameters.empty() && (*function_)[it.body[0]].op == Op::jump;
}

bool ControlFlow::is_passage(BlockId block) const {
    return only_jumps(block) && !only_jumps(successors(block)[0]);
}

void ControlFlow::analyse(const Function& function) {
    function_ = &function;
    blocks_.assign(function.blocks.size(), {});
    order_.clear();
    loops_.clear();
    has_joins_ = false;
    has_bypass_ = false;
    jumps_back_ = false;
    order_blocks();
    if (!has_joins_) return;
    number_blocks();
    if (jumps_back_) {
        find_loops();
        keep_loops_together();
    }
}

// Reverse post-order by depth-first search with an explicit stack.
void ControlFlow::order_blocks() {
    const auto open = [&](BlockId block) {
        blocks_[block].visited = true;
        const Instruction& end = (*function_)[function_->blocks[block].body.back()];
        if (end.op == Op::branch && (*function_)[end.arguments[0]].op == Op::float_unordered)
            blocks_[end.targets[0]].bypass = end.targets[1], has_bypass_ = true;
        visits_.push_back({block, 0});
    };
    open(0);
    while (!visits_.empty()) {
        Visit& top = visits_.back();
        const BlockId block = top.block;
        const auto targets = successors(block);
        if (top.next == targets.size()) {
            blocks_[block].place = static_cast<std::uint32_t>(order_.size());
            order_.push_back(block);
            visits_.pop_back();
            continue;
        }
        const BlockId target = targets[top.next++];
        BlockInfo& info = blocks_[target];
        if (++info.predecessor_count > 1) has_joins_ = true;
        if (!info.visited)
            open(target);
        else if (info.place == no_block)
            jumps_back_ = true;
    }
    std::reverse(order_.begin(), order_.end());
}

void ControlFlow::number_blocks() {
    for (std::size_t i = 0; i < order_.size(); ++i)
        blocks_[order_[i]].place = static_cast<std::uint32_t>(i);
}

// ---- loops

bool ControlFlow::contains(std::uint32_t loop, BlockId block) const {
    for (std::uint32_t of = blocks_[block].loop; of != no_loop; of = loops_[of].outer)
        if (of == loop) return true;
    return false;
}

unsigned ControlFlow::loops_left(BlockId from, BlockId to) const {
    unsigned count = 0;
    for (std::uint32_t of = blocks_[from].loop; of != no_loop; of = loops_[of].outer)
        count += contains(of, to) ? 0 : 1;
    return count;
}

// Inner loops have later headers: they are found first, and are one step for the loops around them.
void ControlFlow::find_loops() {
    first_predecessor_.assign(blocks_.size() + 1, 0);
    for (const BlockId block : order_)
        for (const BlockId target : successors(block))
            ++first_predecessor_[target + 1];
    for (std::size_t i = 1; i < first_predecessor_.size(); ++i)
        first_predecessor_[i] += first_predecessor_[i - 1];
    predecessors_.resize(first_predecessor_.back());
    work_.assign(first_predecessor_.begin(), first_predecessor_.end()); // where the next one goes
    for (const BlockId block : order_)
        for (const BlockId target : successors(block))
            predecessors_[work_[target]++] = block;
    work_.clear();

    for (std::size_t i = order_.size(); i-- > 0;) {
        const BlockId header = order_[i];
        std::uint32_t loop = no_loop;
        for (std::uint32_t p = first_predecessor_[header]; p < first_predecessor_[header + 1];
             ++p) {
            if (blocks_[predecessors_[p]].place < i) continue;
            if (loop == no_loop) {
                loop = static_cast<std::uint32_t>(loops_.size());
                loops_.push_back({header});
                blocks_[header].loop = loop;
            }
            flood(loop, predecessors_[p]);
        }
    }
}

void ControlFlow::flood(std::uint32_t loop, BlockId from) {
    const BlockId header = loops_[loop].header;
    work_.push_back(from);
    while (!work_.empty()) {
        const BlockId block = work_.back();
        work_.pop_back();
        std::uint32_t outermost = blocks_[block].loop;
        while (outermost != no_loop && outermost != loop && loops_[outermost].outer != no_loop)
            outermost = loops_[outermost].outer;
        if (outermost == loop) continue;
        BlockId entered = block;
        if (outermost == no_loop) {
            blocks_[block].loop = loop;
        } else {
            loops_[outermost].outer = loop;
            loops_[loop].entered_beside |= loops_[outermost].entered_beside;
            entered = loops_[outermost].header;
        }
        for (std::uint32_t p = first_predecessor_[entered]; p < first_predecessor_[entered + 1];
             ++p) {
            if (blocks_[predecessors_[p]].place > blocks_[header].place)
                work_.push_back(predecessors_[p]);
            else if (predecessors_[p] != header)
                loops_[loop].entered_beside = true;
        }
    }
}

void ControlFlow::keep_loops_together() {
    plain_.swap(order_);
    order_.clear();
    for (BlockInfo& info : blocks_)
        info.visited = false; // now: has its place
    place_loop(no_loop, plain_);
    number_blocks();
}

// The way of unordered operands to a join that the others go to at once: no block needs it to come
// before.
bool ControlFlow::is_seldom_run(BlockId block) const {
    const BlockInfo& info = blocks_[block];
    const auto next = successors(block);
    return info.bypass != no_block && info.predecessor_count == 1 && next.size() == 1 &&
           next[0] == info.bypass && !jumps_back(block, next[0]);
}

void ControlFlow::emission_order(std::vector<BlockId>& order) const {
    order.assign(order_.begin(), order_.end());
    if (has_bypass_ && has_joins_)
        std::stable_partition(order.begin(), order.end(),
                              [&](BlockId block) { return !is_seldom_run(block); });
}

// The blocks of a loop in their plain order, but inner loops as a whole: who comes to such a one
// comes by its header, so all that dominates its blocks or leads to them has its place by then.
void ControlFlow::place_loop(std::uint32_t loop, std::span<const BlockId> plain) {
    for (const BlockId block : plain) {
        BlockInfo& info = blocks_[block];
        if (info.visited || (loop != no_loop && !contains(loop, block))) continue;
        if (info.loop != loop && loops_[info.loop].header == block &&
            !loops_[info.loop].entered_beside) {
            place_loop(info.loop, plain);
            continue;
        }
        info.visited = true;
        order_.push_back(block);
    }
}

} // namespace vestige::ir
