// Exact floating point for the test guest: what the backend may compute on the host instead.
#pragma once

#include <cstdint>

#include "translator/ir/function.h"
#include "translator/ir/layout.h"

namespace vestige::test {

// Those of ir_guest.h, then one for each floating-point op and precision.
const ir::HelperTable& exact_helpers();

ir::HelperId exact_helper(ir::Op op, ir::Precision precision);
// Of float_add to float_sqrt of type f32, float_to_single and float_to_double.
ir::HelperId exact_helper_on_singles(ir::Op op);

// Gives the float ops of a random function these helpers, of random precision.
void use_exact_helpers(ir::Function& function, std::uint64_t seed);

} // namespace vestige::test
