// Hot code that goes on from page to page, and what takes one of its pages away: regions over
// several pages must not outlive the mapping or the bytes of any of them.
#include <catch2/catch.hpp>

#include "tests/unit/ppc_system_rig.h"

using namespace vestige;
using namespace vestige::ppc;
using namespace vestige::ppc::test;

namespace {

constexpr std::uint32_t user_msr = msr::me | msr::ri | msr::ir | msr::dr | msr::pr;
constexpr unsigned segment = 0x123;
constexpr std::uint32_t loop_ea = 0x30000000;
constexpr std::uint32_t page = 0x1000;
constexpr std::uint32_t next_ea = loop_ea + page;
constexpr std::uint32_t readable = 2, referenced = 0x100;
// Where they are in physical memory: the first page, and what comes to be the second one. The code
// of the second page at `part(i)` counts in r(5 + i).
constexpr std::uint32_t loop_at = data_at;
constexpr std::uint32_t part(unsigned i) { return data_at + (1 + i) * page; }

void write_loop(Rig& rig, unsigned parts) {
    rig.words(loop_at, {addi(4, 4, 1), b(0xffc)});
    for (unsigned i = 0; i < parts; ++i)
        rig.words(part(i), {addi(5 + i, 5 + i, 1), nop, b(-0x1008)});
}

// A user's loop over two pages; returns where the second page's entry has its physical page.
std::uint32_t start_loop(Rig& rig) {
    write_loop(rig, 2);
    rig.set([](State& state) { state.sr[3] = segment; });
    rig.map(segment, loop_ea, loop_at | readable);
    const std::uint32_t entry = rig.map(segment, next_ea, part(0) | readable);
    rig.go(loop_ea, user_msr);
    return entry;
}

std::uint64_t wide_regions(Rig& rig) {
    std::uint64_t made = 0;
    rig.each([&](Machine& machine) {
        if (machine.variant() == Variant::x64_hot) made = machine.loop().stats().wide_regions;
    });
    return made;
}

void drop(Rig& rig, std::uint32_t address) {
    rig.each([&](Machine& machine) { machine.loop().drop_page(address >> 12, 16); });
}

// r5 stands still from now on, and r6 is counted.
void expect_other_part(Rig& rig) {
    rig.run(10); // the last of what has begun
    const std::uint32_t before = rig.gpr(5), other = rig.gpr(6);
    rig.run(1000);
    CHECK(rig.gpr(5) == before);
    CHECK(rig.gpr(6) >= other + 199);
}

} // namespace

TEST_CASE("a region over two pages is left when one of them is mapped elsewhere",
          "[ppc_system][pages]") {
    Rig rig;
    const std::uint32_t entry = start_loop(rig);
    rig.run(2000);
    CHECK(wide_regions(rig) > 0);
    CHECK(rig.gpr(5) >= 399);
    SECTION("by tlbie") {
        rig.word(entry, part(1) | readable);
        drop(rig, next_ea);
    }
    SECTION("by a change of everything") {
        rig.word(entry, part(1) | readable);
        rig.each([](Machine& machine) { machine.loop().map_changed(); });
    }
    SECTION("and back, and again") {
        for (unsigned turn = 0; turn < 5; ++turn) {
            rig.word(entry, part(1 - turn % 2) | readable);
            drop(rig, next_ea);
            rig.run(333);
        }
    }
    expect_other_part(rig);
}

TEST_CASE("a region goes on where a computed jump was seen to go", "[ppc_system][pages]") {
    Rig rig;
    start_loop(rig);
    rig.words(loop_at, {addi(4, 4, 1), bctr});
    rig.words(loop_at + 0x40, {addi(6, 6, 1), b(-0x44)});
    rig.set([](State& state) { state.ctr = next_ea; });
    // It is looked at for a thousand units, and some more until the region is made.
    rig.run(8000);
    CHECK(wide_regions(rig) > 0);
    CHECK(rig.gpr(5) >= 1599);
    SECTION("and leaves it when it goes elsewhere") {
        rig.set([](State& state) { state.ctr = loop_ea + 0x40; });
        expect_other_part(rig);
    }
    SECTION("and is made anew with its code") {
        rig.word(loop_at, addi(4, 4, 2));
        const std::uint32_t before = rig.gpr(4);
        rig.run(1000);
        CHECK(rig.gpr(4) >= before + 398);
    }
}

