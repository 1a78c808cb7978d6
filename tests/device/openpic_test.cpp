#include <catch2/catch.hpp>

#include "hw/intc/openpic.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::BusFixture;

namespace {

constexpr std::uint64_t base = 0x40000;
constexpr std::uint64_t feature = base + 0x1000, global = base + 0x1020, spurious = base + 0x10e0;
constexpr std::uint64_t task = base + 0x20080, acknowledge = base + 0x200a0, end = base + 0x200b0;
constexpr std::uint64_t ipi_dispatch = base + 0x20040, ipi_vector = base + 0x10a0;
constexpr std::uint64_t timer = base + 0x1100;
constexpr std::uint32_t masked = 1u << 31, active = 1u << 30, level_sense = 1u << 22;

constexpr std::uint64_t vector_of(unsigned source) { return base + 0x10000 + source * 0x20; }
constexpr std::uint64_t destination_of(unsigned source) { return vector_of(source) + 0x10; }

struct Fixture : BusFixture {
    OpenPic pic{"pic", scheduler, IrqLine(cpu, 0), log};
    Fixture() { bus.map_mmio("pic", base, OpenPic::size, pic, OpenPic::traits); }

    void enable(unsigned source, unsigned priority, std::uint32_t flags = 0) {
        put(vector_of(source), source | priority << 16 | flags);
        put(destination_of(source), 1);
    }
};

} // namespace

TEST_CASE_METHOD(Fixture, "OpenPIC: the reset state is the one KeyLargo shows") {
    CHECK(get(feature) == 0x003f0002);
    CHECK(get(feature, 4, Endian::big) == 0x02003f00);
    CHECK(get(global) == 0);
    CHECK(get(base + 0x1080) == 0);
    CHECK(get(spurious) == 0xff);
    CHECK(get(base + 0x10f0) == 4160000);
    CHECK(get(vector_of(0)) == masked);
    CHECK(get(destination_of(0)) == 0);
    CHECK(get(task) == 15);
    CHECK(get(base + 0x20090) == 0);
    CHECK(get(timer + 0x10) == 0x80000000);
    CHECK(get(vector_of(64)) == 0xffffffff);
}

TEST_CASE_METHOD(Fixture, "OpenPIC: an edge is taken once") {
    enable(25, 8);
    put(task, 0);
    pic.set_irq(25, true);
    CHECK(cpu.level(0));
    CHECK(get(vector_of(25)) == (25 | 8 << 16 | active));
    CHECK(get(acknowledge) == 25);
    CHECK_FALSE(cpu.level(0));
    CHECK(get(acknowledge) == 0xff);
    put(end, 0);
    CHECK_FALSE(cpu.level(0));
    CHECK(get(vector_of(25)) == (25 | 8 << 16));
    pic.set_irq(25, false);
    pic.set_irq(25, true);
    CHECK(cpu.level(0));
}

TEST_CASE_METHOD(Fixture, "OpenPIC: a level comes back until it falls") {
    enable(28, 8, level_sense);
    put(task, 0);
    pic.set_irq(28, true);
    CHECK(get(acknowledge) == 28);
    CHECK_FALSE(cpu.level(0));
    put(end, 0);
    CHECK(cpu.level(0));
    pic.set_irq(28, false);
    CHECK_FALSE(cpu.level(0));
    CHECK(get(acknowledge) == 0xff);
}

TEST_CASE_METHOD(Fixture, "OpenPIC: a level that was high before its set-up counts, then falls") {
    pic.set_irq(28, true); // still edge-triggered and masked
    enable(28, 8, level_sense);
    put(task, 0);
    CHECK(cpu.level(0));
    pic.set_irq(28, false);
    CHECK_FALSE(cpu.level(0));
}

TEST_CASE_METHOD(Fixture, "OpenPIC: the task priority and masks hold interrupts back") {
    enable(3, 8);
    pic.set_irq(3, true);
    CHECK_FALSE(cpu.level(0));
    put(task, 8);
    CHECK_FALSE(cpu.level(0));
    put(task, 7);
    CHECK(cpu.level(0));
    put(vector_of(3), 3 | 8 << 16 | masked);
    CHECK_FALSE(cpu.level(0));
    put(vector_of(3), 3 | 8 << 16);
    CHECK(cpu.level(0));
    put(destination_of(3), 0);
    CHECK_FALSE(cpu.level(0));
}

