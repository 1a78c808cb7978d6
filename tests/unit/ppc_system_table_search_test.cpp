// The 603's TLBs, which software loads (MPC603e User's Manual 5.5.2 and 4.5.14 to 4.5.16).
#include <catch2/catch.hpp>

#include "tests/unit/ppc_system_rig.h"

using namespace vestige;
using namespace vestige::ppc;
using namespace vestige::ppc::test;

namespace {

constexpr std::uint32_t usual = msr::me | msr::ri;
constexpr std::uint32_t on = usual | msr::ir | msr::dr;
constexpr std::uint32_t page_ea = 0x30005000;
constexpr std::uint32_t vsid = 0x00abc123;
constexpr std::uint32_t changed = 0x80;
constexpr std::uint32_t key = 0x00080000, instruction = 0x00040000, way1 = 0x00020000,
                        store = 0x00010000;
constexpr unsigned dmiss = 976, dcmp = 977, hash1 = 978, hash2 = 979, imiss = 980, icmp = 981,
                   rpa = 982;

Rig prepared(std::uint32_t segment = vsid) {
    Rig rig("603e");
    rig.map_low_block();
    rig.set([&](State& state) {
        state.sr[3] = segment;
        state.sdr1 = table_at;
    });
    rig.gpr(5, page_ea);
    rig.word(data_at, 0xcafe0001);
    return rig;
}

std::uint32_t group(std::uint32_t hash) { return table_at + (hash & 0x3ff) * 64; }
constexpr std::uint32_t primary = (vsid & 0x7ffff) ^ 0x0005;
constexpr std::uint32_t compare = 0x80000000 | vsid << 7;

// Puts an entry in a data TLB by hand.
void load_data_tlb(Rig& rig, unsigned way, std::uint32_t address, std::uint32_t pte) {
    rig.set([&](State& state) {
        state.dtlb[way][address >> 12 & 31] = {0x80000000 | vsid << 7, address >> 12, pte};
    });
}

// The search that 5.5.2.2 describes, for loads and stores (`wants_changed`) or fetches: looks
// through both groups, keeps R (and C) in memory, loads the TLB and goes back; a page that is not
// there ends in an endless loop with r0 = 0xdead.
// r0 to r3 are the shadow registers that MSR[TGPR] brings.
constexpr unsigned entries_of_a_group = 8;

void miss_handler(Rig& rig, std::uint32_t vector, unsigned miss, unsigned cmp, bool wants_changed,
                  bool fetch) {
    const std::uint32_t handler = 0x3000 + (vector - 0x1000) * 2;
    const int to_handler = static_cast<int>(handler - vector);
    rig.words(vector, {b(to_handler)});
    const unsigned bits = wants_changed ? 0x180 : 0x100;
    rig.words(handler, {
                           mfspr(2, hash1),             // 0
                           li(1, entries_of_a_group),   // 1
                           mfspr(0, 9),                 // 2: CTR is the program's
                           mfspr(3, cmp),               // 3
                           addi(2, 2, -8),              // 4
                           mtspr(9, 1),                 // 5
                           lwzu(1, 8, 2),               // 6: an entry's first word
                           cmpw(1, 3),                  // 7
                           bc(0, 2, -8),                // 8: bdnzf eq, 6
                           beq(9 * 4),                  // 9: found, 18
                           d_form(28, 3, 1, 0x40),      // 10: andi. r1,r3,H
                           bne(6 * 4),                  // 11: both searched, 17
                           mfspr(2, hash2),             // 12
                           ori(3, 3, 0x40),             // 13
                           li(1, entries_of_a_group),   // 14
                           addi(2, 2, -8),              // 15
                           b(-11 * 4),                  // 16: 5
                           b(10 * 4),                   // 17: 27
                           lwz(1, 4, 2),                // 18
                           mtspr(9, 0),                 // 19
                           mfspr(0, miss),              // 20
                           mfspr(3, 27),                // 21
                           mtcrf(3),                    // 22: CR0 was in SRR1
                           ori(1, 1, bits),             // 23
                           mtspr(rpa, 1),               // 24
                           fetch ? tlbli(0) : tlbld(0), // 25
                           b(4 * 4),                    // 26: 30
                           lis(0, 0),                   // 27
                           ori(0, 0, 0xdead),           // 28
                           here,                        // 29
                           stw(1, 4, 2),                // 30
                           rfi,                         // 31
                       });
}

void all_handlers(Rig& rig) {
    miss_handler(rig, 0x1000, imiss, icmp, false, true);
    miss_handler(rig, 0x1100, dmiss, dcmp, false, false);
    miss_handler(rig, 0x1200, dmiss, dcmp, true, false);
}

} // namespace

