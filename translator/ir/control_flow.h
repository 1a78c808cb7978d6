// The shape of a function: its blocks in order, who goes to whom, and loops.
//
// A loop is what can reach a jump back to its header without passing it. Blocks of a loop are
// emitted together. A loop that is entered beside its header keeps the plain order, but for the
// loops in it; that costs speed, not correctness.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "translator/ir/dominators.h"
#include "translator/ir/function.h"

namespace vestige::ir {

class ControlFlow {
  public:
    void analyse(const Function& function);

    // Reachable blocks, each behind one of its predecessors and behind all that dominate it; a
    // branch's false target comes first.
    std::span<const BlockId> order() const { return order_; }
    // The same, but what is seldom run comes last.
    void emission_order(std::vector<BlockId>& order) const;
    std::span<const BlockId> successors(BlockId block) const;
    bool has_joins() const { return has_joins_; }
    bool is_join(BlockId block) const { return blocks_[block].predecessor_count > 1; }

    // The block does nothing but jump on, to one that does more: its predecessors do that instead.
    bool is_passage(BlockId block) const;

    bool has_loops() const { return !loops_.empty(); }
    bool is_loop_header(BlockId block) const {
        const std::uint32_t loop = blocks_[block].loop;
        return loop != no_loop && loops_[loop].header == block;
    }
    // Of the innermost loop that the block is in; no_block: in none.
    BlockId loop_header(BlockId block) const {
        const std::uint32_t loop = blocks_[block].loop;
        return loop == no_loop ? no_block : loops_[loop].header;
    }
    // Of the loop around the one with that header; no_block: none.
    BlockId outer_loop_header(BlockId header) const {
        const std::uint32_t outer = loops_[blocks_[header].loop].outer;
        return outer == no_loop ? no_block : loops_[outer].header;
    }
    // Whether the block is in the loop of that header.
    bool in_loop(BlockId block, BlockId header) const {
        return contains(blocks_[header].loop, block);
    }
    // How many loops a jump leaves.
    unsigned loops_left(BlockId from, BlockId to) const;
    // The block comes later than the target, or is the same.
    bool jumps_back(BlockId block, BlockId target) const {
        return blocks_[target].place <= blocks_[block].place;
    }

  private:
    static constexpr std::uint32_t no_loop = ~0u;

    struct BlockInfo {
        std::uint32_t predecessor_count = 0;
        std::uint32_t place = no_block; // in the order
        std::uint32_t loop = no_loop;   // innermost
        bool visited = false;
        BlockId bypass = no_block; // where the way goes that is not seldom run, unlike this one
    };
    struct Loop {
        BlockId header;
        std::uint32_t outer = no_loop;
        bool entered_beside = false; // or a loop in it is
    };

    bool only_jumps(BlockId block) const;
    void order_blocks();
    void number_blocks();
    void find_loops();
    void flood(std::uint32_t loop, BlockId from);
    bool contains(std::uint32_t loop, BlockId block) const;
    void keep_loops_together();
    bool is_seldom_run(BlockId block) const;
    void place_loop(std::uint32_t loop, std::span<const BlockId> plain);

    const Function* function_ = nullptr;
    std::vector<BlockInfo> blocks_;
    std::vector<BlockId> order_;
    bool has_joins_ = false, has_bypass_ = false, jumps_back_ = false;
    std::vector<Loop> loops_;

    struct Visit {
        BlockId block;
        unsigned next; // successor to look at
    };
    std::vector<Visit> visits_;
    std::vector<BlockId> predecessors_, work_, plain_;
    std::vector<std::uint32_t> first_predecessor_; // by block; one more at the end
};

} // namespace vestige::ir
