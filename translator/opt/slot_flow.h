// What happens to slots on the ways through a function of many blocks: the facts that
// promote_slots_across builds on.
#pragma once

#include <bitset>
#include <span>
#include <vector>

#include "translator/ir/dominators.h"
#include "translator/ir/function.h"
#include "translator/opt/bank_overlap.h"
#include "translator/opt/workspace.h"

namespace vestige::opt {

inline constexpr std::size_t most_slots = 256;
using SlotSet = std::bitset<most_slots>;

bool is_promotable(const ir::Function& function, const ir::Instruction& slot_op);

class SlotFlow {
  public:
    // Of raw IR whose blocks tidy_flow has ordered.
    void analyse(const ir::Function& function, const Workspace& workspace);

    // Promotable slots that the function reads or sets.
    const std::vector<ir::SlotId>& tracked() const { return tracked_; }

    struct Block {
        ir::BlockId predecessor = ir::no_block; // the only one
        SlotSet live_in;                        // read before they are set, on some way from here
        SlotSet wanted_in; // recovery maps, exits and helpers look before they are set, on some way
        SlotSet changed_in; // may have another value than on entry to the function
        SlotSet dirty_in;   // memory may be out of date, and somebody looks
        // Written, if dirty, before the block ends: behind a join nobody reads the value, only
        // recovery maps want it, and to hand it on would cost more than a store.
        SlotSet written_at_end;
        // Passed on to here all the same: recovery maps can make it (SlotsMade), or it is a flag.
        SlotSet handed_on;
    };
    const Block& operator[](ir::BlockId block) const { return blocks_[block]; }

    // Tracked slots that a barrier (ir/effects.h) is one to.
    const SlotSet& behind_barrier(const ir::Instruction& op) const;

    // Tracked slots whose values tracked ones have behind a barrier.
    std::span<const KeptSlot> kept(const ir::Instruction& op) const;

  private:
    void find_slots();
    void find_moves();
    void find_handed_on();
    void find_live();
    void find_wanted();
    void find_written();
    void find_changed();
    struct Read { // of a slot, in the block at hand
        ir::Value value;
        bool changed, dirty; // at that time
    };
    Read read_of(const ir::Instruction& set) const;

    const ir::Function* function_ = nullptr;
    const Workspace* w_ = nullptr;
    std::vector<ir::SlotId> tracked_;
    SlotSet all_, banked_;
    std::vector<Read> reads_;
    struct Move {
        ir::BankMove move;
        std::vector<KeptSlot> kept;
    };
    BankOverlap overlap_;
    std::vector<Move> moves_; // of the function's set_banks
    SlotSet flags_;           // orderings and flags, and the pc
    std::vector<Block> blocks_;
};

} // namespace vestige::opt
