#include "frontend/ppc/disasm/disassembler.h"

#include "common/assertion.h"
#include "common/endian.h"

#include <capstone/capstone.h>
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

Disassembler::Disassembler() {
    const auto mode = static_cast<cs_mode>(CS_MODE_32 | CS_MODE_BIG_ENDIAN);
    const cs_err error = cs_open(CS_ARCH_PPC, mode, &handle_);
    VESTIGE_ASSERT(error == CS_ERR_OK);
}

Disassembler::~Disassembler() { cs_close(&handle_); }

std::optional<std::string> Disassembler::ask_capstone(std::uint32_t word, std::uint64_t pc) const {
    std::uint8_t bytes[4];
    store_be(bytes, word);
    cs_insn* instruction = nullptr;
    if (cs_disasm(handle_, bytes, sizeof bytes, pc, 1, &instruction) == 0) return std::nullopt;
    std::string text = instruction->mnemonic;
    if (instruction->op_str[0] != 0) text += fmt::format(" {}", instruction->op_str);
    cs_free(instruction, 1);
    return text;
}

std::string Disassembler::disassemble(std::uint32_t word, std::uint64_t pc) const {
    const Opcode opcode = decode(word);
    if (opcode == Opcode::invalid) return fmt::format(".long {:#010x}", word);
    return ask_capstone(word, pc).value_or(spell_out(opcode, word));
}

std::string disassemble(std::uint32_t word, std::uint64_t pc) {
    return Disassembler().disassemble(word, pc);
}

} // namespace vestige::ppc
