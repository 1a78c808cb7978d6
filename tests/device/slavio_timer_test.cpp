#include <catch2/catch.hpp>

#include "hw/timer/slavio_timer.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::BusFixture;

namespace {

constexpr std::uint64_t base = 0x71d00000, system_base = base + SlavioTimer::system_offset;
constexpr std::uint32_t reached = 0x80000000;
constexpr Time step = 500;

struct Fixture : BusFixture {
    SlavioTimer timer{
        "timer", scheduler, IrqLine(cpu, 10), {IrqLine(cpu, 14), IrqLine(cpu, 15)}, log};
    Fixture() {
        for (unsigned i = 0; i < SlavioTimer::max_cpus; ++i)
            bus.map_mmio("cpu", base + i * SlavioTimer::cpu_spacing, SlavioTimer::cpu_size,
                         timer.cpu_registers(i), SlavioTimer::traits);
        bus.map_mmio("system", system_base, SlavioTimer::system_size, timer.system_registers(),
                     SlavioTimer::traits);
        timer.reset();
    }
    std::uint64_t in(std::uint64_t address) { return get(address, 4, Endian::big); }
    void out(std::uint64_t address, std::uint64_t value) { put(address, value, 4, Endian::big); }
    std::uint64_t limit() { return in(system_base); }
    std::uint64_t count() { return in(system_base + 4); }
    void set_limit(std::uint64_t steps) { out(system_base, (steps + 1) << 9); }
    void set_limit_only(std::uint64_t steps) { out(system_base + 8, (steps + 1) << 9); }
    std::uint64_t user_count() { return get(base, 8, Endian::big); }
};

} // namespace

TEST_CASE_METHOD(Fixture, "SLAVIO timer: without a limit it runs freely and never interrupts") {
    CHECK(limit() == 0);
    advance(10 * step);
    CHECK(count() == 10 << 9);
    advance(step - 1);
    CHECK(count() == 10 << 9);
    advance(1);
    CHECK(count() == 11 << 9);
    advance(((1 << 22) - 11) * step);
    CHECK(count() == 0);
    CHECK_FALSE(cpu.level(10));
    CHECK(scheduler.next_deadline() == never);
}

