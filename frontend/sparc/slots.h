// The slots of the SPARC state: ids in the order of the layout table (slots.cpp).
#pragma once

#include "translator/ir/layout.h"

namespace vestige::sparc::slot {

using ir::SlotId;

inline constexpr SlotId pc = 0, npc = 1, delay = 2;
// r0 to r31 of the current window. r0 has a slot but is neither read nor set.
constexpr SlotId reg(unsigned n) { return static_cast<SlotId>(3 + n); }
inline constexpr SlotId icc = 35, icc_c = 36, y = 37;
constexpr SlotId fpr_pair(unsigned n) {
    return static_cast<SlotId>(38 + n);
} // f(2n) and f(2n+1), f64
inline constexpr SlotId fcc = 54;
inline constexpr SlotId fsr = 55;             // memory_only
inline constexpr SlotId float_last_kind = 56; // promotable: only the last of a unit is stored
constexpr SlotId float_last(unsigned n) { return static_cast<SlotId>(57 + n); }
inline constexpr SlotId cwp = 59;
inline constexpr SlotId wim = 60;
inline constexpr SlotId pil = 61; // memory_only, as all below
inline constexpr SlotId enable_traps = 62, supervisor = 63, previous_supervisor = 64,
                        enable_float = 65, tbr = 66, interrupt_level = 67;
// Of the MMU, which writes the second and the third when an access faults.
inline constexpr SlotId mmu_control = 68, mmu_fault_status = 69, mmu_fault_address = 70;
inline constexpr SlotId jump_cache_mode = 71; // CpuHeader's: the mode, shifted left by 32
inline constexpr SlotId count = 72;

} // namespace vestige::sparc::slot

namespace vestige::sparc {

// Of a processor with that many windows.
ir::StateLayout state_layout(unsigned windows);

} // namespace vestige::sparc
