#include "frontend/ppc/disasm/disassembler.h"

#include <fmt/format.h>

namespace vestige::ppc {

namespace {

constexpr std::uint32_t field_value(const decode::BitField& field, std::uint32_t word) {
    return bits(word, field.low, field.width);
}

// "mcrxr D=3": plain, but never silent.
std::string spell_out(Opcode opcode, std::uint32_t word) {
    std::string text = full_mnemonic(opcode, word);
    const decode::BitPattern& pattern = info(opcode).pattern;
    for (unsigned i = 0; i < pattern.field_count; ++i)
        text += fmt::format("{} {}={:#x}", i == 0 ? "" : ",", pattern.fields[i].letter,
                            field_value(pattern.fields[i], word));
    return text;
}

} // namespace

std::string full_mnemonic(Opcode opcode, std::uint32_t word) {
    const InstructionInfo& row = info(opcode);
    const auto is_set = [&](char letter) {
        const decode::BitField* field = row.pattern.find(letter);
        return field != nullptr && field_value(*field, word) != 0;
    };
    std::string name(row.mnemonic);
    if (is_set('w')) name += opcode == Opcode::dss ? "all" : "t";
    if (is_set('o')) name += "o";
    if (is_set('K')) name += "l";
    if (is_set('A')) name += "a";
    if (is_set('r') || is_set('R')) name += ".";
    return name;
}

std::string Disassembler::disassemble(std::uint32_t word, std::uint64_t pc) const {
    const Opcode opcode = decode(word);
    if (opcode == Opcode::invalid) return fmt::format(".long {:#010x}", word);
    return capstone_.disassemble(word, pc).value_or(spell_out(opcode, word));
}

std::string disassemble(std::uint32_t word, std::uint64_t pc) {
    return Disassembler().disassemble(word, pc);
}

} // namespace vestige::ppc
