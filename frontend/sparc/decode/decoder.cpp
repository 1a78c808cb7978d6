#include "frontend/sparc/decode/decoder.h"

#include "common/assertion.h"
#include "frontend/sparc/decode/dispatch_table.h"
#include "frontend/sparc/decode/field_layouts.h"

#include <algorithm>
#include <array>

namespace vestige::sparc {

namespace {

using decode::BitPattern;
using decode::parse_bit_pattern;

constexpr InstructionInfo no_instruction{.mnemonic = "(invalid)", .name = "", .pattern = {}};

constexpr auto instructions = [] {
    using enum Flags;
    return std::to_array<InstructionInfo>({
        no_instruction,
#define INST(name, mnemonic, bit_string, form, feature, flags)                                     \
    {mnemonic, #name, parse_bit_pattern(bit_string), Form::form, Feature::feature, flags},
#include "frontend/sparc/decode/instructions.inc"
#undef INST
    });
}();

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

constexpr unsigned op3_fpop1 = 0x34;
constexpr unsigned op3_fpop2 = 0x35;

} // namespace

std::uint32_t InstructionInfo::reserved_bits(std::uint32_t word) const {
    constexpr std::uint32_t above_register_or_count = 0x1fe0;
    const bool short_operand = !Fields{word}.i() || form == Form::shift;
    const bool has_operand = pattern.find('o') != nullptr;
    return pattern.ignored | (has_operand && short_operand ? above_register_or_count : 0);
}

std::span<const InstructionInfo> all_instructions() { return instructions; }

const InstructionInfo& info(Opcode opcode) {
    const auto index = static_cast<std::size_t>(opcode);
    VESTIGE_ASSERT(index < instructions.size());
    return instructions[index];
}

Opcode decode(std::uint32_t word) { return static_cast<Opcode>(dispatch_table.lookup(word)); }

Opcode decode(std::uint32_t word, FeatureSet features) {
    const Opcode opcode = decode(word);
    const InstructionInfo& row = info(opcode);
    if (features.has(row.feature)) return opcode;
    if (!row.has(Flags::fpu)) return Opcode::invalid;
    VESTIGE_ASSERT(Fields{word}.op3() == op3_fpop1 || Fields{word}.op3() == op3_fpop2);
    return Fields{word}.op3() == op3_fpop1 ? Opcode::fpop1 : Opcode::fpop2;
}

} // namespace vestige::sparc
