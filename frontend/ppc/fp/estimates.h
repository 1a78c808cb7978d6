// fres and frsqrte as the 750 family computes them: 32 intervals, a line in each.
//
// The 603 and 604 are not known to the bit; their manuals promise 1/256 and 1/32, which these keep.
#pragma once

#include <cstdint>

#include "frontend/ppc/fp/operation.h"

namespace vestige::ppc {

FloatOutcome reciprocal_estimate(std::uint64_t value);
FloatOutcome reciprocal_root_estimate(std::uint64_t value);

} // namespace vestige::ppc
