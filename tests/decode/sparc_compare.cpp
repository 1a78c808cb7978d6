#include "tests/decode/sparc_sweep.h"

#include "frontend/sparc/disasm/disassembler.h"

#include <array>
#include <fmt/format.h>

namespace vestige::sparc::sweep {

namespace {

// See sparc_known_disagreements.inc.
struct KnownDisagreement {
    Reference reference;
    std::string_view row;
    std::string_view theirs;
    std::string_view reason;
};

constexpr auto known_disagreements = std::to_array<KnownDisagreement>({
#define DISAGREEMENT(reference, row, theirs, reason) {Reference::reference, row, theirs, reason},
#include "tests/decode/sparc_known_disagreements.inc"
#undef DISAGREEMENT
});

bool matches(std::string_view pattern, std::string_view text) {
    if (pattern.ends_with('*')) return text.starts_with(pattern.substr(0, pattern.size() - 1));
    return pattern == text;
}

// A register that must be even or a multiple of 4 and is not. V9 numbers its upper registers so.
bool has_odd_double(std::uint32_t word) {
    const InstructionInfo& row = info(decode(word));
    const Fields f{word};
    if (row.form == Form::memory_fpu)
        return row.mnemonic.ends_with("dd") || row.mnemonic == "std" ? f.rd() % 2 != 0 : false;
    const bool is_operate = row.form == Form::fpu_unary || row.form == Form::fpu_binary ||
                            row.form == Form::fpu_compare;
    return is_operate && ((f.rd() | f.rs1() | f.rs2()) & 1) != 0;
}

std::vector<vestige::sweep::Known> known_of(Reference reference) {
    std::vector<vestige::sweep::Known> known;
    if (reference == Reference::objdump)
        known.push_back({"odd registers", "an odd register of a double is V9's name for another",
                         [](std::uint32_t word, std::string_view ours, std::string_view theirs) {
                             return has_odd_double(word) && ours.substr(0, ours.find(' ')) ==
                                                                theirs.substr(0, theirs.find(' '));
                         }});
    for (const KnownDisagreement& row : known_disagreements) {
        if (row.reference != reference) continue;
        const auto explains = [&row](std::uint32_t word, std::string_view,
                                     std::string_view theirs) {
            return matches(row.row, info(decode(word)).name) && matches(row.theirs, theirs);
        };
        known.push_back(
            {fmt::format("{} '{}'", row.row, row.theirs), std::string(row.reason), explains});
    }
    return known;
}

} // namespace

Comparison compare(Reference reference, std::span<const Sample> samples, const Decoder& decoder) {
    const bool whole_text = reference == Reference::objdump;
    const auto answer = [&](std::uint32_t word) -> vestige::sweep::Answer {
        const Opcode opcode = decoder(word);
        if (opcode == Opcode::invalid) return {};
        return {static_cast<std::size_t>(opcode),
                whole_text ? disassemble(opcode, word, 0) : full_mnemonic(opcode, word),
                info(opcode).reserved_bits(word)};
    };
    return vestige::sweep::compare(whole_text ? "objdump" : "Capstone", samples, answer,
                                   all_instructions().size(), known_of(reference));
}

} // namespace vestige::sparc::sweep
