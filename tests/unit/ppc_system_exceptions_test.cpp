// How each exception is entered and left (Programming Environments Manual chapter 6, "PEM" here;
// MPC750 User's Manual chapter 4, "750 UM").
#include <catch2/catch.hpp>

#include "frontend/ppc/fp/fpscr.h"
#include "tests/unit/ppc_system_rig.h"

using namespace vestige;
using namespace vestige::ppc;
using namespace vestige::ppc::test;
using runtime::StopCause;

namespace {

// What an exception leaves alone, and what it copies to SRR1.
constexpr std::uint32_t usual = msr::me | msr::ri;

} // namespace

TEST_CASE("PEM 6.4.10, 6.4.7: system call and the causes of a program exception",
          "[ppc_system][exceptions]") {
    Rig rig;
    SECTION("sc: SRR0 is the next instruction") {
        rig.program({li(3, 1), sc}, usual);
        rig.expect(ExceptionVector::system_call, at(2), usual);
        CHECK(rig.gpr(3) == 1);
    }
    SECTION("illegal") {
        rig.program({nop, illegal}, usual);
        rig.expect(ExceptionVector::program, at(1), usual | 0x00080000);
    }
    SECTION("privileged") {
        rig.program({nop, mfmsr(3)}, usual | msr::pr);
        rig.expect(ExceptionVector::program, at(1), usual | msr::pr | 0x00040000);
    }
    SECTION("trap") {
        rig.program({li(3, 5), nop, tw(4, 3, 3)}, usual);
        rig.expect(ExceptionVector::program, at(2), usual | 0x00020000);
    }
    SECTION("AltiVec on a chip without it") {
        rig.program({vor(1, 2, 3)}, usual);
        rig.expect(ExceptionVector::program, at(0), usual | 0x00080000);
    }
}

TEST_CASE("PEM 6.4.8; MPC7400 UM 4.6.19: units that are switched off", "[ppc_system][exceptions]") {
    SECTION("floating point") {
        Rig rig;
        rig.program({nop, fadd(1, 2, 3)}, usual);
        rig.expect(ExceptionVector::fp_unavailable, at(1), usual);
    }
    SECTION("AltiVec") {
        Rig rig("7400");
        rig.program({nop, vor(1, 2, 3)}, usual);
        rig.expect(ExceptionVector::vec_unavailable, at(1), usual);
    }
    SECTION("MSR[VEC] is kept in SRR1 and comes back") {
        Rig rig("7400");
        rig.words(0xc00, {rfi});
        rig.program({sc, vor(1, 2, 3), here}, usual | msr::vec);
        rig.run(6);
        CHECK(rig.state().pc == at(2));
        CHECK(rig.state().srr1 == (usual | msr::vec));
        CHECK(rig.state().msr == (usual | msr::vec));
    }
}

TEST_CASE("PEM 6.2.4: what an exception makes of MSR", "[ppc_system][exceptions]") {
    const std::uint32_t everything =
        msr::ee | msr::fp | msr::me | msr::fe0 | msr::fe1 | msr::pm | msr::ri;
    Rig rig;
    SECTION("ME, IP and ILE stay, the rest goes") {
        rig.program({sc}, everything | msr::ile);
        rig.words(0xc00, {nop});
        rig.run(1);
        CHECK(rig.state().msr == (msr::me | msr::ile | msr::le));
        CHECK(rig.state().srr1 == everything); // ILE is not copied
    }
    SECTION("MSR[IP]") {
        rig.program({sc}, everything | msr::ip);
        rig.expect(ExceptionVector::system_call, at(1), everything | msr::ip);
        CHECK(rig.state().pc == high_at + 0xc00);
        CHECK(rig.state().msr == (msr::me | msr::ip));
    }
    SECTION("MSR[IP] clear") {
        rig.program({sc}, everything);
        rig.run(3);
        CHECK(rig.state().pc == 0xc00);
    }
    SECTION("750 UM 4.5.2: a machine check clears ME") {
        rig.program({nop, nop, nop}, usual);
        rig.each([](Machine& machine) { machine.cpu().raise_machine_check(); });
        rig.run(3);
        CHECK(rig.state().pc == 0x200);
        CHECK(rig.state().msr == 0);
    }
}

TEST_CASE("PEM 8.2, rfi: which bits come back", "[ppc_system][exceptions]") {
    Rig rig;
    rig.set([](State& state) {
        state.srr0 = at(8) + 3; // the low two bits are not looked at
        state.srr1 = 0xffffffff & ~(msr::le | msr::ir | msr::dr | msr::pr | msr::se | msr::be);
    });
    rig.words(at(8), {here});
    rig.program({rfi}, msr::ile | msr::pow);
    rig.run(1);
    CHECK(rig.state().pc == at(8));
    // POW goes, ILE stays as it was, VEC is not there, reserved bits read as zero.
    CHECK(rig.state().msr == (msr::ile | msr::ee | msr::fp | msr::me | msr::fe0 | msr::fe1 |
                              msr::ip | msr::pm | msr::ri));
    rig.go(code_at, msr::ile);
    rig.set([](State& state) { state.srr1 = 0; });
    rig.run(1);
    CHECK(rig.state().msr == msr::ile);
}

