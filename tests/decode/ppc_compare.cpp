#include "tests/decode/ppc_sweep.h"

#include "frontend/ppc/disasm/disassembler.h"

#include <array>
#include <fmt/format.h>

namespace vestige::ppc::sweep {

namespace {

// See known_disagreements.inc.
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
#include "tests/decode/known_disagreements.inc"
#undef DISAGREEMENT
});

constexpr std::string_view reserved_bits = "reserved bits are set, which we ignore as the chips do";

std::string_view without_record(std::string_view name) {
    return name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

bool name_matches(std::string_view pattern, std::string_view name) {
    if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
    return pattern == name;
}

const KnownDisagreement* find_known(Reference reference, std::uint32_t word, std::string_view ours,
                                    std::string_view theirs) {
    for (const KnownDisagreement& known : known_disagreements)
        if (known.reference == reference && known.primary == word >> 26 &&
            name_matches(known.ours, without_record(ours)) &&
            name_matches(known.theirs, without_record(theirs)))
            return &known;
    return nullptr;
}

} // namespace

Comparison compare(Reference reference, std::span<const Sample> samples, const Decoder& decoder) {
    Comparison result;
    result.confirmations.resize(all_instructions().size());
    std::array<bool, known_disagreements.size()> used{};
    for (const auto& [word, theirs] : samples) {
        const Opcode opcode = decoder(word);
        const bool valid = opcode != Opcode::invalid;
        const std::string ours = valid ? full_mnemonic(opcode, word) : "";
        if (ours == theirs) {
            ++result.confirmations[static_cast<std::size_t>(opcode)];
        } else if (valid && theirs.empty() && (word & info(opcode).pattern.ignored) != 0) {
            ++result.reasons[std::string(reserved_bits)];
        } else if (const auto* known = find_known(reference, word, ours, theirs)) {
            ++result.reasons[std::string(known->reason)];
            used[static_cast<std::size_t>(known - known_disagreements.data())] = true;
        } else {
            result.disagreements.push_back(fmt::format(
                "{:08x} (primary {}): we say '{}', {} says '{}'", word, word >> 26, ours,
                reference == Reference::capstone ? "Capstone" : "objdump", theirs));
        }
    }
    for (std::size_t i = 0; i < used.size(); ++i)
        if (known_disagreements[i].reference == reference && !used[i])
            result.stale.push_back(fmt::format("{} '{}' '{}'", known_disagreements[i].primary,
                                               known_disagreements[i].ours,
                                               known_disagreements[i].theirs));
    return result;
}

} // namespace vestige::ppc::sweep
