// Trace and breakpoint registers, and code that changes under the CPU.
#include <catch2/catch.hpp>

#include "tests/unit/ppc_system_rig.h"

using namespace vestige;
using namespace vestige::ppc;
using namespace vestige::ppc::test;

namespace {

constexpr std::uint32_t usual = msr::me | msr::ri;

// A handler that counts its calls in r31, notes SRR0 at [r30] upwards and goes back.
void trace_handler(Rig& rig) {
    rig.words(0xd00, {addi(31, 31, 1), mfspr(29, 26), stw(29, 0, 30), addi(30, 30, 4), rfi});
    rig.gpr(30, data_at);
}

} // namespace

TEST_CASE("PEM 6.4.11: MSR[SE] traces every instruction but rfi", "[ppc_system][trace]") {
    Rig rig;
    trace_handler(rig);
    rig.program({li(3, 1), b(8), nop, stw(3, 0, 28), here}, usual | msr::se);
    rig.gpr(28, data_at + 0x100);
    rig.run(4 * 6 + 1);
    CHECK(rig.gpr(31) == 4);
    CHECK(rig.word(data_at) == at(1));
    CHECK(rig.word(data_at + 4) == at(3));
    CHECK(rig.word(data_at + 8) == at(4));
    CHECK(rig.word(data_at + 12) == at(4));
    CHECK(rig.state().srr1 == (usual | msr::se));
}

TEST_CASE("PEM 6.4.11: an instruction that a helper ends is traced as well",
          "[ppc_system][trace]") {
    Rig rig;
    rig.gpr(3, usual | msr::se);
    rig.gpr(4, 0x20000000);
    rig.gpr(5, 0x00000000);
    const auto one = [&](Word instruction, std::uint32_t srr1 = usual | msr::se) {
        CAPTURE(instruction);
        rig.set([](State& state) { state.srr0 = 0; });
        rig.program({instruction, nop}, usual | msr::se);
        rig.expect(ExceptionVector::trace, at(1), srr1, 3);
    };
    one(mtmsr(3)); // changes nothing
    rig.gpr(3, usual | msr::se | msr::fp);
    one(mtmsr(3), usual | msr::se | msr::fp);
    rig.gpr(3, usual);
    one(mtmsr(3), usual); // the one that switches it off: it began with SE set
    one(mtspr(spr::hid0, 4));
    one(mtspr(spr::iabr, 5));
    one(mtspr(spr::dabr, 4));
    one(mtspr(spr::sdr1, 4));
    one(mtspr(spr::dbat0u, 4));
    one(mtspr(spr::dec, 4));
    one(mtspr(spr::tbl_write, 4));
    one(mtspr(spr::sprg0, 4));
    one(mtsr(3, 4));
    one(tlbie(4));
    one(mfspr(9, spr::dec));
    one(synchronise);
}

TEST_CASE("PEM 6.4.11: FPSCR instructions that leave are traced", "[ppc_system][trace]") {
    Rig rig;
    rig.program({mtfsb1(24), nop}, usual | msr::se | msr::fp); // VE: another mode of translation
    rig.expect(ExceptionVector::trace, at(1), usual | msr::se | msr::fp, 3);
}

TEST_CASE("PEM 6.4.11: a traced instruction that raises an exception gives that one alone",
          "[ppc_system][trace]") {
    Rig rig;
    rig.gpr(5, nothing_at);
    const auto other = [&](Word instruction, ExceptionVector vector, std::uint32_t srr0,
                           std::uint32_t why) {
        rig.program({instruction, nop}, usual | msr::se);
        rig.expect(vector, srr0, usual | msr::se | why);
    };
    other(sc, ExceptionVector::system_call, at(1), 0);
    other(illegal, ExceptionVector::program, at(0), 0x00080000);
    other(tw(31, 0, 0), ExceptionVector::program, at(0), 0x00020000);
    other(lwz(3, 0, 5), ExceptionVector::machine_check, at(0), 0x00040000);
    CHECK((rig.state().pending & ~pending::decrementer) == 0);
}

