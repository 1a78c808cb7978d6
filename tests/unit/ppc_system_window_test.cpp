// User programs that are hot enough for a window, and what must reach them through it: new code,
// new mappings, rights that went away.
#include <catch2/catch.hpp>

#include "tests/unit/ppc_system_rig.h"

using namespace vestige;
using namespace vestige::ppc;
using namespace vestige::ppc::test;

namespace {

constexpr std::uint32_t user_msr = msr::me | msr::ri | msr::ir | msr::dr | msr::pr;
constexpr std::uint32_t other_code_at = 0x00018000; // in the low block, like code_at
constexpr std::uint32_t page_ea = 0x30000000;
constexpr unsigned segment = 0x123;
constexpr Word mtctr(unsigned s) { return mtspr(9, s); }
constexpr Word bctrl = 0x4e800421;
constexpr Word lswx(unsigned d, unsigned a, unsigned b) { return x_form(533, d, a, b); }

std::uint64_t windows(Rig& rig) {
    std::uint64_t opened = 0;
    rig.each([&](Machine& machine) {
        if (machine.variant() == Variant::x64_hot) opened = machine.loop().stats().windows;
    });
    return opened;
}

// Loads and stores of the page for ever; r4 counts, r6 is what was loaded last.
void touch_page_for_ever(Rig& rig) {
    rig.map_low_block();
    rig.set([](State& state) { state.sr[3] = segment; });
    rig.gpr(5, page_ea);
    rig.program({addi(4, 4, 1), lwz(6, 0, 5), stw(4, 4, 5), b(-12)}, user_msr);
}

} // namespace

TEST_CASE("code that a window's program writes is the code that runs", "[ppc_system][window]") {
    Rig rig;
    rig.map_low_block();
    rig.gpr(5, other_code_at);
    rig.gpr(6, addi(10, 10, 1));
    rig.gpr(7, addi(10, 10, 100));
    rig.gpr(8, blr);
    rig.gpr(11, 300);
    rig.program({mtctr(11), stw(8, 4, 5), bdnz(-4), // hot: the page is shown, for stores too
                 stw(6, 0, 5), icbi(0, 5), isync, mtctr(5), bctrl, // it becomes code
                 stw(7, 0, 5), icbi(0, 5), isync, mtctr(5), bctrl, b(-0x28)},
                user_msr);
    rig.run(610);
    CHECK(windows(rig) > 0);
    rig.run(1000);
    CHECK(rig.gpr(10) > 101);
    CHECK(rig.gpr(10) % 101 <= 1);
}

TEST_CASE("a window shows what the tables say after all mappings were dropped",
          "[ppc_system][window]") {
    Rig rig;
    const std::uint32_t entry = rig.map(segment, page_ea, data_at | 2);
    rig.word(data_at, 0x11111111);
    rig.word(data_at + 0x1000, 0x22222222);
    touch_page_for_ever(rig);
    rig.run(2000);
    CHECK(windows(rig) > 0);
    CHECK(rig.gpr(6) == 0x11111111);
    rig.word(entry, (data_at + 0x1000) | 2);
    rig.each([](Machine& machine) { machine.loop().map_changed(); });
    rig.run(2000);
    CHECK(rig.gpr(6) == 0x22222222);
    CHECK(rig.word(data_at + 0x1004) == rig.gpr(4));
}

TEST_CASE("a window forgets a page that tlbie names", "[ppc_system][window]") {
    Rig rig;
    const std::uint32_t entry = rig.map(segment, page_ea, data_at | 2);
    rig.word(data_at, 0x11111111);
    rig.word(data_at + 0x1000, 0x22222222);
    touch_page_for_ever(rig);
    SECTION("another page in its place") {
        rig.run(2000);
        CHECK(windows(rig) > 0);
        rig.word(entry, (data_at + 0x1000) | 2);
        rig.each([](Machine& machine) { machine.loop().drop_page(page_ea >> 12, 16); });
        rig.run(2000);
        CHECK(rig.gpr(6) == 0x22222222);
        CHECK(rig.word(data_at + 0x1004) == rig.gpr(4));
    }
    SECTION("for loads alone") {
        rig.run(2000);
        rig.word(entry, data_at | 3);
        rig.each([](Machine& machine) { machine.loop().drop_page(page_ea >> 12, 16); });
        rig.run(20);
        CHECK(rig.state().dar == page_ea + 4);
        CHECK(rig.state().srr0 == at(2));
        CHECK(rig.state().pc == static_cast<std::uint32_t>(ExceptionVector::data_storage));
    }
    SECTION("not at all") {
        rig.run(2000);
        rig.word(entry - 4, 0);
        rig.each([](Machine& machine) { machine.loop().drop_page(page_ea >> 12, 16); });
        rig.run(20);
        CHECK(rig.state().dar == page_ea);
        CHECK(rig.state().pc == static_cast<std::uint32_t>(ExceptionVector::data_storage));
    }
}

// Without a tlbie it is open when the new mapping shows, but not that it does so in one way of
// access and not in another: here the string store walks the table.
TEST_CASE("a page that comes to lie elsewhere without tlbie does so for windows too",
          "[ppc_system][window]") {
    Rig rig;
    const std::uint32_t entry = rig.map(segment, page_ea, data_at | 2);
    rig.word(data_at, 0x11111111);
    rig.word(data_at + 0x1000, 0x22222222);
    touch_page_for_ever(rig);
    rig.set([](State& state) { state.xer_rest = 4; });
    rig.gpr(9, page_ea + 8);
    const Word walks = GENERATE(stswx(4, 0, 9), lswx(12, 0, 9));
    rig.program({addi(4, 4, 1), lwz(6, 0, 5), stw(4, 4, 5), walks, b(-16)}, user_msr);
    rig.run(2000);
    CHECK(windows(rig) > 0);
    rig.word(entry, (data_at + 0x1000) | 2);
    rig.run(2000);
    CHECK(rig.gpr(6) == 0x22222222);
    CHECK(rig.word(data_at + 0x1004) + 1 >= rig.gpr(4));
}

// Tables of two processes: the same address, different pages, each with a window of its own.
TEST_CASE("each context has a window of its own", "[ppc_system][window]") {
    Rig rig;
    rig.map(segment, page_ea, data_at | 2);
    rig.map(segment + 1, page_ea, (data_at + 0x1000) | 2);
    rig.word(data_at, 0x11111111);
    rig.word(data_at + 0x1000, 0x22222222);
    touch_page_for_ever(rig);
    for (unsigned turn = 0; turn < 6; ++turn) {
        const unsigned process = turn % 2;
        rig.each([&](Machine& machine) {
            machine.state().sr[3] = segment + process;
            machine.loop().context_changed();
        });
        rig.run(1201);
        CHECK(rig.gpr(6) == (process == 0 ? 0x11111111 : 0x22222222));
        CHECK(rig.word(data_at + 0x1000 * process + 4) >= rig.gpr(4) - 1);
    }
    CHECK(windows(rig) >= 2);
}
