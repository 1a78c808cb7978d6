#include <catch2/catch.hpp>

#include "hw/intc/irq_or.h"
#include "hw/intc/slavio_intctl.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::BusFixture;
using vestige::test::Wires;

namespace {

constexpr std::uint64_t base = 0x71e00000, system_base = base + SlavioIntctl::system_offset;
constexpr std::uint32_t mask_all = 0x80000000;

struct Fixture : BusFixture {
    Wires cpu_1;
    SlavioIntctl intctl{"intctl", {&cpu, &cpu_1}, log};
    Fixture() {
        for (unsigned i = 0; i < SlavioIntctl::max_cpus; ++i)
            bus.map_mmio("cpu", base + i * SlavioIntctl::cpu_spacing, SlavioIntctl::cpu_size,
                         intctl.cpu_registers(i), SlavioIntctl::traits);
        bus.map_mmio("system", system_base, SlavioIntctl::system_size, intctl.system_registers(),
                     SlavioIntctl::traits);
    }
    std::uint64_t in(std::uint64_t address) { return get(address, 4, Endian::big); }
    void out(std::uint64_t address, std::uint64_t value) { put(address, value, 4, Endian::big); }
    std::uint64_t pending(unsigned number) { return in(base + number * 0x1000); }
    void clear(unsigned number, std::uint64_t bits) { out(base + number * 0x1000 + 4, bits); }
    void set(unsigned number, std::uint64_t bits) { out(base + number * 0x1000 + 8, bits); }
    std::uint64_t system_pending() { return in(system_base); }
    std::uint64_t mask() { return in(system_base + 4); }
    void unmask(std::uint64_t bits) { out(system_base + 8, bits); }
    void set_mask(std::uint64_t bits) { out(system_base + 12, bits); }
    void target(std::uint64_t number) { out(system_base + 16, number); }
};

} // namespace

TEST_CASE_METHOD(Fixture, "SLAVIO interrupts: each device has its level") {
    const struct {
        unsigned input, level;
    } rows[] = {{slavio_input::keyboard_mouse, 12}, {slavio_input::serial, 12},
                {slavio_input::ethernet, 6},        {slavio_input::scsi, 4},
                {slavio_input::system_timer, 10},   {slavio_input::video, 8},
                {slavio_input::floppy, 11},         {slavio_input::sbus(1), 2},
                {slavio_input::sbus(5), 9},         {slavio_input::sbus(7), 13}};
    for (const auto& row : rows) {
        CAPTURE(row.input);
        intctl.set_irq(row.input, true);
        CHECK(cpu.level(row.level));
        CHECK_FALSE(cpu_1.level(row.level));
        CHECK(system_pending() == 1u << row.input);
        CHECK(pending(0) == 1u << row.level);
        CHECK(pending(1) == 0);
        intctl.set_irq(row.input, false);
        CHECK_FALSE(cpu.level(row.level));
        CHECK(system_pending() == 0);
    }
}

TEST_CASE_METHOD(Fixture, "SLAVIO interrupts: two devices of a level share it") {
    intctl.set_irq(slavio_input::serial, true);
    intctl.set_irq(slavio_input::keyboard_mouse, true);
    intctl.set_irq(slavio_input::serial, false);
    CHECK(cpu.level(12));
    intctl.set_irq(slavio_input::keyboard_mouse, false);
    CHECK_FALSE(cpu.level(12));
}

TEST_CASE_METHOD(Fixture, "SLAVIO interrupts: a masked input is pending and does not interrupt") {
    CHECK(mask() == 0);
    set_mask(0x7fffffff);
    CHECK(mask() == 0x705dff80); // what there is
    intctl.set_irq(slavio_input::scsi, true);
    CHECK_FALSE(cpu.level(4));
    CHECK(system_pending() == 1u << slavio_input::scsi);
    CHECK(pending(0) == 1u << 4);
    unmask(1u << slavio_input::scsi);
    CHECK(cpu.level(4));
    CHECK(mask() == (0x705dff80 & ~(1u << slavio_input::scsi)));
    set_mask(mask_all);
    CHECK_FALSE(cpu.level(4));
    unmask(mask_all);
    CHECK(cpu.level(4));
    out(system_base, 0xffffffff); // read-only
    CHECK(system_pending() == 1u << slavio_input::scsi);
}