TEST_CASE("PEM 6.4.11: rfi itself is not traced, what it returns to is", "[ppc_system][trace]") {
    Rig rig;
    rig.set([](State& state) {
        state.srr0 = at(8);
        state.srr1 = usual | msr::se;
    });
    rig.words(at(8), {nop, nop});
    rig.program({rfi}, usual | msr::se);
    rig.expect(ExceptionVector::trace, at(9), usual | msr::se);
}

TEST_CASE("PEM 6.4.11: MSR[BE] traces branches, taken or not", "[ppc_system][trace]") {
    Rig rig;
    SECTION("taken") {
        rig.program({nop, nop, b(8), nop, nop}, usual | msr::be);
        rig.expect(ExceptionVector::trace, at(4), usual | msr::be);
    }
    SECTION("not taken") {
        rig.gpr(3, 1);
        rig.program({nop, cmpwi(3, 0), beq(8), nop, nop}, usual | msr::be);
        rig.expect(ExceptionVector::trace, at(3), usual | msr::be);
    }
    SECTION("others go on") {
        rig.gpr(3, usual | msr::be | msr::fp);
        rig.program({nop, mtmsr(3), mtspr(spr::hid0, 4), nop, bdnz(-16)}, usual | msr::be);
        rig.expect(ExceptionVector::trace, at(0), usual | msr::be | msr::fp);
    }
    SECTION("blr") {
        rig.set([](State& state) { state.lr = at(4); });
        rig.program({nop, blr}, usual | msr::be);
        rig.expect(ExceptionVector::trace, at(4), usual | msr::be);
    }
}

TEST_CASE("PEM 6.2.2: trace comes before an interrupt that waits", "[ppc_system][trace]") {
    Rig rig;
    rig.gpr(3, usual | msr::se | msr::ee);
    rig.program({mtmsr(3), nop}, usual | msr::se);
    rig.each([](Machine& machine) { machine.cpu().set_external_interrupt(true); });
    rig.expect(ExceptionVector::trace, at(1), usual | msr::se | msr::ee);
}

TEST_CASE("750 UM 4.5.14, 2.1.2.1: IABR", "[ppc_system][trace]") {
    SECTION("stops before the instruction") {
        Rig rig;
        rig.gpr(3, at(4) | 2);
        rig.program({mtspr(spr::iabr, 3), li(4, 1), li(5, 1), li(6, 1), li(7, 1)}, usual);
        rig.expect(ExceptionVector::instruction_breakpoint, at(4), usual);
        CHECK(rig.gpr(6) == 1);
        CHECK(rig.gpr(7) == 0);
    }
    SECTION("TE must agree with MSR[IR]") {
        Rig rig;
        rig.gpr(3, at(2) | 3);
        rig.program({mtspr(spr::iabr, 3), li(4, 1), li(5, 1), here}, usual);
        rig.run(10);
        CHECK(rig.state().pc == at(3));
        rig.map_low_block();
        rig.program({nop, nop, li(5, 1), here}, usual | msr::ir);
        rig.expect(ExceptionVector::instruction_breakpoint, at(2), usual | msr::ir);
    }
    SECTION("603e UM 2.1.2.5: no TE there") {
        Rig rig("603e");
        rig.map_low_block();
        rig.set([](State& state) { state.iabr = at(2) | 2; });
        rig.program({nop, nop, li(5, 1), here}, usual | msr::ir);
        rig.expect(ExceptionVector::instruction_breakpoint, at(2), usual | msr::ir);
    }
    SECTION("not enabled") {
        Rig rig;
        rig.set([](State& state) { state.iabr = at(2); });
        rig.program({nop, nop, li(5, 1), here}, usual);
        rig.run(10);
        CHECK(rig.state().pc == at(3));
    }
}

