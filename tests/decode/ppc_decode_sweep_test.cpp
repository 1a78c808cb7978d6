// The whole opcode space beside Capstone 4 and the binutils disassembler.
#include "frontend/ppc/decode/dispatch_table.h"
#include "tests/decode/ppc_sweep.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace vestige::ppc;
using namespace vestige::ppc::sweep;
using vestige::decode::BitPattern;

namespace {

Opcode product_decoder(std::uint32_t word) { return decode(word); }

// Mnemonics of the rows that the reference never agreed with.
std::vector<std::string_view> unconfirmed(const Comparison& comparison) {
    std::vector<std::string_view> names;
    for (std::size_t i = 1; i < comparison.confirmations.size(); ++i)
        if (comparison.confirmations[i] == 0) names.push_back(all_instructions()[i].mnemonic);
    return names;
}

std::span<const Sample> with_primary(std::span<const Sample> samples, std::uint32_t primary) {
    const auto range = std::ranges::equal_range(
        samples, primary, {}, [](const Sample& sample) { return sample.word >> 26; });
    return {range.begin(), range.end()};
}

} // namespace

TEST_CASE("the decoder agrees with Capstone", "[decode][ppc]") {
    const Comparison comparison =
        compare(Reference::capstone, ask_capstone(all_words()), product_decoder);
    require_agreement(comparison);
    // cntlzw is misspelt there; the others Capstone 4 lacks.
    CHECK(unconfirmed(comparison) == std::vector<std::string_view>{"cntlzw", "fcmpo", "lswx",
                                                                   "stswx", "mcrxr", "eciwx",
                                                                   "ecowx"});
}

TEST_CASE("the decoder agrees with the binutils disassembler", "[decode][ppc]") {
    const Comparison comparison =
        compare(Reference::objdump, ask_objdump(all_words()), product_decoder);
    require_agreement(comparison);
    CHECK(unconfirmed(comparison).empty());
}

// The mutation that shows that the sweep can fail: one wrong bit in any one row.
TEST_CASE("the sweep reports a wrong bit in any row", "[decode][ppc]") {
    const std::vector<Sample> samples = ask_objdump(all_words());
    std::vector<BitPattern> rows;
    for (const InstructionInfo& row : all_instructions().subspan(1))
        rows.push_back(row.pattern);
    REQUIRE(compare(Reference::objdump, samples, [table = DispatchTable(rows)](std::uint32_t word) {
                return static_cast<Opcode>(table.lookup(word));
            }).disagreements.empty());

    for (BitPattern& row : rows) {
        const BitPattern good = row;
        const auto clashes = [&] {
            return std::ranges::any_of(rows, [&](const BitPattern& other) {
                return &other != &row && row.overlaps(other);
            });
        };
        // A flip that makes two rows match one word would not compile: try the next bit. A row
        // that is hemmed in (lwz) becomes the illegal primary opcode 0.
        std::uint32_t left = good.mask;
        do {
            row.value = good.value ^ (left & -left);
            left &= left - 1;
        } while (clashes() && left != 0);
        if (clashes()) row.value = 0;
        const DispatchTable table{rows};
        const Decoder mutant = [&table](std::uint32_t word) {
            return static_cast<Opcode>(table.lookup(word));
        };
        std::size_t found = 0;
        for (const std::uint32_t primary : {good.value >> 26, row.value >> 26})
            found += compare(Reference::objdump, with_primary(samples, primary), mutant)
                         .disagreements.size();
        INFO(info(static_cast<Opcode>(&row - rows.data() + 1)).mnemonic);
        REQUIRE(found > 0);
        row = good;
    }
}

TEST_CASE("the dispatch table finds what a linear search finds", "[decode][ppc]") {
    const auto rows = all_instructions().subspan(1);
    std::size_t wrong = 0;
    for (const std::uint32_t word : all_words()) {
        const Opcode opcode = decode(word);
        if (opcode != Opcode::invalid) {
            wrong += !info(opcode).pattern.matches(word);
            continue;
        }
        wrong += std::ranges::any_of(
            rows, [&](const InstructionInfo& row) { return row.pattern.matches(word); });
    }
    CHECK(wrong == 0);
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (rows[i].pattern.overlaps(rows[j].pattern))
                FAIL(rows[i].mnemonic << " overlaps " << rows[j].mnemonic);
}
