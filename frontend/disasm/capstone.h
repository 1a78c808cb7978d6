// The only door to the Capstone disassembler, for every guest ISA that it reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace vestige::disasm {

enum class CapstoneIsa : std::uint8_t { ppc, sparc };

// A Capstone handle. Not for two threads at once.
class Capstone {
  public:
    explicit Capstone(CapstoneIsa isa);
    ~Capstone();
    Capstone(const Capstone&) = delete;
    Capstone& operator=(const Capstone&) = delete;

    // Mnemonic, a space and operands of a big-endian instruction word at guest address `pc`, right
    // or wrong; nothing where Capstone sees no instruction.
    std::optional<std::string> disassemble(std::uint32_t word, std::uint64_t pc) const;

  private:
    std::size_t handle_ = 0;
};

} // namespace vestige::disasm
