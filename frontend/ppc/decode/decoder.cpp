#include "frontend/ppc/decode/decoder.h"

#include "common/assertion.h"
#include "frontend/ppc/decode/dispatch_table.h"
#include "frontend/ppc/decode/field_layouts.h"

#include <algorithm>
#include <array>

namespace vestige::ppc {

namespace {

using decode::BitPattern;
using decode::parse_bit_pattern;

constexpr InstructionInfo no_instruction{.mnemonic = "(invalid)", .pattern = {}};

constexpr auto instructions = std::to_array<InstructionInfo>({
    no_instruction,
#define INST(name, mnemonic, bit_string, form, feature, privilege)                                 \
    {mnemonic, parse_bit_pattern(bit_string), Form::form, Feature::feature, Privilege::privilege},
#include "frontend/ppc/decode/instructions.inc"
#undef INST
});

constexpr std::size_t row_count = instructions.size() - 1;

constexpr std::array<BitPattern, row_count> patterns = [] {
    std::array<BitPattern, row_count> result;
    for (std::size_t i = 0; i < row_count; ++i)
        result[i] = instructions[i + 1].pattern;
    return result;
}();

static_assert(std::all_of(patterns.begin(), patterns.end(), has_known_fields),
              "a letter of a bit string is unknown or in a wrong place");

constexpr DispatchTable dispatch_table{patterns};

} // namespace

std::span<const InstructionInfo> all_instructions() { return instructions; }

const InstructionInfo& info(Opcode opcode) {
    const auto index = static_cast<std::size_t>(opcode);
    VESTIGE_ASSERT(index < instructions.size());
    return instructions[index];
}

Opcode decode(std::uint32_t word) { return static_cast<Opcode>(dispatch_table.lookup(word)); }

Opcode decode(std::uint32_t word, FeatureSet features) {
    const Opcode opcode = decode(word);
    return features.has(info(opcode).feature) ? opcode : Opcode::invalid;
}

} // namespace vestige::ppc
