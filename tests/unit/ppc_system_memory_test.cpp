// Block address translation, segments and the hashed page table (Programming Environments Manual
// chapter 7).
#include <catch2/catch.hpp>

#include "tests/unit/ppc_system_rig.h"

using namespace vestige;
using namespace vestige::ppc;
using namespace vestige::ppc::test;

namespace {

constexpr std::uint32_t usual = msr::me | msr::ri;
constexpr std::uint32_t page_ea = 0x30005000; // what the tests of the page table map to data_at
constexpr std::uint32_t vsid = 0x00abc123;
constexpr std::uint32_t referenced = 0x100, changed = 0x80;
constexpr std::uint32_t user_key = 0x20000000, supervisor_key = 0x40000000;

// Code runs at code_at through a block, page_ea's segment is `segment`.
void translated(Rig& rig, std::uint32_t segment = vsid) {
    rig.map_low_block();
    rig.set([&](State& state) {
        state.sr[3] = segment;
        state.sdr1 = table_at;
    });
    rig.gpr(5, page_ea);
    rig.gpr(6, 0x600df00d);
    rig.word(data_at, 0xcafe0001);
}

// A data storage exception of the instruction at at(`index`).
void expect_dsi(Rig& rig, unsigned index, std::uint32_t msr_value, std::uint32_t dsisr,
                std::uint32_t dar = page_ea) {
    rig.expect(ExceptionVector::data_storage, at(index), msr_value, 10);
    CHECK(rig.state().dsisr == dsisr);
    CHECK(rig.state().dar == dar);
}

} // namespace

TEST_CASE("PEM 7.4.3, table 7-10: every size of block", "[ppc_system][memory]") {
    for (unsigned log_size = 17; log_size <= 28; ++log_size) {
        CAPTURE(log_size);
        Rig rig;
        const std::uint32_t size = 1u << log_size;
        const std::uint32_t length = (size >> 17) - 1;
        const std::uint32_t base = 0x40000000;
        rig.map_low_block();
        rig.set([&](State& state) {
            state.dbat[3][0] = base | length << 2 | 3;
            state.dbat[3][1] = 2; // from physical 0
        });
        rig.gpr(5, base + 0x1234);
        rig.gpr(6, base + size - 1); // beyond RAM for the larger ones: looked at by probe()
        rig.word(0x1234, 0x12345678);
        rig.program({lwz(3, 0, 5), here}, usual | msr::ir | msr::dr);
        rig.run(3);
        CHECK(rig.gpr(3) == 0x12345678);
        PpcCpu& cpu = rig.machine().cpu();
        const auto last = cpu.probe(base + size - 1, runtime::Access::load);
        CHECK(last.fault == runtime::FaultKind::none);
        CHECK(last.physical == size - 1);
        CHECK(last.stable);
        CHECK(cpu.probe(base + size, runtime::Access::load).fault != runtime::FaultKind::none);
        CHECK(cpu.probe(base - 1, runtime::Access::load).fault != runtime::FaultKind::none);
    }
}

TEST_CASE("PEM 7.4.2: Vs and Vp", "[ppc_system][memory]") {
    Rig rig;
    rig.map_low_block();
    rig.gpr(5, page_ea);
    const auto with = [&](std::uint32_t valid, std::uint32_t msr_value) {
        rig.set([&](State& state) {
            state.dbat[1][0] = 0x30000000 | valid;
            state.dbat[1][1] = 2;
        });
        rig.program({lwz(3, 0, 5), here}, msr_value);
        rig.run(3);
        return rig.state().pc == at(1);
    };
    const std::uint32_t on = usual | msr::ir | msr::dr;
    CHECK(with(2, on));
    CHECK(!with(2, on | msr::pr));
    CHECK(!with(1, on));
    CHECK(with(1, on | msr::pr));
    CHECK(!with(0, on));
}

