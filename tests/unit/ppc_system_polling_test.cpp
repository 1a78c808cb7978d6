// Loops that wait: one of the rig's machines goes around them without running them, and must come
// out of them as those that do.
#include <catch2/catch.hpp>

#include "tests/unit/ppc_system_rig.h"

using namespace vestige;
using namespace vestige::ppc;
using namespace vestige::ppc::test;

namespace {

constexpr std::uint32_t usual = msr::me | msr::ri;
constexpr std::uint64_t long_time = 100'000;

std::uint64_t skipped(Rig& rig) {
    std::uint64_t count = 0;
    rig.each([&](Machine& machine) {
        const std::uint64_t own = machine.loop().stats().polling_skipped;
        if (machine.variant() == Variant::x64_hot)
            count = own;
        else
            CHECK(own == 0);
    });
    return count;
}

// As drivers do: until a bit is set.
std::initializer_list<Word> wait_for_device() {
    static const auto words = {synchronise, lwz(4, 0, 3),  isync, cmpwi(4, 0),
                               beq(-16),    addi(5, 5, 1), here};
    return words;
}

} // namespace

TEST_CASE("polling: a device's register, until it changes", "[ppc_system][polling]") {
    Rig rig;
    rig.gpr(3, vestige::test::steady_at);
    rig.program(wait_for_device(), usual);
    rig.run(long_time);
    CHECK(skipped(rig) > long_time / 2);
    CHECK(rig.gpr(5) == 0);
    rig.each([](Machine& machine) { machine.steady_value = 1; });
    rig.run(20);
    CHECK(rig.gpr(4) == 1);
    CHECK(rig.gpr(5) == 1);
}

TEST_CASE("polling: a register that is not steady is read every time", "[ppc_system][polling]") {
    Rig rig;
    rig.gpr(3, device_at);
    SECTION("and ends the loop") {
        rig.program({lwz(4, 0, 3), cmpwi(4, 20'000), bne(-8), addi(5, 5, 1), here}, usual);
        rig.run(60'001);
        CHECK(skipped(rig) == 0);
        CHECK(rig.gpr(5) == 1);
    }
    SECTION("and is looked at beside one that is") {
        rig.program({lwz(4, 0, 3), li(4, 0), lwz(6, 8, 3), cmpwi(6, 0), beq(-16), here}, usual);
        rig.run(long_time);
        CHECK(skipped(rig) == 0);
        CHECK(rig.machine().device_reads == long_time / 5);
    }
}

TEST_CASE("polling: memory that something else writes", "[ppc_system][polling]") {
    Rig rig;
    rig.gpr(3, data_at);
    rig.program(wait_for_device(), usual);
    rig.run(long_time);
    CHECK(skipped(rig) > long_time / 2);
    rig.word(data_at, 7);
    rig.run(20);
    CHECK(rig.gpr(4) == 7);
    CHECK(rig.gpr(5) == 1);
}

TEST_CASE("polling: an interrupt comes at its instruction", "[ppc_system][polling]") {
    Rig rig;
    rig.gpr(3, 40'003); // ticks
    rig.program({mtspr(spr::dec, 3), addi(4, 4, 1), li(4, 0), b(-8)}, usual | msr::ee);
    rig.run(4 * 40'003 + 100);
    CHECK(skipped(rig) > 100'000);
    CHECK(rig.state().pc == static_cast<std::uint32_t>(ExceptionVector::decrementer));
    // Handled, it goes on waiting.
    rig.words(static_cast<std::uint32_t>(ExceptionVector::decrementer),
              {addi(6, 6, 1), mtspr(spr::dec, 3), rfi});
    rig.run(5 * 4 * 40'003);
    CHECK(rig.gpr(6) == 5);
}

TEST_CASE("polling: who counts, stores or looks at the time does not wait",
          "[ppc_system][polling]") {
    Rig rig;
    rig.gpr(3, data_at);
    SECTION("counts") { rig.program({addi(4, 4, 1), b(-4)}, usual); }
    SECTION("counts the device's answers") {
        rig.gpr(3, vestige::test::steady_at);
        rig.program({lwz(5, 0, 3), addi(4, 4, 1), b(-8)}, usual);
    }
    SECTION("counts in memory") {
        rig.program({lwz(4, 0, 3), addi(4, 4, 1), stw(4, 0, 3), li(4, 0), b(-16)}, usual);
    }
    SECTION("looks at the time") {
        rig.program({mftb(4), cmpwi(4, 20'000), li(4, 0), bc(12, 0, -12), addi(5, 5, 1), here},
                    usual);
    }
    rig.run(long_time / 2);
    CHECK(skipped(rig) == 0);
    CHECK(rig.gpr(5) == 0);
}

TEST_CASE("polling: a loop of several blocks, with a call", "[ppc_system][polling]") {
    Rig rig;
    rig.gpr(3, vestige::test::steady_at);
    rig.program({b(8), blr, bc(20, 0, 8), nop, lwz(4, 0, 3), cmpwi(4, 0), bne(16),
                 18u << 26 | (-24 & 0x3fffffc) | 1, nop, b(-28), addi(5, 5, 1), here},
                usual);
    rig.run(long_time);
    CHECK(skipped(rig) > long_time / 2);
    rig.each([](Machine& machine) { machine.steady_value = 1; });
    rig.run(40);
    CHECK(rig.gpr(5) == 1);
}