TEST_CASE("750 UM 2.1.1: bits of MSR that a chip has", "[ppc_system][exceptions]") {
    const auto written = [](const char* model) {
        Rig rig(model);
        // Neither trace nor translation nor user state, which would go elsewhere at once.
        rig.gpr(3, ~(msr::le | msr::ir | msr::dr | msr::pr | msr::se | msr::be | msr::tgpr));
        rig.program({mtmsr(3), mfmsr(4), here});
        rig.run(5);
        return rig.gpr(4);
    };
    const std::uint32_t common =
        msr::pow | msr::ile | msr::ee | msr::fp | msr::me | msr::fe0 | msr::fe1 | msr::ip | msr::ri;
    CHECK(written("603e") == common);
    CHECK(written("604") == (common | msr::pm));
    CHECK(written("750") == (common | msr::pm));
    CHECK(written("7400") == (common | msr::pm | msr::vec));
}

TEST_CASE("PEM 6.4.6, table 6-11: alignment, DAR and DSISR", "[ppc_system][exceptions]") {
    Rig rig;
    rig.gpr(5, data_at + 2);
    rig.gpr(6, 4);
    const auto alignment = [&](Word instruction, std::uint32_t address, std::uint32_t dsisr) {
        CAPTURE(instruction);
        rig.program({nop, instruction}, usual | msr::fp);
        rig.expect(ExceptionVector::alignment, at(1), usual | msr::fp);
        CHECK(rig.state().dar == address);
        CHECK(rig.state().dsisr == dsisr);
    };
    // Bits 15-21 name the instruction, 22-26 rD, 27-31 rA.
    const auto encoded = [](unsigned what, unsigned d, unsigned a) {
        return what << 10 | d << 5 | a;
    };
    alignment(lmw(29, 8, 5), data_at + 10, encoded(0b0000111, 29, 5));
    alignment(stmw(29, 8, 5), data_at + 10, encoded(0b0010111, 29, 5));
    alignment(lwarx(7, 5, 6), data_at + 6, encoded(0b0000000, 7, 5));
    alignment(lfd(7, 0, 5), data_at + 2, encoded(0b0001001, 7, 5));
    alignment(stfdx(7, 5, 6), data_at + 6, encoded(0b1101011, 7, 5));
    rig.set([](State& state) {
        state.reserve_valid = 1;
        state.reserve_address = data_at;
    });
    alignment(stwcx(7, 5, 6), data_at + 6, encoded(0b1000010, 7, 5));
}

TEST_CASE("PEM 3.1.4: alignment in little-endian mode reads the instruction as it is there",
          "[ppc_system][exceptions]") {
    Rig rig;
    rig.gpr(5, data_at);
    rig.each([](Machine& machine) {
        machine.store_behind_cpu(code_at, __builtin_bswap32(lmw(29, 8, 5)));
    });
    rig.go(code_at, usual | msr::le);
    rig.run(1);
    CHECK(rig.state().pc == 0x600);
    CHECK(rig.state().dar == data_at + 8);
    CHECK(rig.state().dsisr == (0b0000111u << 10 | 29 << 5 | 5));
    CHECK(rig.state().msr == msr::me);
}

TEST_CASE("PEM 6.4.2, 750 UM 4.5.2: machine check and checkstop", "[ppc_system][exceptions]") {
    Rig rig;
    rig.gpr(5, nothing_at);
    SECTION("a load that nothing answers") {
        rig.program({nop, lwz(3, 0, 5)}, usual);
        rig.expect(ExceptionVector::machine_check, at(1), usual | 0x00040000);
    }
    SECTION("a store") {
        rig.program({nop, stw(3, 0, 5)}, usual);
        rig.expect(ExceptionVector::machine_check, at(1), usual | 0x00040000);
    }
    SECTION("a fetch") {
        rig.go(nothing_at, usual);
        rig.expect(ExceptionVector::machine_check, nothing_at, usual | 0x00040000);
    }
    SECTION("with ME clear the CPU stops for good") {
        rig.program({nop, lwz(3, 0, 5), nop}, msr::ri);
        CHECK(rig.run(20) == StopCause::checkstop);
        CHECK(rig.state().pc == at(1));
        CHECK(!rig.machine().cpu().checkstop().empty());
        CHECK(rig.run(20) == StopCause::checkstop);
    }
    SECTION("the wire") {
        rig.program({nop, here}, usual);
        rig.run(2);
        rig.each([](Machine& machine) { machine.cpu().raise_machine_check(); });
        rig.expect(ExceptionVector::machine_check, at(1), usual | 0x00080000); // SRR1[12]: MCP
    }
}

