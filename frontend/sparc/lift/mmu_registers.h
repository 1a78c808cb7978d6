// Loads and stores of the MMU's registers, by the supervisor, in code of their own: the window
// traps of a kernel make ten of them each.
#pragma once

#include "frontend/sparc/lift/lifter.h"

namespace vestige::sparc {

// Words, at any address of the alternate space.
void load_mmu_register(Lifter& l, ir::Value address);
void store_mmu_register(Lifter& l, ir::Value address);

} // namespace vestige::sparc
