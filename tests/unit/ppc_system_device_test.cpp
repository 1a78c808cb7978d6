// Device accesses from within a unit: made once, at the instruction's own time, and what the device
// asks for comes right behind that instruction. The Rig compares the devices' histories.
#include <catch2/catch.hpp>

#include "tests/unit/ppc_system_rig.h"

using namespace vestige;
using namespace vestige::ppc;
using namespace vestige::ppc::test;

namespace {

constexpr std::uint32_t usual = msr::me | msr::ri;

} // namespace

TEST_CASE("DESIGN 7: a device is read at the time of the instruction", "[ppc_system][device]") {
    Rig rig;
    rig.gpr(5, device_at);
    rig.program(
        {addi(4, 4, 1), lwz(6, 0, 5), addi(4, 4, 1), lwz(7, 0, 5), lwz(8, 0, 5), bdnz(-20), here},
        usual);
    rig.set([](State& state) { state.ctr = 5; });
    rig.run(40);
    CHECK(rig.gpr(8) == 15);
    CHECK(rig.machine().device_reads == 15);
}

TEST_CASE("DESIGN 7: a device's interrupt comes behind the store that caused it",
          "[ppc_system][device]") {
    Rig rig;
    rig.gpr(5, device_at);
    rig.gpr(6, device_raises);
    rig.program({addi(4, 4, 1), stw(6, 0, 5), addi(4, 4, 1), addi(4, 4, 1)}, usual | msr::ee);
    rig.expect(ExceptionVector::external, at(2), usual | msr::ee);
    CHECK(rig.gpr(4) == 1);
    CHECK(rig.machine().device_writes == 1);
}

TEST_CASE("DESIGN 7: an instruction of several device accesses makes each of them once",
          "[ppc_system][device]") {
    Rig rig;
    rig.gpr(5, device_at);
    for (unsigned i = 26; i < 32; ++i)
        rig.gpr(i, i == 27 ? device_raises : i);
    rig.program({addi(4, 4, 1), stmw(26, 0, 5), addi(4, 4, 1), addi(4, 4, 1)}, usual | msr::ee);
    rig.expect(ExceptionVector::external, at(2), usual | msr::ee);
    CHECK(rig.gpr(4) == 1);
    CHECK(rig.machine().device_writes == 6);
}

TEST_CASE("DESIGN 7: a device answers before the fault of the same instruction",
          "[ppc_system][device]") {
    Rig rig;
    rig.gpr(5, device_at);
    rig.program({addi(4, 4, 1), lmw(30, 0, 5), addi(4, 4, 1)}, usual); // nothing answers behind it
    rig.expect(ExceptionVector::machine_check, at(1), usual | srr1::transfer_error);
    CHECK(rig.machine().device_reads == 1);
}

TEST_CASE("DESIGN 7: the same instruction of a later budget asks the device again",
          "[ppc_system][device]") {
    Rig rig;
    rig.gpr(5, device_at);
    rig.program({lwz(6, 0, 5), stw(6, 0, 5), b(-8)}, usual);
    for (unsigned i = 0; i < 10; ++i)
        rig.run(3);
    CHECK(rig.machine().device_reads == 10);
    CHECK(rig.machine().device_writes == 10);
}
