// Slots of a bank that are slots of the bank before as well: the outs of a caller, say, which its
// callee has as ins. What such a slot held before a move (ir::BankMove) it holds behind it.
#pragma once

#include <cstdint>
#include <vector>

#include "translator/ir/layout.h"
#include "translator/ir/op.h"

namespace vestige::opt {

struct KeptSlot {
    ir::SlotId before; // the register's slot before the move
    ir::SlotId behind;
};

// Made once for each distance: guests have two.
class BankOverlap {
  public:
    const std::vector<KeptSlot>& kept(const ir::StateLayout& layout, ir::BankMove move);

  private:
    struct Move {
        std::int32_t distance;
        std::vector<KeptSlot> kept;
    };
    const ir::StateLayout* layout_ = nullptr;
    std::vector<Move> moves_;
};

} // namespace vestige::opt
