// AltiVec where QEMU is no oracle: estimates, and what the host's vectors do otherwise.
#include <catch2/catch.hpp>

#include <bit>
#include <cmath>

#include <xmmintrin.h>

#include "tests/unit/ppc_float_bench.h"

namespace vestige::ppc {

namespace {

using enum Opcode;
using lockstep::Random;

// Lane 0 of v4 <- op of lanes 0 of v1, v2, v3 as vA, vB, vC.
std::uint32_t lane(Bench& bench, Opcode opcode, std::uint32_t a, std::uint32_t b,
                   std::uint32_t c = 0) {
    bench.state.vr[1] = {a, 0};
    bench.state.vr[2] = {b, 0};
    bench.state.vr[3] = {c, 0};
    bench.run({info(opcode).pattern.value | 4u << 21 | 1u << 16 | 2u << 11 |
               (info(opcode).pattern.find('c') ? 3u << 6 : 0)});
    return static_cast<std::uint32_t>(bench.state.vr[4].low);
}

double number(std::uint32_t bits) { return double{std::bit_cast<float>(bits)}; }

} // namespace

TEST_CASE("vexptefp and vlogefp are estimates of 2^x and log2(x)") {
    Bench bench;
    Random random(4);
    const auto lane = [&](Opcode opcode, std::uint32_t bits) {
        return ppc::lane(bench, opcode, 0, bits);
    };
    for (unsigned i = 0; i < 5'000; ++i) {
        const auto bits = static_cast<std::uint32_t>(random.next());
        const double exponent = number((bits & 0x807fffff) | random.between(110, 132) << 23);
        const double power =
            number(lane(vexptefp, std::bit_cast<std::uint32_t>(static_cast<float>(exponent))));
        REQUIRE(std::fabs(power / std::exp2(exponent) - 1) < 1e-6);
        const std::uint32_t positive = random.between(0, 254) << 23 | (bits & 0x7fffff) | 1;
        REQUIRE(std::fabs(number(lane(vlogefp, positive)) - std::log2(number(positive))) < 1e-5);
    }
    constexpr std::uint32_t plus = 0x7f800000, minus = 0xff800000, nan = 0x7fc00000;
    CHECK(lane(vexptefp, minus) == 0);
    CHECK(lane(vexptefp, plus) == plus);
    CHECK(lane(vexptefp, 0xf6693c25) == 0); // -1.2e33
    CHECK(lane(vexptefp, 0x43000000) == plus);
    CHECK(lane(vexptefp, 0x80000000) == 0x3f800000);
    CHECK(lane(vexptefp, 0x7f800001) == 0x7fc00001);
    CHECK(lane(vlogefp, 0x80000000) == minus);
    CHECK(lane(vlogefp, 0xbf800000) == nan);
    CHECK(lane(vlogefp, plus) == plus);
    CHECK(lane(vlogefp, 0x3f800000) == 0);
}

// 2^-126 (1 - 2^-26): a denormal to AltiVec, which looks before rounding; to SSE 2^-126.
TEST_CASE("VSCR[NJ] flushes what is tiny before rounding") {
    Bench bench;
    constexpr std::uint32_t a = 0x20000400, c = 0x1ffff800;
    CHECK(lane(bench, vmaddfp, a, 0, c) == 0x00800000);
    bench.state.vscr = 1u << 16;
    CHECK(lane(bench, vmaddfp, a, 0, c) == 0);
    CHECK(lane(bench, vnmsubfp, a, 0, c) == 0x80000000);
    CHECK(lane(bench, vmaddfp, a, 0x00800000, c) == 0x01000000); // 2^-125 is not tiny
    CHECK(lane(bench, vaddfp, 0x00000001, 0x00000001) == 0);
    CHECK(lane(bench, vmaxfp, 0x80000001, 0x80000002) == 0x80000000);
    bench.state.vscr = 0;
    CHECK(lane(bench, vaddfp, 0x00000001, 0x00000001) == 2);
}

TEST_CASE("AltiVec rounds to nearest whatever the FPU does, and leaves its flags alone") {
    Bench bench;
    constexpr std::uint32_t third = 0x3eaaaaab;
    const unsigned before = _mm_getcsr();
    constexpr unsigned masked = 0x1f80, down = 1u << 13;
    for (const unsigned control : {masked, masked | down, masked | 2 * down, masked | 3 * down}) {
        _mm_setcsr(control);
        const std::uint32_t sum = lane(bench, vaddfp, 0x3f800000, 0x33c00000); // 1 + 1.5 * 2^-24
        const std::uint32_t estimate = lane(bench, vrefp, 0, 0x40400000);
        const std::uint32_t fused = lane(bench, vmaddfp, third, 0, third);
        const unsigned after = _mm_getcsr();
        _mm_setcsr(before);
        CHECK(sum == 0x3f800001);
        CHECK(estimate == third);
        CHECK(fused == 0x3de38e3a);
        CHECK(after == control);
    }
}

TEST_CASE("VSCR has NJ and SAT alone") {
    Bench bench;
    bench.state.vr[2].low = 0xffffffff;
    bench.run({encode(mtvscr, {{'b', 2}})});
    CHECK(bench.state.vscr == 0x00010001);
    bench.run({encode(mfvscr, {{'d', 5}})});
    CHECK(bench.state.vr[5].low == 0x00010001);
    CHECK(bench.state.vr[5].high == 0);
}

} // namespace vestige::ppc