TEST_CASE("PEM table 7-9: protection of a block", "[ppc_system][memory]") {
    const unsigned pp = GENERATE(0u, 1u, 2u, 3u);
    const std::uint32_t user = GENERATE(0u, msr::pr);
    CAPTURE(pp, user);
    Rig rig;
    rig.map_low_block();
    rig.gpr(5, page_ea & ~0xffffu);
    rig.set([&](State& state) {
        state.dbat[1][0] = state.ibat[1][0] = 0x30000003;
        state.dbat[1][1] = state.ibat[1][1] = pp;
    });
    const std::uint32_t on = usual | msr::ir | msr::dr | user;
    rig.program({lwz(3, 0x100, 5), stw(3, 0x7000, 5), here}, on);
    rig.words(0x7100, {here});
    if (pp == 0)
        expect_dsi(rig, 0, on, 0x08000000, 0x30000100);
    else if (pp == 2) {
        rig.run(5);
        CHECK(rig.state().pc == at(2));
    } else
        expect_dsi(rig, 1, on, 0x0a000000, 0x30007000);

    rig.go(0x30007100, on); // and code in it
    rig.run(3);
    if (pp == 0) {
        CHECK(rig.state().pc == 0x400);
        CHECK(rig.state().srr0 == 0x30007100);
        CHECK(rig.state().srr1 == (on | 0x08000000));
    } else {
        CHECK(rig.state().pc == 0x30007100);
    }
}

TEST_CASE("PEM 7.4.1: a BAT changed by mtspr is seen at once", "[ppc_system][memory]") {
    Rig rig;
    rig.map_low_block();
    rig.set([](State& state) {
        state.dbat[1][0] = 0x30000003;
        state.dbat[1][1] = 2;
    });
    rig.gpr(5, 0x30000200);
    rig.gpr(6, 0x00080002); // another physical block
    rig.word(0x200, 1);
    rig.word(0x80200, 2);
    rig.program({lwz(3, 0, 5), mtspr(539, 6), lwz(4, 0, 5), here}, usual | msr::ir | msr::dr);
    rig.run(5);
    CHECK(rig.gpr(3) == 1);
    CHECK(rig.gpr(4) == 2);
}

TEST_CASE("PEM 7.4.1: a jump to where a block was goes to where it is now",
          "[ppc_system][memory]") {
    constexpr std::uint32_t block_ea = 0x20000000, first_at = 0x40000, second_at = 0x60000;
    constexpr unsigned ibat1l = 531;
    constexpr Word bctrl = 0x4e800421;
    Rig rig;
    rig.map_low_block();
    rig.set([](State& state) {
        state.ibat[1][0] = block_ea | 3;
        state.ibat[1][1] = first_at | 2;
    });
    rig.words(first_at, {li(3, 1), blr});
    rig.words(second_at, {li(3, 2), blr});
    rig.gpr(5, block_ea);
    rig.gpr(6, second_at | 2);
    rig.program({mtspr(9, 5), bctrl, bctrl, addi(7, 3, 0), mtspr(ibat1l, 6), bctrl, here},
                usual | msr::ir | msr::dr);
    rig.run(20);
    CHECK(rig.gpr(7) == 1);
    CHECK(rig.gpr(3) == 2);
}

