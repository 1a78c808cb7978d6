#include <catch2/catch.hpp>

#include "hw/intc/heathrow_pic.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::BusFixture;

namespace {

struct Fixture : BusFixture {
    HeathrowPic pic{"pic", IrqLine(cpu, 0), log};
    Fixture() { bus.map_mmio("pic", 0x10, HeathrowPic::size, pic, HeathrowPic::traits); }
};

// Addresses as in the MacIO chip: the bank of inputs 32 to 63 comes first.
constexpr std::uint64_t high_event = 0x10, high_mask = 0x14, high_clear = 0x18, high_level = 0x1c;
constexpr std::uint64_t low_event = 0x20, low_mask = 0x24, low_clear = 0x28, low_level = 0x2c;

} // namespace

TEST_CASE_METHOD(Fixture, "Heathrow PIC: an edge stays until it is cleared") {
    put(low_mask, 1 << 18);
    pic.set_irq(18, true);
    CHECK(cpu.level(0));
    CHECK(get(low_event) == 1 << 18);
    CHECK(get(low_level) == 1 << 18);
    put(low_clear, 1 << 18);
    CHECK_FALSE(cpu.level(0));
    CHECK(get(low_event) == 0);
    pic.set_irq(18, false);
    pic.set_irq(18, true);
    pic.set_irq(18, false);
    CHECK(cpu.level(0));
    CHECK(get(low_level) == 0);
    CHECK(get(low_event) == 1 << 18);
}

TEST_CASE_METHOD(Fixture, "Heathrow PIC: slot inputs interrupt while they are high") {
    put(low_mask, 1 << 23);
    pic.set_irq(23, true);
    CHECK(cpu.level(0));
    CHECK(get(low_event) == 0);
    put(low_clear, 0xffffffff);
    CHECK(cpu.level(0));
    pic.set_irq(23, false);
    CHECK_FALSE(cpu.level(0));
}

TEST_CASE_METHOD(Fixture, "Heathrow PIC: inputs 32 and up are the first bank, all edges") {
    pic.set_irq(32 + 23, true);
    CHECK(get(high_event) == 1 << 23);
    CHECK(get(high_level) == 1 << 23);
    CHECK_FALSE(cpu.level(0)); // masked
    put(high_mask, 1 << 23);
    CHECK(cpu.level(0));
    CHECK(get(high_mask) == 1 << 23);
    put(high_clear, 1 << 23);
    CHECK_FALSE(cpu.level(0));
    CHECK(get(low_mask) == 0);
}

TEST_CASE_METHOD(Fixture, "Heathrow PIC: reset masks everything and keeps the inputs") {
    put(low_mask, 0xffffffff);
    pic.set_irq(5, true);
    pic.reset();
    CHECK_FALSE(cpu.level(0));
    CHECK(get(low_level) == 1 << 5);
    CHECK(get(low_event) == 0);
}

TEST_CASE_METHOD(Fixture, "Heathrow PIC: its state comes back without a change on the wire") {
    put(low_mask, 1 << 18);
    pic.set_irq(18, true);
    test::MemoryState state;
    pic.visit(state);
    put(low_clear, 1 << 18);
    pic.reset();
    state.start_loading();
    const unsigned rises = cpu.rises(0);
    pic.visit(state);
    CHECK(state.exhausted());
    CHECK(get(low_event) == 1 << 18);
    CHECK(cpu.rises(0) == rises);
    put(low_clear, 1 << 18);
    pic.set_irq(18, false);
    pic.set_irq(18, true);
    CHECK(cpu.rises(0) == rises + 1);
}
