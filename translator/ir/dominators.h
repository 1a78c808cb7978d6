// Dominators of a function's blocks.
#pragma once

#include <vector>

#include "translator/ir/function.h"

namespace vestige::ir {

inline constexpr BlockId no_block = ~0u;

// Block 0 dominates all; blocks that cannot be reached dominate nothing and are dominated by
// nothing.
class Dominators {
  public:
    void compute(const Function& function);

    bool reachable(BlockId block) const { return block == 0 || idom_[block] != no_block; }
    // Also true for the block itself.
    bool dominates(BlockId above, BlockId below) const;
    // The nearest of the others that dominate the block; no_block: there is none.
    BlockId immediate(BlockId block) const { return block == 0 ? no_block : idom_[block]; }
    // Reachable blocks, each after all its dominators.
    const std::vector<BlockId>& reverse_postorder() const { return order_; }

  private:
    void find_order(const Function& function);

    std::vector<BlockId> order_;
    std::vector<std::uint32_t> position_; // in order_
    std::vector<BlockId> idom_;
    std::vector<std::vector<BlockId>> predecessors_;
};

// Of the block's terminator: none, one or two.
std::span<const BlockId> successors(const Function& function, BlockId block);

} // namespace vestige::ir