TEST_CASE("PEM 6.4.3, 6.4.4: no translation", "[ppc_system][memory]") {
    Rig rig;
    translated(rig);
    const std::uint32_t on = usual | msr::ir | msr::dr;
    SECTION("load") {
        rig.program({nop, lwz(3, 4, 5)}, on);
        expect_dsi(rig, 1, on, 0x40000000, page_ea + 4);
    }
    SECTION("store") {
        rig.program({nop, stw(3, 4, 5)}, on);
        expect_dsi(rig, 1, on, 0x42000000, page_ea + 4);
    }
    SECTION("dcbz is a store") {
        rig.program({nop, dcbz(0, 5)}, on);
        expect_dsi(rig, 1, on, 0x42000000);
    }
    SECTION("fetch") {
        rig.go(page_ea, on);
        rig.expect(ExceptionVector::instruction_storage, page_ea, on | 0x40000000);
    }
    SECTION("an update form leaves rA alone") {
        rig.program({nop, lwzu(3, 4, 5)}, on);
        expect_dsi(rig, 1, on, 0x40000000, page_ea + 4);
        CHECK(rig.gpr(5) == page_ea);
    }
    SECTION("the second page of an access") {
        rig.map(vsid, page_ea, data_at | changed | 2);
        rig.program({nop, lwz(3, 0xffe, 5)}, on);
        expect_dsi(rig, 1, on, 0x40000000, page_ea + 0x1000);
    }
}

TEST_CASE("PEM table 7-12: keys and protection of a page", "[ppc_system][memory]") {
    const unsigned pp = GENERATE(0u, 1u, 2u, 3u);
    const std::uint32_t user = GENERATE(0u, msr::pr);
    const std::uint32_t keys = GENERATE(0u, user_key, supervisor_key);
    CAPTURE(pp, user, keys);
    Rig rig;
    translated(rig, vsid | keys);
    rig.map(vsid, page_ea, data_at | changed | pp);
    const bool key = (keys & (user ? user_key : supervisor_key)) != 0;
    const bool readable = !(key && pp == 0);
    const bool writable = key ? pp == 2 : pp != 3;
    const std::uint32_t on = usual | msr::ir | msr::dr | user;
    rig.set([](State& state) { // the program's own page is everyone's
        state.ibat[0][0] = state.dbat[0][0] = 3;
    });
    rig.program({lwz(3, 0, 5), stw(6, 8, 5), here}, on);
    if (!readable)
        expect_dsi(rig, 0, on, 0x08000000);
    else if (!writable)
        expect_dsi(rig, 1, on, 0x0a000000, page_ea + 8);
    else {
        rig.run(5);
        CHECK(rig.state().pc == at(2));
        CHECK(rig.word(data_at + 8) == 0x600df00d);
    }
    if (readable) CHECK(rig.gpr(3) == 0xcafe0001);

    rig.word(data_at, here);
    rig.go(page_ea, on);
    rig.run(3);
    CHECK(rig.state().pc == (readable ? page_ea : 0x400));
    if (!readable) CHECK(rig.state().srr1 == (on | 0x08000000));
}

TEST_CASE("PEM 7.5.2.1: pages that hold no code", "[ppc_system][memory]") {
    Rig rig;
    const std::uint32_t on = usual | msr::ir | msr::dr;
    SECTION("a no-execute segment") {
        translated(rig, vsid | 0x10000000);
        rig.map(vsid, page_ea, data_at | 2);
        rig.go(page_ea, on);
        rig.expect(ExceptionVector::instruction_storage, page_ea, on | 0x10000000);
    }
    SECTION("a guarded page") {
        translated(rig);
        rig.map(vsid, page_ea, data_at | 8 | 2);
        rig.go(page_ea, on);
        rig.expect(ExceptionVector::instruction_storage, page_ea, on | 0x10000000);
        rig.program({lwz(3, 0, 5), here}, on); // which may be read
        rig.run(3);
        CHECK(rig.gpr(3) == 0xcafe0001);
    }
    SECTION("a direct-store segment: fetch") {
        translated(rig, 0x80000000);
        rig.go(page_ea, on);
        rig.expect(ExceptionVector::instruction_storage, page_ea, on | 0x10000000);
    }
    SECTION("a direct-store segment: load and store") {
        translated(rig, 0x80000000);
        rig.program({lwz(3, 0, 5)}, on);
        expect_dsi(rig, 0, on, 0x04000000);
        rig.program({stw(3, 0, 5)}, on);
        expect_dsi(rig, 0, on, 0x06000000);
    }
    SECTION("PEM 7.4: a block stands above a direct-store segment") {
        translated(rig, 0x80000000);
        rig.set([](State& state) {
            state.dbat[2][0] = 0x30000003;
            state.dbat[2][1] = 2;
        });
        rig.word(0x5000, 77);
        rig.program({lwz(3, 0, 5), here}, on);
        rig.run(3);
        CHECK(rig.gpr(3) == 77);
    }
}

