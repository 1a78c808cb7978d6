#include "backend/x64/spill_slots.h"

#include "backend/x64/frame.h"
#include "common/assertion.h"

namespace vestige::x64 {

void SpillSlots::release_all() {
    for (Slot& slot : slots_)
        if (slot.owner != forever) slot.owner = nobody;
}

std::int16_t SpillSlots::take(std::uint32_t owner, ir::Type type, std::int16_t wish) {
    const auto free = [&](std::int16_t slot) {
        return fits(slot, type) && slots_[index(slot)].owner == nobody;
    };
    std::int16_t found = wish != none && free(wish) ? wish : none;
    for (std::size_t i = 0; found == none && i < slots_.size(); ++i)
        if (!slots_[i].promised && free(static_cast<std::int16_t>(i)))
            found = static_cast<std::int16_t>(i);
    if (found == none) found = create(type);
    slots_[index(found)].owner = owner;
    return found;
}

// A pair begins at an even slot.
std::int16_t SpillSlots::create(ir::Type type) {
    const bool pair = type == ir::Type::v128;
    if (pair && slots_.size() % 2 != 0) slots_.push_back({});
    const auto slot = static_cast<std::int16_t>(slots_.size());
    slots_.push_back({.role = pair ? Role::pair : Role::single});
    if (pair) slots_.push_back({.role = Role::second_of_pair});
    VESTIGE_ASSERT(slots_.size() <= spill_slot_count);
    return slot;
}

} // namespace vestige::x64