TEST_CASE("PEM 2.3.15, 6.4.3: DABR", "[ppc_system][trace]") {
    Rig rig;
    rig.map_low_block();
    rig.set([](State& state) {
        state.dbat[1][0] = data_at | 3;
        state.dbat[1][1] = data_at | 2;
    });
    rig.gpr(5, data_at);
    constexpr std::uint32_t bt = 4, dw = 2, dr = 1;
    const auto start = [&](std::uint32_t dabr, std::uint32_t msr_value) {
        rig.set([&](State& state) { state.dsisr = state.dar = 0; });
        rig.gpr(3, (data_at + 0x20) | dabr);
        rig.program({mtspr(spr::dabr, 3), lwz(4, 0x18, 5), stw(4, 0x18, 5), lwz(4, 0x28, 5),
                     lbz(4, 0x25, 5), stb(4, 0x27, 5), here},
                    msr_value);
    };
    SECTION("loads") {
        start(dr, usual);
        rig.expect(ExceptionVector::data_storage, at(4), usual);
        CHECK(rig.state().dsisr == 0x00400000);
        CHECK(rig.state().dar == data_at + 0x25);
    }
    SECTION("stores") {
        start(dw, usual);
        rig.expect(ExceptionVector::data_storage, at(5), usual);
        CHECK(rig.state().dsisr == 0x02400000);
        CHECK(rig.state().dar == data_at + 0x27);
    }
    SECTION("translated accesses alone") {
        start(dr | dw | bt, usual);
        rig.run(10);
        CHECK(rig.state().pc == at(6));
        start(dr | dw | bt, usual | msr::dr);
        rig.expect(ExceptionVector::data_storage, at(4), usual | msr::dr);
    }
    SECTION("real accesses alone") {
        start(dr | dw, usual | msr::dr);
        rig.run(10);
        CHECK(rig.state().pc == at(6));
    }
    SECTION("PEM 7.5.3: a store that does not happen leaves C as it is") {
        rig.set([](State& state) { state.sr[1] = 0x123; });
        const std::uint32_t pte = rig.map(0x123, 0x10000000, data_at | 2);
        rig.gpr(5, 0x10000000);
        rig.set([](State& state) { state.dabr = 0x10000020 | bt | dw; });
        rig.program({stw(4, 0x20, 5)}, usual | msr::dr);
        rig.expect(ExceptionVector::data_storage, at(0), usual | msr::dr);
        CHECK((rig.word(pte) & 0x80) == 0);
    }
}

TEST_CASE("DESIGN 2: a store into the instructions that follow takes effect at once",
          "[ppc_system][code]") {
    Rig rig;
    rig.gpr(5, code_at);
    rig.gpr(6, li(7, 2));
    SECTION("stw to the next instruction") {
        rig.program({stw(6, 4, 5), li(7, 1), here}, usual);
        rig.run(4);
        CHECK(rig.gpr(7) == 2);
        CHECK(rig.state().pc == at(2));
    }
    SECTION("with the usual cache instructions") {
        rig.program({stw(6, 20, 5), synchronise, icbi(0, 5), isync, nop, li(7, 1), here}, usual);
        rig.run(9);
        CHECK(rig.gpr(7) == 2);
    }
    SECTION("in a loop that has run before") {
        rig.gpr(8, 0);
        rig.set([](State& state) { state.ctr = 10; });
        rig.program({addi(8, 8, 1), stw(6, 8, 5), addi(9, 9, 1), addi(6, 6, 1), bdnz(-16), here},
                    usual);
        rig.run(60);
        CHECK(rig.gpr(8) == 10);
        CHECK(rig.gpr(7) == 11);
        CHECK(rig.gpr(9) == 0);
    }
    SECTION("a string store over its own unit") {
        rig.gpr(5, at(1));
        rig.set([](State& state) { state.xer_rest = 4; });
        rig.program({stswx(6, 0, 5), li(7, 1), here}, usual);
        rig.run(4);
        CHECK(rig.gpr(7) == 2);
        CHECK(rig.state().pc == at(2));
    }
    SECTION("a string store to a device is done once") {
        rig.gpr(5, device_at + 8);
        rig.set([](State& state) { state.xer_rest = 4; });
        rig.program({stswx(6, 0, 5), here}, usual);
        rig.run(4);
        CHECK(rig.machine().device_writes == 4);
        CHECK(rig.state().pc == at(1));
    }
    SECTION("DMA") {
        rig.program({li(7, 1), b(-4)}, usual);
        rig.run(20);
        rig.each([](Machine& machine) { machine.store_behind_cpu(code_at, li(7, 3)); });
        rig.run(2);
        CHECK(rig.gpr(7) == 3);
    }
}