TEST_CASE("PEM 7.6.1: primary and secondary hash, and the size of the table",
          "[ppc_system][memory]") {
    const std::uint32_t on = usual | msr::ir | msr::dr;
    Rig rig;
    translated(rig);
    const auto hash = GENERATE(Rig::Hash::primary, Rig::Hash::secondary);
    SECTION("found by either") {
        const std::uint32_t pte = rig.map(vsid, page_ea, data_at | 2, hash);
        rig.program({lwz(3, 0, 5), here}, on);
        rig.run(3);
        CHECK(rig.gpr(3) == 0xcafe0001);
        CHECK(rig.word(pte) == (data_at | referenced | 2));
    }
    SECTION("an entry of the wrong kind in the right group is none") {
        const std::uint32_t pte = rig.map(vsid, page_ea, data_at | 2, hash);
        rig.word(pte - 4, rig.word(pte - 4) ^ 0x40);
        rig.program({lwz(3, 0, 5), here}, on);
        expect_dsi(rig, 0, on, 0x40000000);
    }
    SECTION("an invalid one too") {
        const std::uint32_t pte = rig.map(vsid, page_ea, data_at | 2, hash);
        rig.word(pte - 4, rig.word(pte - 4) & 0x7fffffff);
        rig.program({lwz(3, 0, 5), here}, on);
        expect_dsi(rig, 0, on, 0x40000000);
    }
    SECTION("HTABMASK lets more of the hash in") {
        // 128 KB: one more bit of the hash counts, the ninth from the right of the index.
        const std::uint32_t big_vsid = 0x400 | 5; // ^ 5 = 0x400: beyond the smallest table
        rig.set([&](State& state) {
            state.sr[3] = big_vsid;
            state.sdr1 = 0x00080001;
        });
        const std::uint32_t group =
            hash == Rig::Hash::primary ? 0x80000 + 0x400 * 64 : 0x80000 + 0x3ff * 64;
        rig.words(group + 8, {0x80000000 | big_vsid << 7 | 5 >> 10 |
                                  (hash == Rig::Hash::secondary ? 0x40u : 0u),
                              data_at | 2});
        rig.program({lwz(3, 0, 5), here}, on);
        rig.run(3);
        CHECK(rig.gpr(3) == 0xcafe0001);
    }
}