TEST_CASE_METHOD(Fixture, "OpenPIC: a higher priority interrupts what is served, an equal waits") {
    enable(10, 8);
    enable(11, 8);
    enable(12, 9);
    put(task, 0);
    pic.set_irq(11, true);
    pic.set_irq(10, true);
    CHECK(get(acknowledge) == 10); // the lower number of equals
    CHECK_FALSE(cpu.level(0));
    pic.set_irq(12, true);
    CHECK(cpu.level(0));
    CHECK(get(acknowledge) == 12);
    put(end, 0); // 12
    CHECK_FALSE(cpu.level(0));
    put(end, 0); // 10
    CHECK(cpu.level(0));
    CHECK(get(acknowledge) == 11);
    put(end, 0);
    put(end, 0); // one too many
    CHECK_FALSE(cpu.level(0));
}

TEST_CASE_METHOD(Fixture, "OpenPIC: the asking CPU's registers are mirrored below") {
    put(base + 0x80, 3);
    CHECK(get(task) == 3);
    enable(1, 8);
    pic.set_irq(1, true);
    CHECK(get(base + 0xa0) == 1);
    put(base + 0xb0, 0);
    CHECK(get(acknowledge) == 0xff);
}

TEST_CASE_METHOD(Fixture, "OpenPIC: interprocessor interrupts to oneself") {
    put(ipi_vector + 0x20, 0x42 | 10 << 16 | level_sense);
    CHECK(get(ipi_vector + 0x20) == (0x42 | 10 << 16)); // no sense bit
    put(task, 0);
    put(ipi_dispatch + 0x20, 2); // to CPU 1, which is not there
    CHECK_FALSE(cpu.level(0));
    put(ipi_dispatch + 0x20, 1);
    CHECK(get(acknowledge) == 0x42);
}

TEST_CASE_METHOD(Fixture, "OpenPIC: timers count at 4.17 MHz and interrupt each round") {
    put(task, 0);
    put(timer + 0x40 + 0x20, 0x50 | 5 << 16);
    put(timer + 0x40 + 0x30, 1);
    put(timer + 0x40 + 0x10, 4166666); // a second
    advance(second / 2);
    CHECK(get(timer + 0x40) == 2083333);
    CHECK_FALSE(cpu.level(0));
    advance(second / 2);
    CHECK(get(acknowledge) == 0x50);
    put(end, 0);
    CHECK(get(timer + 0x40) == (4166666 | 1u << 31)); // toggled
    advance(second);
    CHECK(get(timer + 0x40) == 4166666);
    CHECK(get(acknowledge) == 0x50);
    put(end, 0);
    put(timer + 0x40 + 0x10, 0x80000000);
    advance(10 * second);
    CHECK_FALSE(cpu.level(0));
    put(timer + 0x10, 0); // zero never fires
    CHECK(scheduler.next_deadline() == never);
}

TEST_CASE_METHOD(Fixture, "OpenPIC: the global reset keeps the inputs alone") {
    enable(28, 8, level_sense);
    put(task, 0);
    put(spurious, 0x1fe);
    CHECK(get(spurious) == 0xfe);
    pic.set_irq(28, true);
    put(global, 0x80000000);
    CHECK(get(global) == 0);
    CHECK_FALSE(cpu.level(0));
    CHECK(get(spurious) == 0xff);
    put(global, 0x20000000);
    CHECK(get(global) == 0x20000000);
    enable(28, 8, level_sense);
    put(task, 0);
    CHECK(cpu.level(0));
}

TEST_CASE_METHOD(Fixture, "OpenPIC: no address or value upsets it") {
    for (std::uint64_t at = base; at < base + OpenPic::size; at += 0x10) {
        put(at, 0xffffffff);
        get(at);
        put(at, 0);
    }
    get(base + 0x1001, 1);
    CHECK(get(base + 4) == 0xffffffff);
}

TEST_CASE_METHOD(Fixture, "OpenPIC: its state comes back, armed timers included") {
    enable(28, 8, level_sense);
    put(task, 0);
    pic.set_irq(28, true);
    get(acknowledge);
    put(timer + 0x20, 0x50 | 9 << 16);
    put(timer + 0x30, 1);
    put(timer + 0x10, 4166666);
    test::MemoryState state;
    pic.visit(state);
    pic.reset();
    CHECK(scheduler.next_deadline() == never);
    state.start_loading();
    pic.visit(state);
    CHECK(state.exhausted());
    CHECK(scheduler.next_deadline() == second);
    advance(second);
    CHECK(get(acknowledge) == 0x50);
    put(end, 0);
    put(end, 0);
    CHECK(get(acknowledge) == 28);
}
