// The decoder beside two disassemblers, over the whole opcode space.
#pragma once

#include "frontend/ppc/decode/decoder.h"

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vestige::ppc::sweep {

enum class Reference : std::uint8_t { capstone, objdump };

// A word and what a reference calls it: the manual's mnemonic with its suffixes ("addo."), empty
// where the reference sees no instruction.
struct Sample {
    std::uint32_t word;
    std::string theirs;
};

// Every primary opcode with every value of the low 11 bits, the other 15 bits all zero, all one and
// random three times; every row with each of its reserved bits alone; every SPR number; and all of
// these again with their reserved bits clear. In rising order, each once.
std::vector<std::uint32_t> all_words();

std::vector<Sample> ask_capstone(std::span<const std::uint32_t> words);

// One run of the binutils disassembler for the 7400 and 7450 (which adds dcba). Throws
// std::runtime_error when that program cannot be run.
std::vector<Sample> ask_objdump(std::span<const std::uint32_t> words);

using Decoder = std::function<Opcode(std::uint32_t)>;

struct Comparison {
    std::vector<std::string> disagreements;     // unexpected ones, a line each
    std::map<std::string, std::size_t> reasons; // known ones, by reason
    std::vector<std::size_t> confirmations;     // a row's words of one mind, by opcode
    std::vector<std::string> stale; // rows of known_disagreements.inc that explained no word
};

Comparison compare(Reference reference, std::span<const Sample> samples, const Decoder& decoder);

} // namespace vestige::ppc::sweep