TEST_CASE("PEM 7.5.3: R and C bits are exact", "[ppc_system][memory]") {
    const std::uint32_t on = usual | msr::ir | msr::dr;
    Rig rig;
    translated(rig);
    const std::uint32_t pte = rig.map(vsid, page_ea, data_at | 2);
    SECTION("a load sets R alone") {
        rig.program({lwz(3, 0, 5), lwz(3, 4, 5), here}, on);
        rig.run(4);
        CHECK(rig.word(pte) == (data_at | referenced | 2));
    }
    SECTION("a store sets both, the first one already, also after loads") {
        rig.program({lwz(3, 0, 5), stw(6, 4, 5), stw(6, 8, 5), here}, on);
        rig.run(5);
        CHECK(rig.word(pte) == (data_at | referenced | changed | 2));
        CHECK(rig.word(data_at + 8) == 0x600df00d);
    }
    SECTION("a fetch sets R") {
        rig.word(data_at, here);
        rig.go(page_ea, on);
        rig.run(3);
        CHECK(rig.word(pte) == (data_at | referenced | 2));
    }
    SECTION("a store that is refused sets no C") {
        rig.word(pte, data_at | 3);
        rig.program({stw(6, 4, 5), here}, on);
        expect_dsi(rig, 0, on, 0x0a000000, page_ea + 4);
        CHECK((rig.word(pte) & changed) == 0);
    }
    SECTION("a debugger's look sets nothing") {
        rig.go(code_at, on);
        CHECK(rig.machine().cpu().probe(page_ea, runtime::Access::store).fault ==
              runtime::FaultKind::none);
        CHECK(rig.word(pte) == (data_at | 2));
    }
    SECTION("cleared by software, with tlbie: the next ones set them again") {
        rig.set([](State& state) { // the table is reached through a block
            state.dbat[1][0] = 0x00080000 | 3;
            state.dbat[1][1] = 0x00080000 | 2;
        });
        rig.gpr(9, pte);
        rig.gpr(8, data_at | 2);
        rig.program({stw(6, 4, 5), lwz(10, 0, 9), stw(8, 0, 9), tlbie(5), synchronise, lwz(3, 0, 5),
                     lwz(11, 0, 9), stw(6, 8, 5), lwz(12, 0, 9), here},
                    on);
        rig.run(11);
        CHECK(rig.gpr(10) == (data_at | referenced | changed | 2));
        CHECK(rig.gpr(11) == (data_at | referenced | 2));
        CHECK(rig.gpr(12) == (data_at | referenced | changed | 2));
    }
}

TEST_CASE("PEM 7.6.3: tlbie makes the CPU look at the table again", "[ppc_system][memory]") {
    const std::uint32_t on = usual | msr::ir | msr::dr;
    Rig rig;
    translated(rig);
    const std::uint32_t pte = rig.map(vsid, page_ea, data_at | 2);
    rig.set([](State& state) {
        state.dbat[1][0] = 0x00080000 | 3;
        state.dbat[1][1] = 0x00080000 | 2;
    });
    rig.gpr(9, pte);
    rig.word(data_at + 0x1000, 0xcafe0002);
    SECTION("moved elsewhere") {
        rig.gpr(8, (data_at + 0x1000) | 2);
        rig.program(
            {lwz(3, 0, 5), stw(8, 0, 9), synchronise, tlbie(5), synchronise, lwz(4, 0, 5), here},
            on);
        rig.run(8);
        CHECK(rig.gpr(3) == 0xcafe0001);
        CHECK(rig.gpr(4) == 0xcafe0002);
    }
    SECTION("gone") {
        rig.gpr(8, 0);
        rig.program(
            {lwz(3, 0, 5), stw(8, -4, 9), synchronise, tlbie(5), synchronise, lwz(4, 0, 5), here},
            on);
        expect_dsi(rig, 5, on, 0x40000000);
    }
    SECTION("750 UM 5.4.3.2: in whatever segment") {
        rig.gpr(8, (data_at + 0x1000) | 2);
        rig.gpr(10, page_ea & 0x0fffffff);
        rig.program(
            {lwz(3, 0, 5), stw(8, 0, 9), synchronise, tlbie(10), synchronise, lwz(4, 0, 5), here},
            on);
        rig.run(8);
        CHECK(rig.gpr(4) == 0xcafe0002);
    }
    SECTION("for code") {
        rig.word(data_at, b(0x2000));
        rig.words(data_at + 0x1000, {li(7, 9), here});
        rig.words(at(20), {stw(8, 0, 9), synchronise, tlbie(5), synchronise, isync, mtspr(26, 5),
                           mfmsr(4), mtspr(27, 4), rfi});
        rig.gpr(8, (data_at + 0x1000) | 2);
        rig.word(data_at, sc);
        rig.words(0xc00, {addi(13, 13, 1), mtspr(26, 11), mtspr(27, 12), rfi});
        rig.gpr(11, at(20));
        rig.gpr(12, on);
        rig.go(page_ea, on);
        rig.run(20);
        CHECK(rig.gpr(7) == 9);
        CHECK(rig.gpr(13) == 1);
        CHECK(rig.state().pc == page_ea + 4);
    }
}

