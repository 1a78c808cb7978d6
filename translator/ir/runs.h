// Which run of guest instructions (Op::begin_run) is current where.
#pragma once

#include <cstdint>
#include <vector>

#include "translator/ir/function.h"

namespace vestige::ir {

// The length of the run that is current where each block begins, so that a count of started
// instructions tells how many of the run have not. Blocks that cannot be reached: 0.
void find_runs(const Function& function, std::vector<std::uint32_t>& run_at_start);

} // namespace vestige::ir