TEST_CASE_METHOD(Fixture, "SLAVIO interrupts: the target hears the devices") {
    intctl.set_irq(slavio_input::scsi, true);
    target(1);
    CHECK(in(system_base + 16) == 1);
    CHECK_FALSE(cpu.level(4));
    CHECK(cpu_1.level(4));
    target(0xfffffffe); // CPU 2 is not there
    CHECK(in(system_base + 16) == 2);
    CHECK_FALSE(cpu_1.level(4));
    CHECK(pending(2) == 1u << 4);
}

TEST_CASE_METHOD(Fixture, "SLAVIO interrupts: software interrupts are a CPU's own") {
    set(1, 0xffffffff);
    CHECK(pending(1) == 0xfffe0000);
    CHECK(pending(0) == 0);
    for (unsigned level = 1; level < 16; ++level)
        CHECK(cpu_1.level(level) == (level == 15)); // the highest alone
    set_mask(0xffffffff);                           // masks none of them
    CHECK(cpu_1.level(15));
    clear(1, ~(1u << (16 + 13)));
    CHECK(pending(1) == 1u << (16 + 13));
    CHECK(cpu_1.level(13));
    CHECK_FALSE(cpu_1.level(12));
    clear(1, 1u << (16 + 13));
    CHECK_FALSE(cpu_1.level(13));
    set(3, 1u << 20); // of a CPU that is not there
    CHECK(pending(3) == 1u << 20);
}

TEST_CASE_METHOD(Fixture, "SLAVIO interrupts: CPU timers only know the mask of all") {
    set_mask(0x7fffffff);
    intctl.set_irq(slavio_input::first_cpu_timer + 1, true);
    CHECK(cpu_1.level(14));
    CHECK_FALSE(cpu.level(14));
    CHECK(pending(1) == 1u << 14);
    set_mask(mask_all);
    CHECK_FALSE(cpu_1.level(14));
    unmask(mask_all);
    clear(1, 0xffffffff); // the timer takes it away, not this
    CHECK(cpu_1.level(14));
    intctl.set_irq(slavio_input::first_cpu_timer + 1, false);
    CHECK_FALSE(cpu_1.level(14));
}

TEST_CASE_METHOD(Fixture, "SLAVIO interrupts: a level 15 is every CPU's until it clears it") {
    set_mask(1u << slavio_input::bus_error);
    intctl.set_irq(slavio_input::bus_error, true);
    CHECK(cpu.level(15));
    CHECK(cpu_1.level(15));
    clear(1, 1u << 15);
    CHECK_FALSE(cpu_1.level(15));
    CHECK(cpu.level(15));
    intctl.set_irq(slavio_input::bus_error, true); // still up: nothing new
    CHECK_FALSE(cpu_1.level(15));
    intctl.set_irq(slavio_input::bus_error, false);
    CHECK_FALSE(cpu.level(15));
    CHECK(pending(0) == 0);
}

TEST_CASE_METHOD(Fixture, "SLAVIO interrupts: reset and state") {
    set_mask(1u << slavio_input::scsi);
    intctl.set_irq(slavio_input::scsi, true);
    intctl.set_irq(slavio_input::floppy, true);
    set(0, 1u << 17);
    CHECK(cpu.level(11));
    target(1);
    CHECK(cpu.level(1));
    test::MemoryState state;
    intctl.visit(state);
    intctl.reset();
    CHECK(mask() == 0);
    CHECK(cpu.level(11)); // the wires are the devices'
    CHECK_FALSE(cpu.level(1));
    intctl.set_irq(slavio_input::scsi, false);
    state.start_loading();
    const unsigned rises = cpu_1.rises(11);
    intctl.visit(state);
    CHECK(state.exhausted());
    CHECK(cpu_1.rises(11) == rises); // told nobody
    CHECK(pending(0) == 1u << 17);
    CHECK(pending(1) == (1u << 11 | 1u << 4));
    intctl.set_irq(slavio_input::floppy, false);
    intctl.set_irq(slavio_input::floppy, true);
    CHECK(cpu_1.rises(11) == rises + 1);
    CHECK(mask() == 1u << slavio_input::scsi);
}

TEST_CASE("Joined wires: up while one of them is") {
    Wires wires;
    IrqOr joined("or", IrqLine(wires, 7));
    IrqLine a(joined, 0), b(joined, 1);
    a.set(true);
    b.set(true);
    a.set(false);
    CHECK(wires.level(7));
    test::MemoryState state;
    joined.visit(state);
    b.set(false);
    CHECK_FALSE(wires.level(7));
    state.start_loading();
    joined.visit(state);
    CHECK_FALSE(wires.level(7));
    joined.set_irq(1, false);
    joined.set_irq(1, true);
    CHECK(wires.level(7));
    CHECK(wires.rises(7) == 2);
}