TEST_CASE("PEM 7.5.1: segments switch contexts, and back", "[ppc_system][memory]") {
    const std::uint32_t on = usual | msr::ir | msr::dr;
    Rig rig;
    translated(rig);
    rig.map(0x111, page_ea, data_at | 2);
    rig.map(0x222, page_ea, (data_at + 0x1000) | 2);
    rig.word(data_at + 0x1000, 0xcafe0002);
    rig.gpr(7, 0x111);
    rig.gpr(8, 0x222);
    rig.set([](State& state) { state.ctr = 20; });
    rig.program({mtsr(3, 7), isync, lwz(3, 0, 5), mtsr(3, 8), isync, lwz(4, 0, 5), addi(3, 3, 1),
                 stw(3, 0, 5), addi(20, 3, 0), addi(21, 4, 0), bdnz(-40), here},
                on);
    rig.run(11 * 20 + 3);
    CHECK(rig.gpr(20) == 0xcafe0002);
    CHECK(rig.gpr(21) == 0xcafe0002);
    CHECK(rig.word(data_at) == 0xcafe0001);
    SECTION("the segment the code runs in") {
        // The page of code is mapped twice, to different code.
        Rig other;
        other.set([](State& state) {
            state.sr[3] = 0x111;
            state.sdr1 = table_at;
        });
        other.map(0x111, page_ea, data_at | 2);
        other.map(0x222, page_ea, (data_at + 0x1000) | 2);
        other.words(data_at, {mtsr(3, 8), li(3, 1), here});
        other.words(data_at + 0x1000, {nop, li(3, 2), here});
        other.gpr(8, 0x222);
        other.go(page_ea, on);
        other.run(4);
        CHECK(other.gpr(3) == 2);
    }
    SECTION("MSR[DR] and [PR] too") {
        rig.word(page_ea & 0xffff, 0x5ea1);
        rig.gpr(9, page_ea & 0xffff); // real, and through the block
        rig.gpr(10, usual | msr::ir);
        rig.gpr(11, on);
        rig.set([](State& state) { state.dbat[0][0] = 0; });
        rig.set([](State& state) { state.sr[0] = 0x333; });
        rig.map(0x333, page_ea & 0xffff, data_at | 2);
        rig.program({lwz(3, 0, 9), mtmsr(10), lwz(4, 0, 9), mtmsr(11), lwz(6, 0, 9), here}, on);
        rig.run(7);
        CHECK(rig.gpr(3) == 0xcafe0001);
        CHECK(rig.gpr(4) == 0x5ea1);
        CHECK(rig.gpr(6) == 0xcafe0001);
    }
}

TEST_CASE("DESIGN 5: more contexts than are kept warm", "[ppc_system][memory]") {
    const std::uint32_t on = usual | msr::ir | msr::dr;
    Rig rig;
    translated(rig);
    for (std::uint32_t i = 0; i < 100; ++i)
        rig.map(0x1000 + i, page_ea, (data_at + (i % 16) * 0x1000) | 2);
    for (std::uint32_t i = 0; i < 16; ++i)
        rig.word(data_at + i * 0x1000, i);
    // r7: the segment; r4 sums what is read.
    rig.gpr(4, 0);
    rig.gpr(7, 0x1000);
    rig.gpr(8, 0x1000 + 100);
    rig.program({mtsr(3, 7), isync, lwz(3, 0, 5), x_form(266, 4, 4, 3), stb(3, 4, 5), addi(7, 7, 1),
                 cmpw(7, 8), bne(-28), addi(7, 7, -100), b(-36)},
                on);
    rig.run(2 * (8 * 100 + 2));
    std::uint32_t sum = 0;
    for (std::uint32_t i = 0; i < 100; ++i)
        sum += i % 16;
    CHECK(rig.gpr(4) == 2 * sum);
}
