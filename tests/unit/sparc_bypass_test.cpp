// Stores past the MMU (ASI 20 to 2f): quick to plain memory, and right wherever else they go.
#include <catch2/catch.hpp>

#include "tests/unit/sparc_rig.h"

using namespace vestige;
using namespace vestige::sparc;
using namespace vestige::sparc::test;

namespace {

constexpr unsigned bypass = 0x20;

constexpr Word store_past(unsigned rd, unsigned rs1) { return sta(rd, rs1, 0, bypass); }

} // namespace

TEST_CASE("sparc: bypass clears memory, a word at a time") {
    at_every_budget(
        [](Rig& rig) {
            rig.set_reg(l(0), data_at + 0xff8); // into the next page
            rig.set_reg(l(1), 0x1234);
            rig.program({store_past(l(1), l(0)), add(l(0), 4, l(0)), cmp(l(0), l(2)),
                         branch(ne, -12), add(l(1), 1, l(1)), lda(l(3), 0, bypass, l(4)), here,
                         nop});
            rig.set_reg(l(2), data_at + 0x1008);
            rig.set_reg(l(3), data_at + 0x1004);
        },
        30);
    Rig rig;
    rig.set_reg(l(0), data_at + 4);
    rig.set_reg(l(1), 0xabcd);
    rig.program({store_past(l(1), l(0)), here, nop});
    rig.run(4);
    CHECK(rig.word(data_at + 4) == 0xabcd);
}

TEST_CASE("sparc: a bypass store changes code that has run") {
    Rig rig;
    constexpr std::uint32_t other_at = data_at + 0x2000;
    // Round and round through another page, whose instruction the loop replaces half way.
    rig.set_reg(l(0), other_at);
    rig.set_reg(l(1), add(g(6), 1, g(6)));
    rig.set_reg(l(2), 0);
    rig.program({jmpl(l(0), 0, o(7)), add(l(2), 1, l(2)), cmp(l(2), 50), branch(ne, -12), nop,
                 store_past(l(1), l(0)), branch(always, -24), nop});
    rig.words(other_at, {add(g(5), 1, g(5)), jmpl(o(7), 8, g(0)), nop});
    rig.run(2000);
    CHECK(rig.state().global[5] == 50);
    CHECK(rig.state().global[6] > 100);
}

TEST_CASE("sparc: code is run on a page that was open for bypass stores, and changed again") {
    Rig rig;
    constexpr std::uint32_t other_at = data_at + 0x2000;
    rig.set_reg(l(0), other_at);
    rig.set_reg(l(1), add(g(5), 1, g(5)));
    rig.set_reg(l(2), add(g(6), 1, g(6)));
    rig.words(other_at + 4, {jmpl(o(7), 8, g(0)), nop});
    rig.program({store_past(l(1), l(0)), jmpl(l(0), 0, o(7)), nop, store_past(l(2), l(0)),
                 jmpl(l(0), 0, o(7)), nop, branch(always, -24), nop});
    rig.run(20 * 14);
    CHECK(rig.state().global[5] == 20);
    CHECK(rig.state().global[6] == 20);
}

TEST_CASE("sparc: bypass stores that are not so easy") {
    Rig rig;
    rig.set_reg(l(1), 7);
    SECTION("not aligned") {
        rig.set_reg(l(0), data_at + 2);
        rig.program({store_past(l(1), l(0)), nop});
        rig.run(1);
        rig.expect_trap(tt::mem_address_not_aligned, at(0), at(1));
        CHECK(rig.word(data_at) == 0);
    }
    SECTION("to a device") {
        rig.set_reg(l(0), vestige::test::device_at);
        rig.program({store_past(l(1), l(0)), here, nop});
        rig.run(5);
        CHECK(rig.machine().device_writes == 1);
    }
    SECTION("to nothing") {
        rig.set_reg(l(0), vestige::test::nothing_at);
        rig.program({store_past(l(1), l(0)), nop});
        rig.run(1);
        rig.expect_trap(tt::data_access_error, at(0), at(1));
    }
    SECTION("of a user") {
        rig.set_reg(l(0), data_at);
        rig.program({store_past(l(1), l(0)), nop});
        rig.set([](State& state) { state.supervisor = 0; });
        rig.run(1);
        rig.expect_trap(tt::privileged_instruction, at(0), at(1));
        CHECK(rig.word(data_at) == 0);
    }
}
