#include "translator/opt/bank_overlap.h"

namespace vestige::opt {

using ir::Slot;
using ir::SlotId;

namespace {

// Whole promotable registers only: what shares some bytes is read from memory.
std::vector<KeptSlot> find_kept(const ir::StateLayout& layout, std::int32_t distance) {
    std::vector<KeptSlot> kept;
    if (distance == 0) return kept;
    const auto may_be_kept = [](const Slot& slot) {
        return ir::is_banked(slot.offset) && slot.promotion == ir::Promotion::promotable;
    };
    for (SlotId behind = 0; behind < layout.slots.size(); ++behind) {
        const Slot& slot = layout[behind];
        if (!may_be_kept(slot)) continue;
        for (SlotId before = 0; before < layout.slots.size(); ++before)
            if (may_be_kept(layout[before]) && layout[before].type == slot.type &&
                layout[before].offset == std::int64_t{slot.offset} + distance)
                kept.push_back({before, behind});
    }
    return kept;
}

} // namespace

const std::vector<KeptSlot>& BankOverlap::kept(const ir::StateLayout& layout, ir::BankMove move) {
    if (layout_ != &layout) {
        layout_ = &layout;
        moves_.clear();
    }
    for (const Move& known : moves_)
        if (known.distance == move.distance) return known.kept;
    return moves_.emplace_back(move.distance, find_kept(layout, move.distance)).kept;
}

} // namespace vestige::opt
