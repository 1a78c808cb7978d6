// Special registers and time (Programming Environments Manual 2.3, user's manuals 2.1).
#include <catch2/catch.hpp>

#include "tests/unit/ppc_system_rig.h"

using namespace vestige;
using namespace vestige::ppc;
using namespace vestige::ppc::test;

namespace {

constexpr std::uint32_t usual = msr::me | msr::ri;
constexpr std::uint32_t privileged = 0x00040000, not_there = 0x00080000;

} // namespace

TEST_CASE("PEM 2.3.3: every chip names itself", "[ppc_system][registers]") {
    const auto pvr = [](const char* model) {
        Rig rig(model);
        rig.program({mfspr(3, spr::pvr), here}, usual);
        rig.run(3);
        return rig.gpr(3);
    };
    CHECK(pvr("603e") >> 16 == 6);
    CHECK(pvr("604") >> 16 == 4);
    CHECK(pvr("604e") >> 16 == 9);
    CHECK(pvr("750") >> 16 == 8);
    CHECK(pvr("7400") >> 16 == 0xc);
}

TEST_CASE("UM 2.1.2: which chip has which register", "[ppc_system][registers]") {
    struct Row {
        unsigned number;
        bool has_603e, has_604, has_604e, has_750, has_7400;
    };
    constexpr Row rows[] = {
        {256, false, false, false, false, true}, // VRSAVE
        {282, true, true, true, true, true},     // EAR
        {528, true, true, true, true, true},     // IBAT0U
        {936, false, false, false, true, true},  // UMMCR0
        {944, false, false, false, false, true}, // MMCR2
        {952, false, true, true, true, true},    // MMCR0
        {956, false, false, true, true, true},   // MMCR1
        {957, false, false, true, true, true},   // PMC3
        {959, false, true, true, false, false},  // SDA
        {976, true, false, false, false, false}, // DMISS
        {982, true, false, false, false, false}, // RPA
        {1008, true, true, true, true, true},    // HID0
        {1009, true, false, true, true, true},   // HID1
        {1010, true, true, true, true, true},    // IABR
        {1013, false, true, true, true, true},   // DABR
        {1017, false, false, false, true, true}, // L2CR
        {1019, false, false, false, true, true}, // ICTC
        {1020, false, false, false, true, true}, // THRM1
        {1023, false, true, true, false, true},  // PIR
        {0, false, false, false, false, false},  // MQ of the 601
        {1, true, true, true, true, true},       // XER
        {700, false, false, false, false, false},
    };
    struct Chip {
        const char* name;
        bool Row::*has;
    };
    constexpr Chip chips[] = {{"603e", &Row::has_603e},
                              {"604", &Row::has_604},
                              {"604e", &Row::has_604e},
                              {"750", &Row::has_750},
                              {"7400", &Row::has_7400}};
    for (const Chip& chip : chips) {
        Rig rig(chip.name);
        for (const Row& row : rows) {
            CAPTURE(chip.name, row.number);
            rig.program({mfspr(3, row.number), here}, usual);
            rig.run(3);
            CHECK((rig.state().pc == at(1)) == row.*chip.has);
            if (row.*chip.has) continue;
            CHECK(rig.state().pc == 0x700);
            CHECK(rig.state().srr1 == (usual | not_there));
        }
    }
}

TEST_CASE("PEM 8.2, mfspr: a user's access", "[ppc_system][registers]") {
    Rig rig;
    const auto refused = [&](Word instruction, std::uint32_t why) {
        CAPTURE(instruction);
        rig.program({instruction}, usual | msr::pr);
        rig.expect(ExceptionVector::program, at(0), usual | msr::pr | why, 3);
    };
    refused(mfspr(3, spr::sprg0), privileged);
    refused(mtspr(spr::sprg0, 3), privileged);
    refused(mfspr(3, spr::hid0), privileged);
    refused(mfspr(3, 700), privileged); // none, but SPR[0] says supervisor
    refused(mfspr(3, 3), not_there);    // none, SPR[0] clear
    refused(mtspr(spr::tbl, 3), not_there);
    refused(mtspr(spr::tbl_write, 3), privileged);
    refused(mtmsr(3), privileged);
    refused(mtsr(3, 3), privileged);
    refused(mfsr(3, 3), privileged);
    refused(tlbie(3), privileged);
    refused(rfi, privileged);
    rig.program({mfspr(3, spr::lr), mtspr(spr::ctr, 3), mfspr(4, spr::xer), mftb(5), here},
                usual | msr::pr);
    rig.run(6);
    CHECK(rig.state().pc == at(4));
}

TEST_CASE("PEM 2.3.16: registers that software may not write", "[ppc_system][registers]") {
    Rig rig;
    rig.program({mtspr(spr::pvr, 3)}, usual);
    rig.expect(ExceptionVector::program, at(0), usual | not_there);
}

TEST_CASE("PEM 2.1.5: XER", "[ppc_system][registers]") {
    Rig rig;
    rig.gpr(3, 0xe000007f);
    rig.program({mtspr(spr::xer, 3), mfspr(4, spr::xer), here}, usual);
    rig.run(4);
    CHECK(rig.gpr(4) == 0xe000007f);
    CHECK(rig.state().xer_so == 1);
}

TEST_CASE("PEM 2.3.5: segment registers, direct and indirect", "[ppc_system][registers]") {
    Rig rig;
    rig.gpr(3, 0x20000123);
    rig.gpr(4, 0x50000ff0);
    rig.program({mtsr(7, 3), mtsrin(4, 4), mfsr(5, 5), mfsrin(6, 4), mfsr(7, 7), here}, usual);
    rig.run(7);
    CHECK(rig.gpr(5) == 0x50000ff0);
    CHECK(rig.gpr(6) == 0x50000ff0);
    CHECK(rig.gpr(7) == 0x20000123);
}