TEST_CASE("603e UM 4.5.15: a load that misses", "[ppc_system][table_search]") {
    Rig rig = prepared();
    rig.set([](State& state) {
        for (unsigned i = 0; i < 4; ++i) {
            state.gpr[i] = 0x100 + i;
            state.tgpr[i] = 0x200 + i;
        }
    });
    rig.gpr(7, 1);
    rig.program({cmpwi(7, 5), lwz(8, 0x24, 5)}, on); // CR0: less
    rig.expect(ExceptionVector::data_load_tlb_miss, at(1), on | 0x80000000);
    const State& state = rig.state();
    CHECK(state.dmiss == page_ea + 0x24);
    CHECK(state.dcmp == compare);
    CHECK(state.hash1 == group(primary));
    CHECK(state.hash2 == group(~primary));
    CHECK(state.msr == (msr::me | msr::tgpr));
    for (unsigned i = 0; i < 4; ++i) {
        CHECK(state.gpr[i] == 0x200 + i);
        CHECK(state.tgpr[i] == 0x100 + i);
    }
}

TEST_CASE("603e UM 4.5.16, 4.5.14: stores and fetches that miss", "[ppc_system][table_search]") {
    Rig rig = prepared();
    SECTION("store") {
        rig.gpr(7, 5);
        rig.program({cmpwi(7, 5), stw(8, 0x24, 5)}, on); // CR0: equal
        rig.expect(ExceptionVector::data_store_tlb_miss, at(1), on | 0x20000000 | store);
        CHECK(rig.state().dmiss == page_ea + 0x24);
    }
    SECTION("fetch") {
        rig.gpr(7, 6);
        rig.program({cmpwi(7, 5), mtspr(8, 5), blr}, on); // CR0: greater
        rig.expect(ExceptionVector::instruction_tlb_miss, page_ea, on | 0x40000000 | instruction);
        CHECK(rig.state().imiss == page_ea);
        CHECK(rig.state().icmp == compare);
        CHECK(rig.state().hash1 == group(primary));
    }
    SECTION("KEY is that of the state the access came from") {
        rig.set([](State& state) { state.sr[3] = vsid | 0x20000000; });
        rig.program({lwz(8, 0, 5)}, on | msr::pr);
        rig.expect(ExceptionVector::data_load_tlb_miss, at(0), on | msr::pr | key | 0x00000000);
        rig.program({lwz(8, 0, 5)}, on);
        rig.expect(ExceptionVector::data_load_tlb_miss, at(0), on);
        rig.set([](State& state) { state.sr[3] = vsid | 0x40000000; });
        rig.program({lwz(8, 0, 5)}, on);
        rig.expect(ExceptionVector::data_load_tlb_miss, at(0), on | key);
    }
    SECTION("a larger table lets more of the hash into HASH1 and HASH2") {
        rig.set([](State& state) { state.sdr1 = 0x01f80007; });
        rig.program({lwz(8, 0, 5)}, on);
        rig.run(5);
        CHECK(rig.state().hash1 == 0x01f80000 + (primary & 0x1fff) * 64);
        CHECK(rig.state().hash2 == 0x01f80000 + (~primary & 0x1fff) * 64);
    }
}