// Two halves, each of which has a short way round by `turn`, where a region begins, and the long
// way through both: from everywhere in it, the shortest way round comes to `turn`.
TEST_CASE("a loop that goes round beside a region gets one of its own", "[ppc_system][pages]") {
    constexpr std::uint32_t turn = 0x80, first = 0, second = 0x20, to_second = 0x40,
                            to_first = 0x60;
    Rig rig;
    start_loop(rig);
    const auto half = [&](std::uint32_t at, unsigned counter, std::uint32_t on) {
        rig.words(loop_at + at, {addi(counter, counter, 1), nop, cmpwi(9, 0),
                                 bne(static_cast<std::int32_t>(on - at - 0xc)),
                                 b(static_cast<std::int32_t>(turn - at - 0x10))});
    };
    const auto way = [&](std::uint32_t at, std::uint32_t to) {
        rig.words(loop_at + at,
                  {nop, nop, nop, nop, nop, b(static_cast<std::int32_t>(to - at - 0x14))});
    };
    half(first, 4, to_second);
    half(second, 6, to_first);
    way(to_second, second);
    way(to_first, first);
    rig.words(loop_at + turn, {cmpwi(8, 0), beq(-0x84), b(-0x68)});
    const auto regions = [&] {
        std::uint64_t made = 0;
        rig.each([&](Machine& machine) {
            if (machine.variant() == Variant::x64_hot) made = machine.loop().stats().tiers[1].units;
        });
        return made;
    };
    // The short ways, seen at `turn` alone: a round is as long as the interval between two looks.
    rig.gpr(8, 0);
    rig.gpr(9, 0);
    rig.go(loop_ea + turn, user_msr);
    rig.run(700);
    rig.gpr(8, 1);
    rig.run(800);
    const std::uint64_t before = regions();
    CHECK(before > 0);
    rig.gpr(9, 1);
    rig.run(3000);
    CHECK(regions() > before);
}

TEST_CASE("a region over two pages goes when the bytes of one are written", "[ppc_system][pages]") {
    Rig rig;
    start_loop(rig);
    rig.run(2000);
    CHECK(wide_regions(rig) > 0);
    rig.word(part(0), addi(6, 6, 1));
    expect_other_part(rig);
    CHECK(wide_regions(rig) > 1);
}

TEST_CASE("a region over two pages stores into the second of them", "[ppc_system][pages]") {
    Rig rig;
    start_loop(rig);
    rig.words(part(0), {addi(5, 5, 1), stw(8, 0, 9), b(-0x1008)});
    rig.gpr(8, addi(5, 5, 1));
    rig.gpr(9, next_ea + 0x800);
    rig.run(2000);
    CHECK(wide_regions(rig) > 0);
    rig.gpr(8, addi(6, 6, 1));
    rig.gpr(9, next_ea);
    expect_other_part(rig);
}

TEST_CASE("the referenced bit of a region's second page is set again after tlbie",
          "[ppc_system][pages]") {
    Rig rig;
    const std::uint32_t entry = start_loop(rig);
    rig.run(1501);
    const std::uint64_t made = wide_regions(rig);
    CHECK(made > 0);
    for (unsigned turn = 0; turn < 3; ++turn) {
        rig.run(1501);
        CHECK(rig.word(entry) == (part(0) | readable | referenced));
        rig.word(entry, part(0) | readable);
        drop(rig, next_ea);
    }
    CHECK(wide_regions(rig) == made); // they were only not entered for a while
}

