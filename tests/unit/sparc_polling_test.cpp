// Loops that wait, with delay slots and in register windows: see ppc_system_polling_test.cpp.
#include <catch2/catch.hpp>

#include "tests/unit/sparc_rig.h"

using namespace vestige;
using namespace vestige::sparc;
using namespace vestige::sparc::test;

namespace {

constexpr std::uint64_t long_time = 100'000;

std::uint64_t skipped(Rig& rig) {
    std::uint64_t count = 0;
    rig.each([&](auto& machine) { count += machine.loop().stats().polling_skipped; });
    return count;
}

} // namespace

TEST_CASE("sparc: polling a device's register") {
    Rig rig;
    rig.set([](State& state) { state.global[3] = vestige::test::steady_at; });
    SECTION("with a nop in the slot") {
        rig.program(
            {ld(g(3), 0, l(4)), cmp(l(4), 0), branch(eq, -8), nop, add(g(5), 1, g(5)), here, nop});
    }
    SECTION("with the comparison in the slot") {
        rig.program({cmp(g(0), 0), branch(ne, 16), ld(g(3), 0, l(4)), branch(always, -8),
                     cmp(l(4), 0), add(g(5), 1, g(5)), here, nop});
    }
    rig.run(long_time);
    CHECK(skipped(rig) > long_time / 2);
    CHECK(rig.state().global[5] == 0);
    rig.each([](auto& machine) { machine.steady_value = 1; });
    rig.run(20);
    CHECK(rig.state().global[5] == 1);
}

TEST_CASE("sparc: who counts in a window does not wait") {
    Rig rig;
    rig.program({add(l(4), 1, l(4)), branch(always, -4), nop});
    rig.run(long_time / 2);
    CHECK(skipped(rig) == 0);
}