TEST_CASE("603e UM 5.4.3, 5.5.2: what a TLB entry gives", "[ppc_system][table_search]") {
    Rig rig = prepared();
    SECTION("a load") {
        load_data_tlb(rig, 1, page_ea, data_at | 2);
        rig.program({lwz(8, 0, 5), here}, on);
        rig.run(3);
        CHECK(rig.gpr(8) == 0xcafe0001);
    }
    SECTION("protection is a data storage exception") {
        load_data_tlb(rig, 0, page_ea, data_at | changed | 3);
        rig.program({stw(8, 4, 5), here}, on);
        rig.expect(ExceptionVector::data_storage, at(0), on);
        CHECK(rig.state().dsisr == 0x0a000000);
        CHECK(rig.state().dar == page_ea + 4);
    }
    SECTION("a store to a page not yet changed names the way of its entry") {
        const unsigned way = GENERATE(0u, 1u);
        load_data_tlb(rig, way, page_ea, data_at | 2);
        rig.program({lwz(8, 0, 5), stw(8, 4, 5), here}, on);
        rig.expect(ExceptionVector::data_store_tlb_miss, at(1), on | store | (way ? way1 : 0));
        CHECK(rig.word(data_at + 4) == 0);
    }
    SECTION("5.5.2.1: the way after one that has been loaded is the other") {
        rig.set([](State& state) {
            state.dcmp = compare;
            state.rpa = data_at | 2;
            state.srr1 = 0;
        });
        rig.gpr(6, page_ea + 0x20000); // of the same set
        rig.program({tlbld(5), lwz(8, 0, 5), lwz(9, 0, 6)}, on);
        rig.expect(ExceptionVector::data_load_tlb_miss, at(2), on | way1);
        CHECK(rig.gpr(8) == 0xcafe0001);
    }
    SECTION("a hit is no matter of what was looked at before") {
        // Which way is named next must not depend on whether a page map served the hits.
        load_data_tlb(rig, 0, page_ea, data_at | 2);
        load_data_tlb(rig, 1, page_ea + 0x20000, data_at | 2);
        rig.gpr(6, page_ea + 0x20000);
        rig.gpr(7, page_ea + 0x40000);
        rig.program({lwz(8, 0, 5), lwz(8, 0, 6), lwz(8, 0, 5), lwz(8, 0, 7)}, on);
        rig.run(2);
        rig.each([n = 0](Machine& machine) mutable { // as after loading a snapshot
            if (n++ == 1) machine.loop().forget_everything();
        });
        rig.expect(ExceptionVector::data_load_tlb_miss, at(3), on);
    }
    SECTION("5.4.3.2: tlbie empties the whole set") {
        load_data_tlb(rig, 0, page_ea, data_at | 2);
        load_data_tlb(rig, 1, page_ea + 0x20000, data_at | 2);
        rig.gpr(6, page_ea + 0x20000);
        rig.gpr(7, 0x00005000 + 0x40000); // another page of the set
        rig.program({lwz(8, 0, 5), lwz(9, 0, 6), tlbie(7), lwz(10, 0, 6)}, on);
        rig.expect(ExceptionVector::data_load_tlb_miss, at(3), on);
        CHECK(rig.gpr(9) == 0xcafe0001);
    }
    SECTION("an entry replaced is gone") {
        load_data_tlb(rig, 0, page_ea, data_at | 2);
        rig.set([](State& state) {
            state.dcmp = compare;
            state.rpa = data_at | 2;
            state.srr1 = 0;
        });
        rig.gpr(6, page_ea + 0x20000);
        rig.program({lwz(8, 0, 5), tlbld(6), lwz(8, 0, 6), lwz(9, 0, 5)}, on);
        rig.run(6);
        CHECK(rig.state().pc == 0x1100);
        CHECK(rig.state().srr0 == at(3));
    }
}

