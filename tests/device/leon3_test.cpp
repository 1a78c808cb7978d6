// The GRLIB cores of the LEON3 board.
#include <catch2/catch.hpp>

#include "hw/char/apbuart.h"
#include "hw/intc/irqmp.h"
#include "hw/misc/grlib_pnp.h"
#include "hw/timer/gptimer.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;

namespace {

struct GrlibFixture : test::BusFixture {
    std::uint64_t word(std::uint64_t address) { return get(address, 4, Endian::big); }
    void word(std::uint64_t address, std::uint32_t value) { put(address, value, 4, Endian::big); }
};

struct IrqmpFixture : GrlibFixture {
    // A CPU's level inputs.
    struct Levels final : IrqSink {
        void set_irq(unsigned input, bool up) override {
            CHECK(up == (level == 0)); // one at a time
            CHECK((up || input == level));
            level = up ? input : 0;
        }
        operator unsigned() const { return level; }
        unsigned level = 0;
    };
    std::array<Levels, 2> level{};
    unsigned starts = 0;
    Irqmp irqmp{"irqmp", {{&level[0]}, {&level[1], [this] { ++starts; }}}, log};
    IrqmpFixture() { bus.map_mmio("irqmp", 0x200, Irqmp::region_size, irqmp, Irqmp::traits); }
    void pulse(unsigned input) {
        irqmp.set_irq(input, true);
        irqmp.set_irq(input, false);
    }
};

constexpr std::uint64_t level_register = 0x200, pending = 0x204, force0 = 0x208, clear = 0x20c,
                        status = 0x210, broadcast = 0x214, mask = 0x240, force = 0x280;

// 40 MHz, as on QEMU's board.
struct GptimerFixture : GrlibFixture {
    GpTimer timer{"gptimer", scheduler, 40'000'000, 6, {IrqLine(cpu, 6), IrqLine(cpu, 7)}};
    GptimerFixture() {
        bus.map_mmio("gptimer", 0x300, GpTimer::region_size, timer, GpTimer::traits);
    }
};

constexpr std::uint64_t scaler = 0x300, scaler_reload = 0x304, configuration = 0x308;
constexpr std::uint64_t value1 = 0x310, reload1 = 0x314, control1 = 0x318;
constexpr std::uint64_t value2 = 0x320, reload2 = 0x324, control2 = 0x328;

class Line final : public CharBackend {
  public:
    void write(std::span<const std::byte> data) override {
        for (const std::byte byte : data)
            sent += static_cast<char>(byte);
    }
    void resume() override {
        const std::size_t taken = receive(std::as_bytes(std::span(waiting)));
        waiting.erase(0, taken);
    }
    std::string sent, waiting;
};

struct ApbuartFixture : GrlibFixture {
    Line line;
    ApbUart uart{"apbuart", scheduler, IrqLine(cpu, 3), line, log};
    ApbuartFixture() {
        bus.map_mmio("apbuart", 0x100, ApbUart::region_size, uart, ApbUart::traits);
    }
    void type(const std::string& text) {
        line.waiting += text;
        line.resume();
    }
};

constexpr std::uint64_t uart_data = 0x100, uart_status = 0x104, uart_control = 0x108;
constexpr Time character = 87 * microsecond;

} // namespace

