// The SPARC V8 decoder and disassembler beside two others, over the whole opcode space.
#pragma once

#include "frontend/sparc/decode/decoder.h"
#include "tests/decode/sweep.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace vestige::sparc::sweep {

using vestige::sweep::Comparison;
using vestige::sweep::Sample;

enum class Reference : std::uint8_t { capstone, objdump };

// Every op and op2 or op3: with every value of bits 5 to 13 (the i bit and asi, or opf), of rd and
// of rs1, the other fields zero, all ones, small and random; every row with each of its reserved
// bits alone; and all of these again with their reserved bits clear. In rising order, each once.
std::vector<std::uint32_t> all_words();

// What a mnemonic of Capstone's is the common name of: samples hold our full mnemonics ("bne,a").
std::vector<Sample> ask_capstone(std::span<const std::uint32_t> words);

// One run of the binutils disassembler for SPARC before V9: samples hold whole texts, with
// operands, and an ASI as a bare hexadecimal number, for a V8 has not V9's names.
std::vector<Sample> ask_objdump(std::span<const std::uint32_t> words);

using Decoder = std::function<Opcode(std::uint32_t)>;

// Mnemonics beside Capstone's, whole texts beside objdump's.
Comparison compare(Reference reference, std::span<const Sample> samples, const Decoder& decoder);

} // namespace vestige::sparc::sweep