TEST_CASE_METHOD(Fixture, "SLAVIO timer: the system's interrupts at its limit until that is read") {
    set_limit(20'000); // 100 a second, as Linux has it
    CHECK(limit() == 20'001 << 9);
    advance(10 * millisecond - 1);
    CHECK_FALSE(cpu.level(10));
    CHECK(count() == 19'999 << 9);
    advance(1);
    CHECK(cpu.level(10));
    CHECK(count() == reached);
    advance(3 * step);
    CHECK(count() == (reached | 3 << 9)); // Linux adds a period while the bit is up
    CHECK(cpu.level(10));
    CHECK(limit() == 20'001 << 9);
    CHECK_FALSE(cpu.level(10));
    CHECK(count() == 3 << 9);
    // Never late: a thousand rounds are ten seconds.
    const unsigned before = cpu.rises(10);
    for (int i = 0; i < 1000; ++i) {
        advance(10 * millisecond);
        limit();
    }
    CHECK(cpu.rises(10) == before + 1000);
    CHECK(count() == 3 << 9);
    // What was missed is missed.
    advance(second);
    CHECK(limit() != 0);
    CHECK_FALSE(cpu.level(10));
    CHECK(cpu.rises(10) == before + 1001);
    advance(second + 7 * step);
    limit();
    CHECK(count() == 10 << 9);
}

TEST_CASE_METHOD(Fixture,
                 "SLAVIO timer: Linux' time does not run backwards where the host is late") {
    set_limit(20'000);
    std::uint64_t rounds = 0;
    const auto time = [&] {
        const std::uint64_t value = count();
        return 20'000 * (rounds + (value & reached ? 1 : 0)) + ((value & ~reached) >> 9);
    };
    advance(9 * millisecond);
    CHECK(time() == 18'000);
    // The tenth of a round that would be left is too short for the interrupt to get through.
    clock.fall_behind(10 * millisecond);
    const std::uint64_t before = time();
    CHECK(before >= 20'000);
    advance(3 * millisecond);
    CHECK(limit() != 0);
    rounds++;
    CHECK(time() == before + 6'000);
    // A little late is nothing.
    advance(6 * millisecond);
    clock.fall_behind(2 * millisecond);
    CHECK(time() == before + 6'000 + 16'000);
}

TEST_CASE_METHOD(Fixture, "SLAVIO timer: a new limit starts anew, one by itself does not") {
    set_limit(1000);
    advance(600 * step);
    set_limit(1000);
    CHECK(count() == 0);
    advance(600 * step);
    set_limit_only(800);
    CHECK(count() == 600 << 9);
    advance(200 * step);
    CHECK(cpu.level(10));
    set_limit(800); // takes the interrupt away, too
    CHECK_FALSE(cpu.level(10));
    // A limit below the count is met after the counter's end.
    advance(600 * step);
    set_limit_only(500);
    advance(((1 << 22) - 600) * step);
    CHECK(count() == 0);
    CHECK_FALSE(cpu.level(10));
    advance(500 * step);
    CHECK(cpu.level(10));
    limit();
    set_limit_only(0);
    advance(step);
    CHECK(cpu.level(10)); // the least there is
}

TEST_CASE_METHOD(Fixture, "SLAVIO timer: each CPU has one") {
    out(base + 0x1000, 101 << 9);
    out(base + 0x3000, 101 << 9); // of a CPU that is not there
    advance(100 * step);
    CHECK(cpu.level(15));
    CHECK_FALSE(cpu.level(14));
    CHECK(in(base + 0x3004) == reached);
    CHECK(in(base + 4) == 100 << 9);
    CHECK(in(base + 0x1000) == 101 << 9);
    CHECK_FALSE(cpu.level(15));
    CHECK(in(base + 0xc) == 1);
}

TEST_CASE_METHOD(Fixture, "SLAVIO timer: a user timer counts 62 bits, stops and can be set") {
    out(base, 101 << 9);
    out(system_base + 0x10, 0xffffff01);
    CHECK(in(system_base + 0x10) == 1); // of four CPUs
    CHECK(user_count() == 0);
    advance(1000 * second);
    CHECK(user_count() == 2'000'000'000ull << 9);
    CHECK_FALSE(cpu.level(14));
    out(base + 0xc, 0);
    CHECK(in(base + 0xc) == 0);
    advance(second);
    CHECK(user_count() == 2'000'000'000ull << 9);
    out(base, 0x12345678);
    out(base + 4, 0xfffffe00);
    CHECK(user_count() == 0x12345678fffffe00);
    advance(second);
    CHECK(user_count() == 0x12345678fffffe00);
    out(base + 0xc, 1);
    advance(2 * step);
    CHECK(user_count() == 0x1234567900000200);
    // At its end it says so and goes on from zero.
    out(base, 0xffffffff);
    out(base + 4, 0xfffffe00);
    CHECK(in(base) == 0x7fffffff);
    advance(3 * step);
    CHECK(in(base) == reached);
    CHECK(in(base + 4) == 2 << 9);
    CHECK_FALSE(cpu.level(14));
    out(system_base + 0x10, 0);
    CHECK(in(base) == 0);
    advance(5 * step);
    CHECK(in(base + 4) == 5 << 9);
}

TEST_CASE_METHOD(Fixture, "SLAVIO timer: reset and state") {
    set_limit(1000);
    out(base, 3 << 9);
    out(system_base + 0x10, 2);
    advance(10 * step);
    CHECK(cpu.level(14));
    test::MemoryState state;
    timer.visit(state);
    timer.reset();
    CHECK(limit() == 0);
    CHECK(count() == 0);
    CHECK_FALSE(cpu.level(14));
    CHECK(in(system_base + 0x10) == 0);
    state.start_loading();
    timer.visit(state);
    CHECK(state.exhausted());
    CHECK_FALSE(cpu.level(14)); // told nobody
    CHECK(count() == 10 << 9);
    CHECK(in(system_base + 0x10) == 2);
    advance(990 * step);
    CHECK(cpu.level(10));
}
