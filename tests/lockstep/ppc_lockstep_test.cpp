// Random PowerPC code on our engines and under QEMU: the same registers and memory afterwards.
#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

#include "tests/lockstep/suite.h"

namespace vestige::ppc::lockstep {

namespace {

std::vector<Family> user_mode() {
    return join({integer_families(), memory_families(), branch_families()});
}

} // namespace

TEST_CASE("PowerPC integer, memory and branch instructions agree with QEMU", "[integer]") {
    const Suite suite{.cpu = "7400", .families = user_mode(), .instructions = 1'000'000};
    expect_agreement(suite);
}

TEST_CASE("PowerPC 750 agrees with QEMU's", "[integer]") {
    const Suite suite{.cpu = "750", .families = user_mode(), .instructions = 30'000, .seed = 750};
    expect_agreement(suite);
}

// A lockstep that cannot fail is worth nothing: each of these must be noticed.
TEST_CASE("The PowerPC lockstep notices wrong lifters", "[integer][mutation]") {
    using enum Opcode;
    const Suite suite{.cpu = "7400", .families = user_mode(), .seed = 99};
    const std::vector<NamedMutation> mutations = {
        {"addc lifts as add", [](std::uint32_t word) { return replace(word, addc, add); }},
        {"subfe lifts as subfc", [](std::uint32_t word) { return replace(word, subfe, subfc); }},
        {"sraw lifts as srw", [](std::uint32_t word) { return replace(word, sraw, srw); }},
        {"lha lifts as lhz", [](std::uint32_t word) { return replace(word, lha, lhz); }},
        {"lwbrx lifts as lwzx", [](std::uint32_t word) { return replace(word, lwbrx, lwzx); }},
        {"stwux lifts as stwx", [](std::uint32_t word) { return replace(word, stwux, stwx); }},
        {"crandc lifts as crand", [](std::uint32_t word) { return replace(word, crandc, crand); }},
        {"cmpl lifts as cmp", [](std::uint32_t word) { return replace(word, cmpl, cmp); }},
        {"stswx lifts as stwx", [](std::uint32_t word) { return replace(word, stswx, stwx); }},
        {"bc without its link",
         [](std::uint32_t word) { return decode(word) == bc ? word & ~1u : word; }},
        {"mullwo without its overflow",
         [](std::uint32_t word) { return decode(word) == mullw ? word & ~0x400u : word; }},
    };
    expect_noticed(suite, mutations);
}

} // namespace vestige::ppc::lockstep