TEST_CASE("the second page goes, and the region faults where its code did", "[ppc_system][pages]") {
    Rig rig;
    const std::uint32_t entry = start_loop(rig);
    rig.run(2000);
    rig.word(entry - 4, 0);
    drop(rig, next_ea);
    rig.run(20);
    CHECK(rig.state().pc == static_cast<std::uint32_t>(ExceptionVector::instruction_storage));
    CHECK(rig.state().srr0 == next_ea);
}

namespace {

void run_process(Rig& rig, unsigned vsid, std::uint64_t instructions) {
    rig.each([&](Machine& machine) {
        machine.state().sr[3] = vsid;
        machine.state().pc = loop_ea;
        machine.state().msr = user_msr;
        machine.loop().context_changed();
    });
    rig.run(instructions);
}

// Processes that have the first page in common but not the second.
void map_processes(Rig& rig, unsigned processes) {
    write_loop(rig, processes);
    for (unsigned i = 0; i < processes; ++i) {
        rig.map(segment + 16 * i, loop_ea, loop_at | readable);
        rig.map(segment + 16 * i, next_ea, part(i) | readable);
    }
    rig.go(loop_ea, user_msr);
}

} // namespace

// More processes than there are windows, and in the end more than there are contexts.
TEST_CASE("a region over two pages is entered only where both are in place",
          "[ppc_system][pages]") {
    Rig rig;
    constexpr unsigned processes = 10;
    map_processes(rig, processes);
    const auto counts = [&](unsigned i) {
        const std::uint32_t before = rig.gpr(5 + i);
        run_process(rig, segment + 16 * i, 1001);
        CHECK(rig.gpr(5 + i) == before + 200);
    };
    for (unsigned turn = 0; turn < 3; ++turn)
        for (unsigned i = 0; i < processes; ++i)
            counts(i);
    CHECK(wide_regions(rig) > 1);
    // Contexts of no use push all of these out; another one comes to lie where each was.
    for (unsigned i = 0; i < 70; ++i)
        run_process(rig, 0x4000 + i, 3);
    for (unsigned i = processes; i-- > 0;)
        counts(i);
}

// What leads to the loop is in no region, and in the page that the processes have in common.
TEST_CASE("a chain within a page to a region over two asks each context", "[ppc_system][pages]") {
    Rig rig;
    map_processes(rig, 2);
    rig.words(loop_at, {nop, b(4), addi(4, 4, 1), nop, b(0xff0)});
    for (unsigned i = 0; i < 2; ++i)
        rig.words(part(i), {addi(5 + i, 5 + i, 1), nop, b(-0x1000)});
    for (unsigned turn = 0; turn < 6; ++turn) {
        const unsigned i = turn % 2;
        const std::uint32_t before = rig.gpr(5 + i), other = rig.gpr(6 - i);
        run_process(rig, segment + 16 * i, 1202);
        CHECK(rig.gpr(5 + i) == before + 200);
        CHECK(rig.gpr(6 - i) == other);
    }
    CHECK(wide_regions(rig) > 1);
}

TEST_CASE("a region over two blocks goes when one of them changes", "[ppc_system][pages]") {
    Rig rig;
    constexpr std::uint32_t block = 0x20000; // bytes of the smallest one
    rig.map_low_block();
    const auto second_block = [&](std::uint32_t physical) {
        rig.set([&](State& state) {
            state.ibat[1][0] = state.dbat[1][0] = block | 3;
            state.ibat[1][1] = state.dbat[1][1] = physical | 2;
        });
    };
    second_block(block);
    rig.words(block - page, {addi(4, 4, 1), b(0xffc)});
    rig.words(block, {addi(5, 5, 1), nop, b(-0x1008)});
    rig.words(2 * block, {addi(6, 6, 1), nop, b(-0x1008)});
    rig.go(block - page, user_msr);
    rig.run(2000);
    CHECK(wide_regions(rig) > 0);
    CHECK(rig.gpr(5) >= 399);
    second_block(2 * block);
    rig.each([](Machine& machine) { machine.loop().drop_all_pages(); });
    expect_other_part(rig);
    CHECK(wide_regions(rig) > 1);
}
