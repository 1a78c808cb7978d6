// The slots of the PowerPC state: ids in the order of the layout table (slots.cpp).
#pragma once

#include "translator/ir/layout.h"

namespace vestige::ppc::slot {

using ir::SlotId;

inline constexpr SlotId pc = 0;
constexpr SlotId gpr(unsigned n) { return static_cast<SlotId>(1 + n); }
constexpr SlotId cr(unsigned n) { return static_cast<SlotId>(33 + n); }
constexpr SlotId cr_so(unsigned n) { return static_cast<SlotId>(41 + n); }
inline constexpr SlotId xer_ca = 49, xer_ov = 50, xer_so = 51, xer_rest = 52;
inline constexpr SlotId lr = 53, ctr = 54;
inline constexpr SlotId reserve_valid = 55, reserve_address = 56;
constexpr SlotId fpr(unsigned n) { return static_cast<SlotId>(57 + n); }
inline constexpr SlotId fpscr = 89;           // memory_only
inline constexpr SlotId float_last_kind = 90; // promotable: only the last of a unit is stored
constexpr SlotId float_last(unsigned n) { return static_cast<SlotId>(91 + n); }
constexpr SlotId vr(unsigned n) { return static_cast<SlotId>(94 + n); } // memory_only
inline constexpr SlotId vscr = 126;                                     // memory_only
inline constexpr SlotId vrsave = 127;
inline constexpr SlotId msr = 128; // memory_only: helpers of every kind look at it
inline constexpr SlotId srr0 = 129, srr1 = 130, dar = 131, dsisr = 132;
constexpr SlotId sprg(unsigned n) { return static_cast<SlotId>(133 + n); } // 0 to 7
constexpr SlotId sr(unsigned n) { return static_cast<SlotId>(141 + n); }   // read only by IR
inline constexpr SlotId pending = 157;                                     // memory_only
inline constexpr SlotId count = 158;

} // namespace vestige::ppc::slot

namespace vestige::ppc {

const ir::StateLayout& state_layout();

} // namespace vestige::ppc
