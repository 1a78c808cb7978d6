// Random SPARC code on our engines and under QEMU: the same registers and memory afterwards.
#include <catch2/catch.hpp>

#include <vector>

#include "tests/lockstep/sparc/suite.h"

namespace vestige::sparc::lockstep {

namespace {

std::vector<Family> user_mode() {
    return join({integer_families(), memory_families(), branch_families(), window_families()});
}

Suite integer_suite(std::size_t instructions, std::uint64_t seed) {
    return {.model = "TI SuperSparc II",
            .cpu = "TI-SuperSparc-II",
            .families = user_mode(),
            .instructions = instructions,
            .seed = seed};
}

} // namespace

TEST_CASE("SPARC integer, memory, window and branch instructions agree with QEMU", "[integer]") {
    expect_agreement(integer_suite(1'000'000, 1));
}

// The oracle spills and fills windows as Linux does; so does our side, at the trap's entry.
TEST_CASE("SPARC window overflow and underflow agree with QEMU", "[integer]") {
    Suite suite = integer_suite(150'000, 4);
    suite.families = join({integer_families(), memory_families(), window_families(),
                           branch_families(), dive_families()});
    suite.features = SPARC_DEEP;
    expect_agreement(suite);
}

TEST_CASE("LEON3 agrees with QEMU's", "[integer]") {
    Suite suite = integer_suite(30'000, 3);
    suite.model = suite.cpu = "LEON3";
    expect_agreement(suite);
}

// A lockstep that cannot fail is worth nothing: each of these must be noticed.
TEST_CASE("The SPARC lockstep notices wrong lifters", "[integer][mutation]") {
    using enum Opcode;
    const std::vector<NamedMutation> mutations = {
        {"addx lifts as add", [](std::uint32_t word) { return replace(word, addx, add); }},
        {"subxcc lifts as subcc", [](std::uint32_t word) { return replace(word, subxcc, subcc); }},
        {"taddcc lifts as addcc", [](std::uint32_t word) { return replace(word, taddcc, addcc); }},
        {"sra lifts as srl", [](std::uint32_t word) { return replace(word, sra, srl); }},
        {"xnor lifts as xor", [](std::uint32_t word) { return replace(word, xnor, xor_); }},
        {"smulcc lifts as umulcc",
         [](std::uint32_t word) { return replace(word, smulcc, umulcc); }},
        {"mulscc lifts as addcc", [](std::uint32_t word) { return replace(word, mulscc, addcc); }},
        {"sdivcc lifts as udivcc",
         [](std::uint32_t word) { return replace(word, sdivcc, udivcc); }},
        {"ldsh lifts as lduh", [](std::uint32_t word) { return replace(word, ldsh, lduh); }},
        {"ldd lifts as ld", [](std::uint32_t word) { return replace(word, ldd, ld); }},
        {"ldstub lifts as ldub", [](std::uint32_t word) { return replace(word, ldstub, ldub); }},
        {"restore lifts as save", [](std::uint32_t word) { return replace(word, restore, save); }},
        {"bicc without its annul bit",
         [](std::uint32_t word) { return decode(word) == bicc ? word & ~(1u << 29) : word; }},
        {"bgu lifts as bg",
         [](std::uint32_t word) {
             const bool is_bgu = decode(word) == bicc && Fields{word}.cond() == 12;
             return is_bgu ? (word & ~(15u << 25)) | 10u << 25 : word;
         }},
    };
    expect_noticed(integer_suite(0, 99), mutations);
}

} // namespace vestige::sparc::lockstep
