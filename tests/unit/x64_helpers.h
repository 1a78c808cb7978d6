// Exact floating point for the test guest: what the backend may compute on the host instead.
#pragma once

#include <cstdint>

#include "translator/ir/function.h"
#include "translator/ir/layout.h"

namespace vestige::test {

// Those of ir_guest.h, then one for each floating-point op and precision.
const ir::HelperTable& exact_helpers();

ir::HelperId exact_helper(ir::Op op, ir::Precision precision);

// Gives the float ops of a random function these helpers, of random precision.
void use_exact_helpers(ir::Function& function, std::uint64_t seed);

} // namespace vestige::test
