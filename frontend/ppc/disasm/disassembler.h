// Instruction words as text, for people: the in_asm dump, the monitor, the tests' bug reports.
#pragma once

#include "frontend/disasm/capstone.h"
#include "frontend/ppc/decode/decoder.h"

#include <cstdint>
#include <string>

namespace vestige::ppc {

// The mnemonic of a decoded word with the suffixes that its bits ask for: "addo.", "bcla", "dstt".
std::string full_mnemonic(Opcode opcode, std::uint32_t word);

// With a Capstone handle. Not for two threads at once.
class Disassembler {
  public:
    // The word at guest address `pc`. Words that no row matches are data: ".long 0x00000000".
    // A known instruction that Capstone cannot read is written with its fields by letter.
    std::string disassemble(std::uint32_t word, std::uint64_t pc) const;

  private:
    disasm::Capstone capstone_{disasm::CapstoneIsa::ppc};
};

// The same with a handle of its own for one word: slow.
std::string disassemble(std::uint32_t word, std::uint64_t pc);

} // namespace vestige::ppc
