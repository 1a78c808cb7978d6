// Where the values that a block is entered with lie: what lives there from before, and its
// parameters. Whoever jumps to the block puts them there.
//
// Whoever comes first decides. A block with one predecessor takes things over as they are. At other
// joins, what is in a register stays there. A loop's registers go to what the loop uses next, and
// the rest is put into memory before the loop.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/x64/liveness.h"
#include "backend/x64/registers.h"
#include "backend/x64/spill_slots.h"
#include "translator/ir/function.h"

namespace vestige::x64 {

// A value can be in several places at once.
struct Places {
    std::int32_t state_offset = -1; // of a guest slot with its value
    std::int16_t slot = SpillSlots::none;
    HostRegister reg = no_register;

    bool anywhere() const {
        return state_offset >= 0 || slot != SpillSlots::none || reg != no_register;
    }
};

struct BlockEntry {
    static constexpr std::uint32_t no_argument = ~0u;
    struct Item {
        ir::Value value;
        Places places;
        std::uint32_t argument = no_argument; // of a parameter: its index
    };
    std::vector<Item> items;
    bool fixed = false; // somebody jumps there already
};

class RegisterAllocator;

class EntryPlanner {
  public:
    EntryPlanner(const Liveness& liveness, RegisterAllocator& allocator)
        : live_(liveness), regs_(allocator) {}

    void begin_function(const ir::Function& function);
    // Fixes how `target` is entered, for a jump with these arguments from where code is being
    // emitted.
    void plan(BlockEntry& entry, ir::BlockId target, std::span<const ir::Value> arguments);

  private:
    struct Candidate {
        BlockEntry::Item item;
        ir::Value source;
        std::uint32_t distance;
        bool wants_register;
        bool source_stays;       // lives on as itself
        bool wants_slot = false; // has no other place
    };
    void collect(ir::BlockId target, std::span<const ir::Value> arguments);
    void choose(ir::BlockId target, Bank bank);
    void choose_for_loop(ir::BlockId header, Bank bank);
    void assign(ir::BlockId target, Bank bank);
    void assign_slots();
    bool is_stable(std::int32_t state_offset);
    void find_written_slots();

    const Liveness& live_;
    RegisterAllocator& regs_;
    const ir::Function* function_ = nullptr;
    std::vector<Candidate> candidates_; // the nearest next use first

    // Guest slots that are written in blocks that are not exits: their memory is no copy of a value
    // across joins.
    struct Written {
        std::uint32_t begin, end;
    };
    std::vector<Written> written_;
    bool knows_written_ = false;
};

} // namespace vestige::x64
