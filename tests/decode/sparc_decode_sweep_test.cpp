// The whole opcode space beside Capstone 4 and the binutils disassembler.
#include "frontend/sparc/decode/dispatch_table.h"
#include "tests/decode/sparc_sweep.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <bit>

using namespace vestige::sparc;
using namespace vestige::sparc::sweep;
using vestige::decode::BitPattern;
using vestige::sweep::require_agreement;

namespace {

Opcode product_decoder(std::uint32_t word) { return decode(word); }

// Names of the rows that the reference never agreed with.
std::vector<std::string_view> unconfirmed(const Comparison& comparison) {
    std::vector<std::string_view> names;
    for (std::size_t i = 1; i < comparison.confirmations.size(); ++i)
        if (comparison.confirmations[i] == 0) names.push_back(all_instructions()[i].name);
    return names;
}

// A dispatch table's group: op, and bits 19 to 24 or what of them the op has.
std::uint32_t group_of(std::uint32_t word) {
    constexpr std::array<std::uint32_t, 4> masks = {0xc1c00000, 0xc0000000, 0xc1f80000, 0xc1f80000};
    return word & masks[word >> 30];
}

std::vector<Sample> in_groups(std::span<const Sample> samples, std::uint32_t a, std::uint32_t b) {
    std::vector<Sample> found;
    for (const Sample& sample : samples)
        if (const std::uint32_t group = group_of(sample.word);
            group == group_of(a) || group == group_of(b))
            found.push_back(sample);
    return found;
}

bool is_wrong_table(std::span<const BitPattern> rows) {
    try {
        static_cast<void>(DispatchTable(rows));
        return false;
    } catch (const std::logic_error&) {
        return true;
    }
}

} // namespace

TEST_CASE("the SPARC decoder agrees with Capstone", "[decode][sparc]") {
    const Comparison comparison =
        compare(Reference::capstone, ask_capstone(all_words()), product_decoder);
    require_agreement(comparison);
    // Capstone 4 lacks them, or has V9's instructions in their place: objdump must confirm them.
    CHECK(unconfirmed(comparison) ==
          std::vector<std::string_view>{
              "ldd",   "ldsba", "ldsha", "lduba", "lduha",  "lda",     "ldda",  "ldfsr", "ldc",
              "lddc",  "ldcsr", "std",   "stba",  "stha",   "sta",     "stda",  "stfsr", "stdfq",
              "stc",   "stdc",  "stcsr", "stdcq", "ldstub", "ldstuba", "swapa", "casa",  "mulscc",
              "umac",  "smac",  "cbccc", "rdasr", "rdpsr",  "rdwim",   "rdtbr", "wrasr", "wrpsr",
              "wrwim", "wrtbr", "flush", "fpop1", "fpop2",  "cpop1",   "cpop2"});
}

TEST_CASE("the SPARC decoder and its texts agree with the binutils disassembler",
          "[decode][sparc]") {
    const Comparison comparison =
        compare(Reference::objdump, ask_objdump(all_words()), product_decoder);
    require_agreement(comparison);
    CHECK(unconfirmed(comparison) ==
          std::vector<std::string_view>{"fpop1", "fpop2", "cpop1", "cpop2"});
}

// The mutation that shows that the sweep can fail: one wrong bit in any one row.
TEST_CASE("the SPARC sweep reports a wrong bit in any row", "[decode][sparc]") {
    const std::vector<Sample> samples = ask_objdump(all_words());
    std::vector<BitPattern> rows;
    for (const InstructionInfo& row : all_instructions().subspan(1))
        rows.push_back(row.pattern);

    for (BitPattern& row : rows) {
        const BitPattern good = row;
        // A flip that makes two rows match one word would not compile: try the next bit. Where none
        // is left (call), one bit more must match.
        std::uint32_t left = good.mask;
        do {
            row.value = good.value ^ (left & -left);
            left &= left - 1;
        } while (left != 0 && is_wrong_table(rows));
        if (is_wrong_table(rows)) {
            row = good;
            row.mask |= std::bit_floor(~good.mask);
        }
        INFO(all_instructions()[static_cast<std::size_t>(&row - rows.data()) + 1].name);
        REQUIRE_FALSE(is_wrong_table(rows));
        const DispatchTable table{rows};
        const Decoder mutant = [&table](std::uint32_t word) {
            return static_cast<Opcode>(table.lookup(word));
        };
        REQUIRE(compare(Reference::objdump, in_groups(samples, good.value, row.value), mutant)
                    .disagreements.size() > 0);
        row = good;
    }
}

TEST_CASE("the SPARC dispatch table finds the most special row that a linear search finds",
          "[decode][sparc]") {
    const auto rows = all_instructions();
    std::size_t wrong = 0;
    for (const std::uint32_t word : all_words()) {
        std::size_t best = 0;
        for (std::size_t i = 1; i < rows.size(); ++i)
            if (rows[i].pattern.matches(word) &&
                (best == 0 ||
                 std::popcount(rows[i].pattern.mask) > std::popcount(rows[best].pattern.mask)))
                best = i;
        wrong += static_cast<std::size_t>(decode(word)) != best;
    }
    CHECK(wrong == 0);
}