TEST_CASE("603e UM 5.5.2.2: a miss handler that walks the table", "[ppc_system][table_search]") {
    Rig rig = prepared();
    all_handlers(rig);
    const auto hash = GENERATE(Rig::Hash::primary, Rig::Hash::secondary);
    const std::uint32_t pte = rig.map(vsid, page_ea, data_at | 2, hash);
    const std::uint32_t code_pte = rig.map(vsid, page_ea + 0x1000, (data_at + 0x1000) | 2, hash);
    rig.gpr(0, 10);
    rig.gpr(1, 11);
    rig.gpr(2, 12);
    rig.gpr(3, 13);
    rig.gpr(9, 1);
    rig.set([](State& state) { state.ctr = 0x1234; });
    SECTION("load, store, fetch") {
        rig.gpr(6, page_ea + 0x1000);
        rig.words(data_at + 0x1000, {addi(14, 14, 1), here});
        rig.program(
            {cmpwi(9, 5), lwz(8, 0, 5), addi(8, 8, 1), stw(8, 4, 5), mfcr(12), mtspr(8, 6), blr},
            on);
        rig.run(300);
        CHECK(rig.state().pc == page_ea + 0x1004);
        CHECK(rig.gpr(14) == 1);
        CHECK(rig.word(data_at + 4) == 0xcafe0002);
        CHECK(rig.word(pte) == (data_at | 0x180 | 2));
        CHECK(rig.word(code_pte) == ((data_at + 0x1000) | 0x100 | 2));
        CHECK(rig.gpr(12) >> 28 == 8); // CR0 as the program had it
        for (unsigned i = 0; i < 4; ++i)
            CHECK(rig.gpr(i) == 10 + i);
        CHECK(rig.state().ctr == 0x1234);
        CHECK(rig.state().msr == on);
    }
    SECTION("a loop over more pages of one set than it has ways") {
        for (std::uint32_t i = 1; i < 5; ++i)
            rig.map(vsid, page_ea + i * 0x20000, (data_at + i * 0x1000) | 2, hash);
        rig.gpr(6, 0);
        rig.gpr(10, 25);
        // r6 counts pages touched; adds one to a word of each of five pages in turn.
        rig.program({lwz(8, 8, 5), addi(8, 8, 1), stw(8, 8, 5), d_form(15, 5, 5, 2), addi(6, 6, 1),
                     cmpwi(6, 5), bne(-24), d_form(15, 5, 5, -10), li(6, 0), addi(10, 10, -1),
                     cmpwi(10, 0), bne(-44), here},
                    on);
        rig.run(20'000);
        CHECK(rig.state().pc == at(12));
        for (std::uint32_t i = 0; i < 5; ++i)
            CHECK(rig.word(data_at + i * 0x1000 + 8) == 25);
    }
    SECTION("a page that is not there") {
        rig.gpr(5, 0x30009000);
        rig.program({lwz(8, 0, 5), here}, on);
        rig.run(200);
        CHECK(rig.gpr(0) == 0xdead);
        CHECK(rig.state().srr0 == at(0));
    }
}

TEST_CASE("603e UM 2.1.1: MSR[TGPR] by mtmsr swaps GPR0 to GPR3", "[ppc_system][table_search]") {
    Rig rig("603e");
    rig.set([](State& state) {
        for (unsigned i = 0; i < 4; ++i) {
            state.gpr[i] = 1 + i;
            state.tgpr[i] = 11 + i;
        }
    });
    rig.gpr(4, usual | msr::tgpr);
    rig.gpr(5, usual);
    rig.program({mtmsr(4), addi(6, 1, 0), addi(1, 1, 100), mtmsr(5), addi(7, 1, 0), here}, usual);
    rig.run(7);
    CHECK(rig.gpr(6) == 12);
    CHECK(rig.gpr(7) == 2);
    CHECK(rig.state().tgpr[1] == 112);
}