TEST_CASE_METHOD(IrqmpFixture, "IRQMP: the highest of the level that goes first") {
    pulse(3);
    CHECK(level[0] == 0); // masked
    word(mask, 0xffff'ffff);
    CHECK(word(mask) == 0xfffe);
    CHECK(level[0] == 3);
    CHECK(level[1] == 0);
    pulse(9);
    CHECK(level[0] == 9);
    word(level_register, 1 << 3);
    CHECK(level[0] == 3);
    CHECK(word(pending) == (1 << 3 | 1 << 9));
    irqmp.acknowledge(0, 3);
    CHECK(level[0] == 9);
    irqmp.acknowledge(0, 9);
    CHECK(level[0] == 0);
    CHECK(word(pending) == 0);
}

TEST_CASE_METHOD(IrqmpFixture, "IRQMP: an input that stays high asks again") {
    word(mask, 1 << 5);
    irqmp.set_irq(5, true);
    irqmp.acknowledge(0, 5);
    CHECK(level[0] == 5);
    word(clear, 1 << 5);
    CHECK(level[0] == 5);
    irqmp.set_irq(5, false);
    CHECK(level[0] == 5);
    word(clear, 1 << 5);
    CHECK(level[0] == 0);
    irqmp.set_irq(0, true); // not an interrupt
    word(mask, ~0u);
    CHECK(level[0] == 0);
}

TEST_CASE_METHOD(IrqmpFixture, "IRQMP: forced interrupts") {
    word(mask, 0xfffe);
    word(force0, 1 << 4);
    CHECK(level[0] == 4);
    pulse(4);
    irqmp.acknowledge(0, 4); // takes the force bit, not the pending one
    CHECK(word(force0) == 0);
    CHECK(word(pending) == 1 << 4);
    CHECK(level[0] == 4);
    irqmp.acknowledge(0, 4);
    CHECK(level[0] == 0);
    word(mask + 4, 0xfffe);
    word(force + 4, 1 << 14 | 1 << 2);
    CHECK(level[1] == 14);
    word(force + 4, 1u << (14 + 16));
    CHECK(level[1] == 2);
    CHECK(word(force + 4) == 1 << 2);
    CHECK(word(force) == 0);
    word(force + 8, 0xfffe); // no such processor
    CHECK(word(force + 8) == 0);
}

TEST_CASE_METHOD(IrqmpFixture, "IRQMP: broadcast, and processors that wait to be started") {
    word(mask, 0xfffe);
    word(mask + 4, 0xfffe);
    word(broadcast, 1 << 8);
    pulse(8);
    CHECK(level[0] == 8);
    CHECK(level[1] == 8);
    CHECK(word(pending) == 0);
    irqmp.acknowledge(0, 8);
    CHECK(level[0] == 0);
    CHECK(level[1] == 8);
    CHECK(word(status) == (1u << 28 | 1u << 27 | 2));
    word(status, 2);
    CHECK(starts == 1);
    CHECK(word(status) == (1u << 28 | 1u << 27));
    word(status, 2);
    CHECK(starts == 1);
}

TEST_CASE_METHOD(IrqmpFixture, "IRQMP: its state survives") {
    word(mask, 0xfffe);
    pulse(12);
    test::MemoryState state;
    irqmp.visit(state);
    irqmp.reset();
    CHECK(level[0] == 0);
    state.start_loading();
    irqmp.visit(state);
    CHECK(state.exhausted());
    CHECK(level[0] == 0u); // not told
    level[0].level = 12;   // the CPU's own state
    CHECK(irqmp.requested_level(0) == 12);
    irqmp.acknowledge(0, 12);
    CHECK(word(pending) == 0);
}

TEST_CASE_METHOD(GptimerFixture, "GPTIMER: what it is") {
    CHECK(word(configuration) == (2 | 6 << 3 | 1 << 8 | 1 << 9));
    CHECK(word(scaler_reload) == 0xffff);
    CHECK(word(0x330) == 0);
}

TEST_CASE_METHOD(GptimerFixture,
                 "GPTIMER: counts microseconds and interrupts when it passes zero") {
    word(scaler_reload, 39);
    word(reload1, 99);
    word(control1, 0xf); // load, restart, interrupt, enable
    CHECK(word(control1) == 0xb);
    CHECK(word(value1) == 99);
    advance(10 * microsecond);
    CHECK(word(value1) == 89);
    CHECK(word(scaler) == 39);
    advance(microsecond / 2);
    CHECK(word(scaler) == 19);
    CHECK(word(value1) == 89);
    advance(99 * microsecond - 10 * microsecond - microsecond / 2);
    CHECK(word(value1) == 0);
    CHECK(cpu.rises(6) == 0);
    advance(microsecond);
    CHECK(cpu.rises(6) == 1);
    CHECK_FALSE(cpu.level(6));
    CHECK(word(value1) == 99);
    CHECK(word(control1) == 0x1b);
    word(control1, 0x1b);
    CHECK(word(control1) == 0xb);
    advance(1000 * microsecond);
    CHECK(cpu.rises(6) == 11);
    CHECK(cpu.rises(7) == 0);
}

TEST_CASE_METHOD(GptimerFixture, "GPTIMER: without restart it stops below zero") {
    word(scaler_reload, 39);
    word(value2, 4);
    word(control2, 0x9);
    advance(second);
    CHECK(cpu.rises(7) == 1);
    CHECK(word(value2) == 0xffff'ffff);
    CHECK(word(control2) == 0x18);
    CHECK(scheduler.next_deadline() == never);
}

TEST_CASE_METHOD(GptimerFixture, "GPTIMER: a chained timer counts the other's rounds") {
    word(scaler_reload, 39);
    word(reload1, 9);
    word(control1, 0x7); // silent
    word(reload2, 2);
    word(control2, 0x2f);
    advance(29 * microsecond);
    CHECK(word(value2) == 0);
    CHECK(cpu.rises(7) == 0);
    advance(microsecond);
    CHECK(cpu.rises(7) == 1);
    CHECK(word(value2) == 2);
    CHECK(cpu.rises(6) == 0);
    advance(300 * microsecond);
    CHECK(cpu.rises(7) == 11);
    word(control1, 0x0); // the first stands: so does the second
    CHECK(scheduler.next_deadline() == never);
}

TEST_CASE_METHOD(GptimerFixture, "GPTIMER: nothing is scheduled where nobody is interrupted") {
    word(scaler_reload, 0);
    word(reload1, 0);
    word(control1, 0x7);
    CHECK(scheduler.next_deadline() == never);
    advance(second);
    CHECK(word(value1) == 0);
    word(reload1, 0xffff'ffff);
    word(control1, 0xf);
    advance(107 * second); // 2^32 cycles take 107.37 s
    CHECK(cpu.rises(6) == 0);
    advance(second / 2);
    CHECK(cpu.rises(6) == 1);
}

TEST_CASE_METHOD(GptimerFixture, "GPTIMER: its state survives") {
    word(scaler_reload, 39);
    word(reload1, 99);
    word(control1, 0xf);
    advance(50 * microsecond + 300);
    test::MemoryState state;
    timer.visit(state);
    timer.reset();
    CHECK(word(control1) == 0);
    state.start_loading();
    timer.visit(state);
    CHECK(state.exhausted());
    CHECK(word(value1) == 49);
    advance(49 * microsecond);
    CHECK(cpu.rises(6) == 0);
    advance(microsecond);
    CHECK(cpu.rises(6) == 1);
}

TEST_CASE_METHOD(ApbuartFixture, "APBUART: sends when it may") {
    word(uart_data, 'x');
    CHECK(line.sent.empty());
    CHECK(word(uart_control) == 0x8000'0000);
    word(uart_control, 3);
    word(uart_data, 'a');
    put(uart_data + 3, 'b', 1, Endian::big); // as a byte
    CHECK(line.sent == "ab");
    CHECK(word(uart_status) == 0x86);
    CHECK(cpu.rises(3) == 0);
    word(uart_control, 0xb);
    word(uart_data, 'c');
    CHECK(cpu.rises(3) == 1);
    CHECK_FALSE(cpu.level(3));
}

TEST_CASE_METHOD(ApbuartFixture, "APBUART: receives at the line's pace") {
    type("hello, world");
    CHECK((word(uart_status) & 1) == 0);
    word(uart_control, 5); // the receiver, and a pulse each character
    CHECK(cpu.rises(3) == 1);
    CHECK(word(uart_status) == (0x87 | 1u << 26));
    CHECK(word(uart_data) == 'h');
    CHECK((word(uart_status) & 1) == 0);
    advance(20 * character);
    CHECK(cpu.rises(3) == 9);
    CHECK(word(uart_status) == (0x87 | 1 << 8 | 1 << 10 | 8u << 26));
    std::string text = "h";
    for (unsigned i = 0; i < 20; ++i) {
        if (word(uart_status) & 1) text += static_cast<char>(word(uart_data));
        advance(character);
    }
    CHECK(text == "hello, world");
    CHECK(word(uart_data) == 0);
}

TEST_CASE_METHOD(ApbuartFixture, "APBUART: the FIFO's interrupt is a level") {
    word(uart_control, 0x401);
    type("abcde");
    advance(2 * character);
    CHECK_FALSE(cpu.level(3));
    advance(3 * character);
    CHECK(cpu.level(3));
    word(uart_data);
    CHECK(cpu.level(3));
    word(uart_data);
    CHECK_FALSE(cpu.level(3));
    word(uart_control, 0x202);
    CHECK(cpu.level(3)); // there is always room to send
    word(uart_control, 0);
    CHECK_FALSE(cpu.level(3));
}

TEST_CASE_METHOD(ApbuartFixture, "APBUART: loopback overruns") {
    word(uart_control, 0x83);
    for (unsigned i = 0; i < 9; ++i)
        word(uart_data, 'a' + i);
    CHECK(line.sent.empty());
    CHECK((word(uart_status) & 0x411) == 0x411);
    CHECK(word(uart_data) == 'a');
    word(uart_status, 0);
    CHECK((word(uart_status) & 0x10) == 0);
}

TEST_CASE_METHOD(ApbuartFixture, "APBUART: its state survives") {
    word(uart_control, 0x401);
    type("abcd");
    advance(4 * character);
    CHECK(cpu.level(3));
    test::MemoryState state;
    uart.visit(state);
    uart.reset();
    CHECK_FALSE(cpu.level(3));
    state.start_loading();
    uart.visit(state);
    CHECK(state.exhausted());
    CHECK_FALSE(cpu.level(3)); // not told
    CHECK(word(uart_data) == 'a');
    CHECK(word(uart_data) == 'b');
}

TEST_CASE_METHOD(GrlibFixture, "GRLIB plug and play: the tables of QEMU's board") {
    using Area = GrlibAhbEntry::Area;
    GrlibPnp ahb{"ahb",
                 GrlibPnp::ahb_table({{.core = {grlib_gaisler, grlib_leon3, 0}}},
                                     {{.core = {grlib_gaisler, grlib_apb_bridge, 0},
                                       .areas = {Area{Area::Kind::memory, 0x8000'0000, 0xfff}}}}),
                 log};
    GrlibPnp apb{"apb",
                 GrlibPnp::apb_table({{{grlib_gaisler, grlib_irqmp, 2}, 0x8000'0200},
                                      {{grlib_gaisler, grlib_gptimer, 0, 6}, 0x8000'0300},
                                      {{grlib_gaisler, grlib_apbuart, 1, 3}, 0x8000'0100}}),
                 log};
    bus.map_mmio("ahb", 0xffff'f000, GrlibPnp::region_size, ahb, GrlibPnp::traits);
    bus.map_mmio("apb", 0x800f'f000, GrlibPnp::region_size, apb, GrlibPnp::traits);
    // Read off qemu-system-sparc 7.2 -M leon3_generic.
    CHECK(word(0xffff'f000) == 0x0100'3000);
    CHECK(word(0xffff'f020) == 0);
    CHECK(word(0xffff'f800) == 0x0100'6000);
    CHECK(word(0xffff'f810) == 0x8000'fff2);
    CHECK(word(0x800f'f000) == 0x0100'd040);
    CHECK(word(0x800f'f004) == 0x0020'fff1);
    CHECK(word(0x800f'f008) == 0x0101'1006);
    CHECK(word(0x800f'f00c) == 0x0030'fff1);
    CHECK(word(0x800f'f010) == 0x0100'c023);
    CHECK(word(0x800f'f014) == 0x0010'fff1);
    CHECK(word(0x800f'f018) == 0);
    CHECK(get(0x800f'f013, 1, Endian::big) == 0x23);
    word(0x800f'f000, 0);
    CHECK(word(0x800f'f000) == 0x0100'd040);
}
