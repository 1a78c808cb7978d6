// Operands that several forms share, and the synthetic instructions of appendix A.3.
#pragma once

#include "frontend/sparc/decode/decoder.h"

#include <cstdint>
#include <string>

namespace vestige::sparc {

// Decimal up to 9 and below zero, else hexadecimal.
std::string small_or_hex(std::int32_t value);

// The second operand: a register or simm13.
std::string second_operand(Fields f);

// rs1 + second operand, less what is %g0 or 0: "%g1 + 4", "%g1".
std::string address(Fields f);

// The text of a word that has a common name of its own ("cmp %o0, 1"), empty for all others.
std::string synthetic_text(Opcode opcode, Fields f);

} // namespace vestige::sparc
