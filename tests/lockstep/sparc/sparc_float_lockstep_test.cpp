// Random floating-point code on our engines and under QEMU.
#include <catch2/catch.hpp>

#include <vector>

#include "tests/lockstep/sparc/suite.h"

namespace vestige::sparc::lockstep {

namespace {

using enum Opcode;

Suite float_suite(std::size_t instructions, std::uint64_t seed) {
    return {.model = "Fujitsu MB86904",
            .cpu = "Fujitsu-MB86904",
            .families = join({float_families(), integer_families(), branch_families()}),
            .features = SPARC_FLOAT,
            .instructions = instructions,
            .seed = seed};
}

} // namespace

TEST_CASE("SPARC floating point agrees with QEMU", "[float]") {
    expect_agreement(float_suite(400'000, 1));
}

TEST_CASE("The helpers of SPARC's exact mode agree with QEMU", "[float]") {
    Suite suite = float_suite(100'000, 2);
    suite.features |= exact_mode;
    expect_agreement(suite);
}

TEST_CASE("The SPARC floating-point lockstep notices wrong lifters", "[float][mutation]") {
    const std::vector<NamedMutation> mutations = {
        {"fadds lifts as fsubs", [](std::uint32_t word) { return replace(word, fadds, fsubs); }},
        {"fdivd lifts as fmuld", [](std::uint32_t word) { return replace(word, fdivd, fmuld); }},
        {"fsmuld lifts as fmuls", [](std::uint32_t word) { return replace(word, fsmuld, fmuls); }},
        {"fstoi lifts as fmovs", [](std::uint32_t word) { return replace(word, fstoi, fmovs); }},
        {"fitod lifts as fstod", [](std::uint32_t word) { return replace(word, fitod, fstod); }},
        {"fcmpes lifts as fcmps", [](std::uint32_t word) { return replace(word, fcmpes, fcmps); }},
        {"fabss lifts as fnegs", [](std::uint32_t word) { return replace(word, fabss, fnegs); }},
        {"fsqrts lifts as fmovs", [](std::uint32_t word) { return replace(word, fsqrts, fmovs); }},
        {"lddf lifts as ldf", [](std::uint32_t word) { return replace(word, lddf, ldf); }},
        {"fbue lifts as fbe",
         [](std::uint32_t word) {
             const bool is_fbue = decode(word) == fbfcc && Fields{word}.cond() == 10;
             return is_fbue ? (word & ~(15u << 25)) | 9u << 25 : word;
         }},
    };
    expect_noticed(float_suite(0, 98), mutations);
}

} // namespace vestige::sparc::lockstep
