// Many comparisons of one number with constants, one behind the other: where a region's computed
// jump may go. A table leads to the right one of them at once.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/x64/block_entry.h"
#include "backend/x64/liveness.h"
#include "translator/ir/function.h"
#include "translator/ir/run_charges.h"

namespace vestige::x64 {

// Fewer are faster one by one.
inline constexpr std::size_t fewest_in_table = 5;
// From the least to the greatest of the constants, which are those of instructions: a word of the
// table for each multiple of 4.
inline constexpr std::uint32_t widest_table = 4096;

struct JumpTable {
    struct Way {
        ir::BlockId block;        // that makes the comparison, and nothing else but for the first
        std::uint32_t number;     // that it compares with
        std::uint32_t gives_back; // to the budget, from the first comparison to this one
    };
    ir::Value subject;
    std::vector<Way> ways;
    std::uint32_t least = 0, span = 0; // of the numbers; to the greatest
    bool may_be_unaligned = true;      // the subject, as far as is known
    // In front of the first comparison, by GlobalLiveness index.
    std::vector<Places> places;
};

// The comparisons that the branch at the end of the block begins. False: a table would not pay.
bool find_jump_table(const ir::Function& function, const Liveness& live,
                     const ir::RunCharges& charges, ir::BlockId block, JumpTable& table);

} // namespace vestige::x64