TEST_CASE("PEM 2.3.13: time base", "[ppc_system][registers]") {
    Rig rig;
    SECTION("counts with the instructions") {
        rig.words(code_at, {nop, nop, nop, nop});
        rig.program({mftb(3), nop, nop, nop, mftb(4), nop, nop, nop, mftb(5), here}, usual);
        rig.run(12);
        CHECK(rig.gpr(3) == 0);
        CHECK(rig.gpr(4) == 1);
        CHECK(rig.gpr(5) == 2);
    }
    SECTION("is written in halves, and carries") {
        rig.gpr(3, 0);
        rig.gpr(4, 5);
        rig.gpr(5, 0xffffffff);
        rig.program({mtspr(spr::tbl_write, 3), mtspr(spr::tbu_write, 4), mtspr(spr::tbl_write, 5),
                     mftb(6), mftb(7, 269), nop, nop, nop, mftb(8), mftb(9, 269), here},
                    usual);
        rig.run(14);
        CHECK(rig.gpr(7) == (rig.gpr(6) == 0xffffffff ? 5 : 6));
        CHECK(rig.gpr(8) < 3);
        CHECK(rig.gpr(9) == 6);
    }
}

TEST_CASE("PEM 2.3.14, 6.4.9: the decrementer comes at the exact instruction",
          "[ppc_system][registers]") {
    Rig rig;
    // The handler notes when and where, winds the clock up again and goes back.
    rig.words(0x900, {mtspr(spr::dec, 10), mfspr(11, 26), addi(12, 12, 1), rfi});
    SECTION("at the instruction after DEC has become negative") {
        // DEC = 3 at instruction 1: ticks at 4, 8, 12 and, to minus one, 16.
        rig.gpr(3, 3);
        rig.gpr(10, 0x7fffffff);
        rig.program({nop, mtspr(spr::dec, 3), addi(4, 4, 1), b(-4)}, usual | msr::ee);
        rig.run(60);
        CHECK(rig.gpr(12) == 1);
        CHECK(rig.gpr(11) == at(2)); // 16 instructions: two, then seven turns of the loop
        CHECK(rig.gpr(4) == 7 + (60 - 16 - 4) / 2);
    }
    SECTION("again and again") {
        rig.gpr(3, 3);
        rig.gpr(10, 9);
        rig.program({mtspr(spr::dec, 3), addi(4, 4, 1), addi(5, 5, 1), addi(6, 6, 1), b(-12)},
                    usual | msr::ee);
        rig.run(10'000);
        CHECK(rig.gpr(12) == (10'000 - 16) / 40 + 1);
    }
    SECTION("reads back as it counts") {
        rig.gpr(3, 100);
        rig.program({mtspr(spr::dec, 3), nop, nop, nop, mfspr(4, spr::dec), nop, nop, nop,
                     mfspr(5, spr::dec), here},
                    usual);
        rig.run(11);
        CHECK(rig.gpr(4) == 99);
        CHECK(rig.gpr(5) == 98);
    }
    SECTION("waits for EE, once") {
        rig.gpr(3, 1);
        rig.gpr(7, usual | msr::ee);
        rig.gpr(10, 0x7fffffff);
        rig.set([](State& state) { state.ctr = 20; });
        rig.program({mtspr(spr::dec, 3), bdnz(0), mfspr(4, spr::dec), mtmsr(7), here}, usual);
        rig.run(60);
        CHECK(rig.gpr(12) == 1);
        CHECK(rig.gpr(11) == at(4));
        CHECK(rig.gpr(4) >> 31 == 1);
    }
    SECTION("a write that makes it negative") {
        rig.gpr(3, 0x80000000);
        rig.gpr(10, 0x7fffffff);
        rig.set([](State& state) { state.decrementer_value = 0x7fffffff; });
        rig.program({nop, mtspr(spr::dec, 3), li(4, 1), here}, usual | msr::ee);
        rig.run(2);
        CHECK(rig.state().pc == at(2));
        rig.run(10);
        CHECK(rig.gpr(11) == at(2));
        CHECK(rig.gpr(12) == 1);
    }
    SECTION("zero is not yet due") {
        rig.gpr(3, 0);
        rig.gpr(10, 0x7fffffff);
        rig.program({mtspr(spr::dec, 3), nop, nop, li(4, 1), li(5, 1), here}, usual | msr::ee);
        rig.run(12);
        CHECK(rig.gpr(11) == at(4)); // the tick at instruction 4
    }
}

TEST_CASE("603e UM 2.1.2.1, 750 UM 2.1.2.2: HID0's flash invalidate bits clear themselves",
          "[ppc_system][registers]") {
    Rig rig;
    rig.gpr(3, 0x8000cc00);
    rig.program({mtspr(spr::hid0, 3), mfspr(4, spr::hid0), here}, usual);
    rig.run(4);
    CHECK(rig.gpr(4) == 0x8000c000);
}

TEST_CASE("750 UM 2.3.1.3: reserved encodings are the guest's program exception",
          "[ppc_system][registers]") {
    Rig rig;
    for (const Word word :
         {0x04000000u, 0x7c0007feu, 0x00000001u, 0xe8000000u, tlbld(3), tlbli(3)}) {
        CAPTURE(word);
        rig.program({nop, word}, usual | msr::fp);
        rig.expect(ExceptionVector::program, at(1), usual | msr::fp | not_there, 3);
    }
}
