#include <catch2/catch.hpp>

#include "hw/misc/slavio_misc.h"
#include "hw/misc/stub_registers.h"
#include "hw/misc/sun_apc.h"
#include "hw/misc/sun_ecc.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::BusFixture;

namespace {

using Register = SlavioMisc::Register;

// As on the SPARCstation 5.
constexpr std::uint64_t leds = 0x71600000, configuration = 0x71800000, auxiliary_1 = 0x71900000,
                        auxiliary_2 = 0x71910000, diagnostic = 0x71a00000, modem = 0x71b00000,
                        system_control = 0x71f00000;

struct Fixture : BusFixture {
    unsigned powered_off = 0, resets = 0, terminal_counts = 0;
    SlavioMisc misc{
        "misc",
        IrqLine(cpu, 30),
        {[this] { ++powered_off; }, [this] { ++resets; }, [this] { ++terminal_counts; }},
        log};
    Fixture() {
        const struct {
            Register which;
            std::uint64_t address;
        } rows[] = {{Register::configuration, configuration},
                    {Register::diagnostic, diagnostic},
                    {Register::modem, modem},
                    {Register::leds, leds},
                    {Register::auxiliary_1, auxiliary_1},
                    {Register::auxiliary_2, auxiliary_2},
                    {Register::system_control, system_control}};
        for (const auto& row : rows)
            bus.map_mmio("misc", row.address, SlavioMisc::size(row.which), misc.handler(row.which),
                         SlavioMisc::traits(row.which));
    }
};

} // namespace

TEST_CASE_METHOD(Fixture, "SLAVIO misc: plain registers keep what is written") {
    put(diagnostic, 0xa5, 1);
    put(modem, 0x5a, 1);
    put(configuration, 0xff, 1);
    put(leds, 0x1234, 2, Endian::big);
    CHECK(get(diagnostic, 1) == 0xa5);
    CHECK(get(modem, 1) == 0x5a);
    CHECK(get(configuration, 1) == 0xff);
    CHECK(get(leds, 2, Endian::big) == 0x1234);
    misc.reset();
    CHECK(get(diagnostic, 1) == 0xa5);
    CHECK(get(leds, 2, Endian::big) == 0x1234);
    CHECK(get(modem, 1) == 0);
    CHECK(get(configuration, 1) == 0);
}

TEST_CASE_METHOD(Fixture, "SLAVIO misc: auxiliary 1 lights the LED and ends floppy transfers") {
    put(auxiliary_1, 0xf1, 1);
    CHECK(get(auxiliary_1, 1) == 0xf1);
    CHECK(terminal_counts == 0);
    put(auxiliary_1, 0xf3, 1);
    CHECK(terminal_counts == 1);
    CHECK(get(auxiliary_1, 1) == 0xf1);
}

TEST_CASE_METHOD(Fixture, "SLAVIO misc: auxiliary 2 switches the power off") {
    put(auxiliary_2, 0xfe, 1);
    CHECK(powered_off == 0);
    CHECK(get(auxiliary_2, 1) == 0);
    put(auxiliary_2, 1, 1);
    CHECK(powered_off == 1);
    CHECK(get(auxiliary_2, 1) == 1);
}

TEST_CASE_METHOD(Fixture, "SLAVIO misc: the power switch interrupts where it is allowed to") {
    misc.power_button();
    CHECK_FALSE(cpu.level(30));
    put(configuration, 8, 1);
    CHECK_FALSE(cpu.level(30)); // a past press is past
    misc.power_button();
    CHECK(cpu.level(30));
    CHECK(get(auxiliary_2, 1) == 0x20);
    put(auxiliary_2, 0, 1);
    CHECK(cpu.level(30));
    test::MemoryState state;
    misc.visit(state);
    put(auxiliary_2, 2, 1);
    CHECK_FALSE(cpu.level(30));
    CHECK(get(auxiliary_2, 1) == 0);
    state.start_loading();
    misc.visit(state);
    CHECK(state.exhausted());
    CHECK(get(auxiliary_2, 1) == 0x20);
    CHECK_FALSE(cpu.level(30));
}

TEST_CASE_METHOD(Fixture, "SLAVIO misc: system control resets the machine and remembers it") {
    put(system_control, 0xfffffffe, 4, Endian::big);
    CHECK(resets == 0);
    CHECK(get(system_control, 4, Endian::big) == 0);
    put(system_control, 1, 4, Endian::big);
    CHECK(resets == 1);
    misc.reset();
    CHECK(get(system_control, 4, Endian::big) == 2);
}

TEST_CASE_METHOD(BusFixture, "Stub registers: what they hold, and who may change it") {
    StubRegisters id("id", 4, {0xfe, 0x81, 0x01, 0x03}, StubRegisters::Writes::ignored, log);
    StubRegisters afx("afx", 16, {}, StubRegisters::Writes::kept, log);
    bus.map_mmio("id", 0x78000000, id.size(), id, StubRegisters::traits);
    bus.map_mmio("afx", 0x6e000000, afx.size(), afx, StubRegisters::traits);
    CHECK(get(0x78000000, 4, Endian::big) == 0xfe810103);
    CHECK(get(0x78000003, 1) == 3);
    put(0x78000000, 0, 1);
    CHECK(get(0x78000000, 1) == 0xfe);
    put(0x6e00000c, 0x01020304, 4, Endian::big);
    CHECK(get(0x6e000008, 8, Endian::big) == 0x01020304);
    CHECK(get(0x6e00000d, 1) == 2);
    test::MemoryState state;
    afx.visit(state);
    afx.reset();
    CHECK(get(0x6e00000d, 1) == 0);
    state.start_loading();
    afx.visit(state);
    CHECK(get(0x6e00000d, 1) == 2);
}

TEST_CASE_METHOD(BusFixture, "APC: a write stops the CPU") {
    unsigned stops = 0;
    SunApc apc("apc", [&] { ++stops; });
    bus.map_mmio("apc", 0x6a000000, SunApc::size, apc, SunApc::traits);
    CHECK(get(0x6a000000, 1) == 0);
    CHECK(stops == 0);
    put(0x6a000000, 1, 1);
    CHECK(stops == 1);
    CHECK(get(0x6a000000, 1) == 0);
    put(0x6a000030, 0x55, 1);
    CHECK(get(0x6a000030, 1) == 0x55);
    CHECK(stops == 1);
}

TEST_CASE_METHOD(BusFixture, "ECC: kinds, masks and reset values") {
    constexpr std::uint64_t base = 0xf00000000;
    SunEcc ecc("ecc", SunEcc::Kind::smc, log);
    bus.map_mmio("ecc", base, SunEcc::size, ecc, SunEcc::traits);
    const auto in = [&](unsigned index) { return get(base + 4 * index, 4, Endian::big); };
    CHECK(in(0) == 0x20000000);
    CHECK(in(1) == 0x20);
    CHECK(in(4) == 0x07c00000);
    for (unsigned i = 0; i < SunEcc::register_count; ++i)
        put(base + 4 * i, 0xffffffff, 4, Endian::big);
    CHECK(in(0) == 0x20000bff);
    CHECK(in(1) == 0x7fffffff);
    CHECK(in(2) == 0xffffffff);
    CHECK(in(4) == 0x07c00000);
    CHECK(in(5) == 0);
    CHECK(in(8) == 0xffffffff);
    ecc.reset();
    CHECK(in(8) == 0);
    CHECK(in(0) == 0x20000000);
}
