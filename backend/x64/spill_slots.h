// The slots of the spill area, and who is in them.
//
// Values of 16 bytes have pairs of slots, which stay pairs. A slot that some block is entered with
// is promised: it goes to those who ask for it, so that on the way to that block few values move
// from slot to slot.
#pragma once

#include <cstdint>
#include <vector>

#include "translator/ir/types.h"

namespace vestige::x64 {

class SpillSlots {
  public:
    static constexpr std::int16_t none = -1;
    static constexpr std::uint32_t nobody = ~0u, forever = ~0u - 1;

    void begin_function() { slots_.clear(); }
    // Whoever is in a slot leaves it.
    void release_all();
    void release(std::int16_t slot) { slots_[index(slot)].owner = nobody; }

    // A free slot for `owner`: the wish, if it can be.
    std::int16_t take(std::uint32_t owner, ir::Type type, std::int16_t wish);
    // One that `taken(slot)` does not hold of, whoever is in it; it is promised.
    template <typename Taken>
    std::int16_t promise_other(ir::Type type, std::int16_t wish, Taken taken) {
        const auto usable = [&](std::int16_t slot) { return fits(slot, type) && !taken(slot); };
        std::int16_t found = none;
        if (wish != none && usable(wish)) found = wish;
        for (std::size_t i = 0; found == none && i < slots_.size(); ++i)
            if (!slots_[i].promised && usable(static_cast<std::int16_t>(i)))
                found = static_cast<std::int16_t>(i);
        if (found == none) found = create(type);
        promise(found);
        return found;
    }
    void promise(std::int16_t slot) { slots_[index(slot)].promised = true; }
    void put(std::uint32_t owner, std::int16_t slot) { slots_[index(slot)].owner = owner; }

    std::size_t count() const { return slots_.size(); }
    std::uint32_t owner(std::size_t slot) const { return slots_[slot].owner; }

  private:
    enum class Role : std::uint8_t { single, pair, second_of_pair };
    struct Slot {
        std::uint32_t owner = nobody;
        Role role = Role::single;
        bool promised = false;
    };

    static std::size_t index(std::int16_t slot) { return static_cast<std::size_t>(slot); }
    bool fits(std::int16_t slot, ir::Type type) const {
        return slots_[index(slot)].role == (type == ir::Type::v128 ? Role::pair : Role::single) &&
               slots_[index(slot)].owner != forever;
    }
    std::int16_t create(ir::Type type);

    std::vector<Slot> slots_;
};

} // namespace vestige::x64
