// The decoder beside two disassemblers, over the whole opcode space.
#pragma once

#include "frontend/ppc/decode/decoder.h"
#include "tests/decode/sweep.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace vestige::ppc::sweep {

enum class Reference : std::uint8_t { capstone, objdump };

using vestige::sweep::Comparison;
using vestige::sweep::Known;
// Here `theirs` is the manual's mnemonic with its suffixes ("addo.").
using vestige::sweep::Sample;

// Every primary opcode with every value of the low 11 bits, the other 15 bits all zero, all one and
// random three times; every row with each of its reserved bits alone; every SPR number; and all of
// these again with their reserved bits clear. In rising order, each once.
std::vector<std::uint32_t> all_words();

std::vector<Sample> ask_capstone(std::span<const std::uint32_t> words);

// One run of the binutils disassembler for the 7400 and 7450 (which adds dcba). Throws
// std::runtime_error when that program cannot be run.
std::vector<Sample> ask_objdump(std::span<const std::uint32_t> words);

using Decoder = std::function<Opcode(std::uint32_t)>;

Comparison compare(Reference reference, std::span<const Sample> samples, const Decoder& decoder);

} // namespace vestige::ppc::sweep