TEST_CASE("750 UM 4.2, table 4-3: interrupts in the order of their priority",
          "[ppc_system][exceptions]") {
    Rig rig;
    rig.program({here}, usual | msr::ee);
    rig.run(3);
    rig.set([](State& state) {
        state.pending = pending::external | pending::decrementer | pending::machine_check |
                        pending::system_reset | pending::system_management | pending::thermal |
                        pending::performance_monitor;
    });
    // Every handler starts with interrupts as the test wants them: EE and ME on again.
    const auto next = [&](ExceptionVector vector) {
        rig.run(1);
        CAPTURE(name(vector));
        CHECK(rig.state().pc == static_cast<std::uint32_t>(vector));
        rig.set([](State& state) { state.msr = usual | msr::ee; });
    };
    next(ExceptionVector::machine_check);
    next(ExceptionVector::system_reset);
    next(ExceptionVector::system_management);
    next(ExceptionVector::external);
    next(ExceptionVector::external); // a level: until the wire falls
    rig.each([](Machine& machine) { machine.cpu().set_external_interrupt(false); });
    next(ExceptionVector::performance_monitor);
    next(ExceptionVector::decrementer);
    next(ExceptionVector::thermal);
    CHECK(rig.state().pending == 0);
}

TEST_CASE("PEM 6.4.5: an external interrupt waits for EE and comes at the very instruction",
          "[ppc_system][exceptions]") {
    Rig rig;
    rig.gpr(3, usual | msr::ee);
    rig.program({nop, nop, mtmsr(3), addi(4, 4, 1), addi(4, 4, 1)}, usual);
    rig.each([](Machine& machine) { machine.cpu().set_external_interrupt(true); });
    rig.expect(ExceptionVector::external, at(3), usual | msr::ee);
    CHECK(rig.gpr(4) == 0);
}

TEST_CASE("PEM 6.4.1: system reset is not masked", "[ppc_system][exceptions]") {
    Rig rig;
    rig.program({here}, usual);
    rig.run(3);
    rig.each([](Machine& machine) { machine.cpu().raise_system_reset(); });
    rig.expect(ExceptionVector::system_reset, at(0), usual);
}

TEST_CASE("750 UM 10.2: power saving ends with an interrupt", "[ppc_system][exceptions]") {
    Rig rig;
    rig.set([](State& state) { state.hid0 = 0x00400000; }); // NAP
    rig.gpr(3, usual | msr::ee | msr::pow);
    rig.program({synchronise, mtmsr(3), isync, nop}, usual);
    CHECK(rig.run(20) == StopCause::idle);
    CHECK(rig.machine().loop().instructions() == 2);
    rig.each([](Machine& machine) { machine.cpu().set_external_interrupt(true); });
    rig.expect(ExceptionVector::external, at(2), usual | msr::ee);
    CHECK(rig.state().msr == msr::me);
}

TEST_CASE("PEM 6.4.7, 3.3.6.1: FEX set while FE0 or FE1 come on", "[ppc_system][exceptions]") {
    Rig rig;
    // FPSCR[VE] and VXSOFT with both FE bits off: FEX is set, nothing happens yet.
    const auto fe = GENERATE(as<std::uint32_t>{}, msr::fe0, msr::fe1, msr::fe0 | msr::fe1);
    // SRR1[11] floating point, SRR1[15]: SRR0 is the next instruction's.
    const std::uint32_t why = 0x00100000 | 0x00010000;
    rig.gpr(3, usual | msr::fp | fe);
    SECTION("mtmsr") {
        rig.program({mtfsb1(24), mtfsb1(21), nop, mtmsr(3), li(4, 1), here}, usual | msr::fp);
        rig.expect(ExceptionVector::program, at(4), usual | msr::fp | fe | why);
        CHECK(rig.gpr(4) == 0);
    }
    SECTION("rfi") {
        rig.words(at(16), {li(4, 1), here});
        rig.set([&](State& state) {
            state.srr0 = at(16);
            state.srr1 = usual | msr::fp | fe;
        });
        rig.program({mtfsb1(24), mtfsb1(21), nop, rfi}, usual | msr::fp);
        rig.expect(ExceptionVector::program, at(16), usual | msr::fp | fe | why);
        CHECK(rig.gpr(4) == 0);
    }
    SECTION("not without FEX") {
        rig.program({mtfsb1(24), nop, mtmsr(3), li(4, 1), here}, usual | msr::fp);
        rig.run(10);
        CHECK(rig.state().pc == at(4));
        CHECK(rig.gpr(4) == 1);
    }
    SECTION("the instruction itself, while they are on") {
        rig.program({mtfsb1(24), nop, mtfsb1(21), li(4, 1)}, usual | msr::fp | fe);
        rig.expect(ExceptionVector::program, at(2), usual | msr::fp | fe | 0x00100000);
    }
}

TEST_CASE("PEM 6.4.3: eciwx with EAR[E] clear", "[ppc_system][exceptions]") {
    Rig rig;
    rig.gpr(5, data_at);
    rig.gpr(6, 8);
    rig.program({eciwx(3, 5, 6)}, usual);
    rig.expect(ExceptionVector::data_storage, at(0), usual);
    CHECK(rig.state().dar == data_at + 8);
    CHECK(rig.state().dsisr == 0x00100000);
}
