// Random floating-point and AltiVec code on our engines and under QEMU.
#include <catch2/catch.hpp>

#include <vector>

#include "tests/lockstep/suite.h"

namespace vestige::ppc::lockstep {

namespace {

using enum Opcode;

std::vector<Family> float_and_integer() {
    return join({float_families(), integer_families(), flow_families()});
}

} // namespace

TEST_CASE("PowerPC floating point agrees with QEMU", "[float]") {
    const Suite suite{.cpu = "7400",
                      .families = float_and_integer(),
                      .features = LOCKSTEP_FLOAT,
                      .instructions = 400'000};
    expect_agreement(suite);
}

TEST_CASE("The helpers of exact mode agree with QEMU", "[float]") {
    const Suite suite{.cpu = "750",
                      .families = join({float_families(), flow_families()}),
                      .features = LOCKSTEP_FLOAT | exact_mode,
                      .instructions = 100'000,
                      .seed = 2};
    expect_agreement(suite);
}

TEST_CASE("AltiVec agrees with QEMU", "[vector]") {
    const Suite suite{.cpu = "7400",
                      .families = join({vector_families(), flow_families()}),
                      .features = LOCKSTEP_VECTOR,
                      .instructions = 400'000};
    expect_agreement(suite);
}

TEST_CASE("The floating-point lockstep notices wrong lifters", "[float][mutation]") {
    const Suite suite{.cpu = "7400",
                      .families = join({float_families()}),
                      .features = LOCKSTEP_FLOAT,
                      .seed = 98};
    const std::vector<NamedMutation> mutations = {
        {"fadds lifts as fadd", [](std::uint32_t word) { return replace(word, fadds, fadd); }},
        {"frsp lifts as fmr", [](std::uint32_t word) { return replace(word, frsp, fmr); }},
        {"fnmadd lifts as fmadd", [](std::uint32_t word) { return replace(word, fnmadd, fmadd); }},
        {"fmsubs lifts as fmadds",
         [](std::uint32_t word) { return replace(word, fmsubs, fmadds); }},
        {"fctiw lifts as fctiwz", [](std::uint32_t word) { return replace(word, fctiw, fctiwz); }},
        {"fcmpo lifts as fcmpu", [](std::uint32_t word) { return replace(word, fcmpo, fcmpu); }},
        {"fnabs lifts as fabs", [](std::uint32_t word) { return replace(word, fnabs, fabs); }},
        {"mtfsb1 lifts as mtfsb0",
         [](std::uint32_t word) { return replace(word, mtfsb1, mtfsb0); }},
        {"stfsux lifts as stfsx", [](std::uint32_t word) { return replace(word, stfsux, stfsx); }},
        {"fmul without its record",
         [](std::uint32_t word) { return decode(word) == fmul ? word & ~1u : word; }},
    };
    expect_noticed(suite, mutations);
}

TEST_CASE("The AltiVec lockstep notices wrong lifters", "[vector][mutation]") {
    const Suite suite{.cpu = "7400",
                      .families = join({vector_families()}),
                      .features = LOCKSTEP_VECTOR,
                      .seed = 97};
    const std::vector<NamedMutation> mutations = {
        {"vaddsbs lifts as vaddubm",
         [](std::uint32_t word) { return replace(word, vaddsbs, vaddubm); }},
        {"vmsumshs lifts as vmsumshm",
         [](std::uint32_t word) { return replace(word, vmsumshs, vmsumshm); }},
        {"vmuleub lifts as vmuloub",
         [](std::uint32_t word) { return replace(word, vmuleub, vmuloub); }},
        {"vcmpgtub lifts as vcmpgtsb",
         [](std::uint32_t word) { return replace(word, vcmpgtub, vcmpgtsb); }},
        {"vcmpbfp without its record",
         [](std::uint32_t word) { return decode(word) == vcmpbfp ? word & ~0x400u : word; }},
        {"vmaxfp lifts as vminfp",
         [](std::uint32_t word) { return replace(word, vmaxfp, vminfp); }},
        {"vrfin lifts as vrfiz", [](std::uint32_t word) { return replace(word, vrfin, vrfiz); }},
        {"vctsxs lifts as vctuxs",
         [](std::uint32_t word) { return replace(word, vctsxs, vctuxs); }},
        {"lvsl lifts as lvsr", [](std::uint32_t word) { return replace(word, lvsl, lvsr); }},
        {"stvehx lifts as stvebx",
         [](std::uint32_t word) { return replace(word, stvehx, stvebx); }},
    };
    expect_noticed(suite, mutations);
}

} // namespace vestige::ppc::lockstep
