#include "tests/decode/ppc_sweep.h"

#include "frontend/ppc/disasm/disassembler.h"

#include <array>
#include <fmt/format.h>

namespace vestige::ppc::sweep {

namespace {

// See ppc_known_disagreements.inc.
struct KnownDisagreement {
    Reference reference;
    unsigned primary;
    std::string_view ours;
    std::string_view theirs;
    std::string_view reason;
};

constexpr auto known_disagreements = std::to_array<KnownDisagreement>({
#define DISAGREEMENT(reference, primary, ours, theirs, reason)                                     \
    {Reference::reference, primary, ours, theirs, reason},
#include "tests/decode/ppc_known_disagreements.inc"
#undef DISAGREEMENT
});

std::string_view without_record(std::string_view name) {
    return name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

bool name_matches(std::string_view pattern, std::string_view name) {
    if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
    return pattern == name;
}

std::vector<Known> known_of(Reference reference) {
    std::vector<Known> known;
    for (const KnownDisagreement& row : known_disagreements) {
        if (row.reference != reference) continue;
        const auto explains = [&row](std::uint32_t word, std::string_view ours,
                                     std::string_view theirs) {
            return row.primary == word >> 26 && name_matches(row.ours, without_record(ours)) &&
                   name_matches(row.theirs, without_record(theirs));
        };
        known.push_back({fmt::format("{} '{}' '{}'", row.primary, row.ours, row.theirs),
                         std::string(row.reason), explains});
    }
    return known;
}

} // namespace

Comparison compare(Reference reference, std::span<const Sample> samples, const Decoder& decoder) {
    const auto answer = [&](std::uint32_t word) -> vestige::sweep::Answer {
        const Opcode opcode = decoder(word);
        if (opcode == Opcode::invalid) return {};
        return {static_cast<std::size_t>(opcode), full_mnemonic(opcode, word),
                info(opcode).pattern.ignored};
    };
    return vestige::sweep::compare(reference == Reference::capstone ? "Capstone" : "objdump",
                                   samples, answer, all_instructions().size(), known_of(reference));
}

} // namespace vestige::ppc::sweep
