// Instruction words as text, for people: the in_asm dump, the monitor, the tests' bug reports.
#pragma once

#include "frontend/sparc/decode/decoder.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace vestige::sparc {

// The mnemonic of a decoded word with its condition and annul bit: "bne,a", "tvs", "fbul".
std::string full_mnemonic(Opcode opcode, std::uint32_t word);

// "%g0" to "%i7", with "%sp" and "%fp" for %o6 and %i6.
std::string_view register_name(unsigned number);

// The word at guest address `pc`, as objdump writes it but for an ASI, which is a bare hexadecimal
// number here, synthetic instructions among them: "cmp %o0, 1", "retl". Words that no row matches
// are data: ".word 0x00400000". Reserved bits leave no trace in the text.
std::string disassemble(std::uint32_t word, std::uint32_t pc);

// The text of a word that is known to be this instruction.
std::string disassemble(Opcode opcode, std::uint32_t word, std::uint32_t pc);

} // namespace vestige::sparc
