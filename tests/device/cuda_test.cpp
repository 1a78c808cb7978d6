// CUDA, its 6522 and the ADB devices, driven the way OpenBIOS (polling) and Linux (interrupts) do.
#include <catch2/catch.hpp>

#include <array>
#include <vector>

#include "hw/input/adb_devices.h"
#include "hw/input/cuda.h"
#include "tests/device/io_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::ManualClock;
using vestige::test::MemoryState;
using vestige::test::Wires;

namespace {

constexpr unsigned rs = 0x200;
constexpr unsigned B = 0, DIRB = 2 * rs, T1CL = 4 * rs, T1CH = 5 * rs, T1LL = 6 * rs, T1LH = 7 * rs,
                   T2CL = 8 * rs, T2CH = 9 * rs, SR = 10 * rs, ACR = 11 * rs, IFR = 13 * rs,
                   IER = 14 * rs;
constexpr unsigned TREQ = 8, TACK = 0x10, TIP = 0x20, SR_OUT = 0x10, SR_INT = 4;

using Bytes = std::vector<unsigned>;

struct Fixture {
    ManualClock clock;
    Scheduler scheduler{clock};
    Log log;
    Wires wires;
    AdbBus adb;
    AdbKeyboard keyboard{"keyboard"};
    AdbMouse mouse{"mouse"};
    int power_downs = 0, restarts = 0;
    Cuda cuda{"cuda", scheduler,  IrqLine(wires, 0x12),
              adb,    0xe725b093, {[this] { power_downs++; }, [this] { restarts++; }},
              log};
    Fixture() {
        adb.attach(keyboard);
        adb.attach(mouse);
    }

    void pass(Time by) { clock.advance(scheduler, by); }
    unsigned in(unsigned reg) {
        pass(microsecond);
        return static_cast<unsigned>(cuda.registers().read(reg, 1));
    }
    void out(unsigned reg, unsigned value) {
        pass(microsecond);
        cuda.registers().write(reg, 1, value);
    }

    // OpenBIOS: clears the flags that it saw and goes on at the shift register's.
    void wait() {
        for (int i = 0; i < 1000; i++) {
            const unsigned flags = in(IFR);
            out(IFR, flags & 0x7f);
            if (flags & SR_INT) return;
        }
        FAIL("no shift register interrupt");
    }
    Bytes request(const Bytes& packet) {
        out(ACR, in(ACR) | SR_OUT);
        out(SR, packet[0]);
        out(B, in(B) & ~TIP);
        for (std::size_t i = 1; i < packet.size(); i++) {
            wait();
            out(SR, packet[i]);
            out(B, in(B) ^ TACK);
        }
        wait();
        out(ACR, in(ACR) & ~SR_OUT);
        in(SR);
        out(B, in(B) | TIP | TACK);
        wait();
        return receive();
    }
    Bytes receive() {
        Bytes reply;
        REQUIRE((in(B)&TREQ) == 0);
        in(SR);
        out(B, in(B) & ~TIP);
        while (reply.size() < 50) {
            wait();
            reply.push_back(in(SR));
            if (in(B)&TREQ) break;
            out(B, in(B) ^ TACK);
        }
        out(B, in(B) | TIP | TACK);
        wait();
        in(SR);
        return reply;
    }
};

constexpr auto press = KeyEvent::Action::press;
constexpr auto release = KeyEvent::Action::release;

} // namespace

TEST_CASE("CUDA: OpenBIOS finds and moves the keyboard", "[cuda]") {
    Fixture f;
    REQUIRE(f.request({0, 0x00}) == Bytes{0, 0, 0x00});
    REQUIRE(f.request({0, 0x1f}) == Bytes{0, 2, 0x1f}); // nobody at address 1
    REQUIRE(f.request({0, 0x2f}) == Bytes{0, 0, 0x62, 0x01});
    REQUIRE(f.request({0, 0x2b, 0x28, 0xfe}) == Bytes{0, 0, 0x2b});
    REQUIRE(f.request({0, 0x2f}) == Bytes{0, 2, 0x2f});
    REQUIRE(f.request({0, 0x8f}) == Bytes{0, 0, 0x68, 0x01});
    REQUIRE(f.request({0, 0x3f}) == Bytes{0, 0, 0x63, 0x02});
    REQUIRE(f.request({0, 0x8b, 0x28, 0x03})[1] == 0); // handler 3
    REQUIRE(f.request({0, 0x8f}) == Bytes{0, 0, 0x68, 0x03});
    REQUIRE(f.request({0, 0x3b, 0x23, 0x04})[1] == 0); // a handler that the mouse lacks
    REQUIRE(f.request({0, 0x3f}) == Bytes{0, 0, 0x63, 0x02});
    REQUIRE(f.request({0, 0x00}) == Bytes{0, 0, 0x00});
    REQUIRE(f.request({0, 0x2f}) == Bytes{0, 0, 0x62, 0x01});
}

TEST_CASE("CUDA: Linux synchronises first", "[cuda]") {
    Fixture f;
    f.out(DIRB, (f.in(DIRB) | TACK | TIP) & ~TREQ);
    f.out(B, f.in(B) | TACK | TIP);
    f.out(B, f.in(B) & ~TACK);
    REQUIRE((f.in(B)&TREQ) == 0);
    f.wait();
    f.out(B, f.in(B) | TACK);
    REQUIRE((f.in(B)&TREQ) != 0);
    f.wait();
    REQUIRE(f.request({1, 1, 1}) == Bytes{1, 0, 1});
}

TEST_CASE("CUDA: the clock", "[cuda]") {
    Fixture f;
    REQUIRE(f.request({1, 3}) == Bytes{1, 0, 3, 0xe7, 0x25, 0xb0, 0x93});
    f.pass(3 * second);
    REQUIRE(f.request({1, 3}) == Bytes{1, 0, 3, 0xe7, 0x25, 0xb0, 0x96});
    REQUIRE(f.request({1, 9, 0, 0, 1, 0}) == Bytes{1, 0, 9});
    f.pass(2 * second);
    REQUIRE(f.request({1, 3}) == Bytes{1, 0, 3, 0, 0, 1, 2});
    SECTION("one-second ticks") {
        REQUIRE(f.request({1, 0x1b, 3}) == Bytes{1, 0, 0x1b});
        f.pass(second + millisecond);
        REQUIRE(f.receive() == Bytes{3});
        f.request({1, 0x1b, 0});
        f.pass(3 * second);
        REQUIRE((f.in(B)&TREQ) != 0);
    }
}

TEST_CASE("CUDA: power, parameters, refusals", "[cuda]") {
    Fixture f;
    REQUIRE(f.request({1, 0x0c, 0, 0x13, 0x5a}) == Bytes{1, 0, 0x0c});
    REQUIRE(f.request({1, 0x07, 0, 0x13}) == Bytes{1, 0, 0x07, 0x5a});
    REQUIRE(f.request({1, 0x16}) == Bytes{1, 0, 0x16, 20});
    REQUIRE(f.request({1, 0x14, 0}) == Bytes{2, 5, 1, 0x14});
    REQUIRE(f.request({1, 0x19, 0x00, 0x0c}) == Bytes{1, 0, 0x19});
    REQUIRE(f.request({1, 0x1a}) == Bytes{1, 0, 0x1a, 0x00, 0x0c});
    REQUIRE(f.request({1, 0x77}) == Bytes{2, 2, 1, 0x77});
    REQUIRE(f.request({1, 9, 1}) == Bytes{2, 5, 1, 9}); // too short
    REQUIRE(f.power_downs + f.restarts == 0);
    f.request({1, 0x11});
    REQUIRE(f.restarts == 1);
    f.request({1, 0x0a});
    REQUIRE(f.power_downs == 1);
}

TEST_CASE("CUDA: keys come by autopoll", "[cuda]") {
    Fixture f;
    f.out(IER, 0x80 | SR_INT);
    f.keyboard.key({KEY_A, press});
    f.pass(second);
    REQUIRE_FALSE(f.wires.level(0x12)); // not asked for yet
    f.request({1, 1, 1});
    f.pass(100 * millisecond);
    REQUIRE(f.wires.level(0x12));
    REQUIRE(f.receive() == Bytes{0, 0x40, 0x2c, 0x00, 0xff});
    f.keyboard.key({KEY_A, press}); // auto-repeat is the host's affair
    f.keyboard.key({KEY_A, release});
    f.keyboard.key({KEY_RIGHTSHIFT, press});
    f.pass(100 * millisecond);
    REQUIRE(f.receive() == Bytes{0, 0x40, 0x2c, 0x80, 0x38});
    f.keyboard.key({KEY_POWER, press});
    f.pass(100 * millisecond);
    REQUIRE(f.receive() == Bytes{0, 0x40, 0x2c, 0x7f, 0x7f});
    REQUIRE(f.request({0, 0x2e}) == Bytes{0, 0, 0xeb, 0xff}); // shift and power held
    f.pass(second);
    REQUIRE(f.scheduler.next_deadline() == never); // an idle keyboard costs nothing
    SECTION("a host that begins to send into a waiting packet gives way") {
        f.keyboard.key({KEY_B, press});
        f.pass(100 * millisecond);
        f.in(SR);
        f.out(ACR, f.in(ACR) | SR_OUT);
        f.out(SR, 1);
        f.out(B, f.in(B) & ~TIP);
        f.wait();
        REQUIRE((f.in(B)&TREQ) == 0); // the collision
        f.out(ACR, f.in(ACR) & ~SR_OUT);
        f.in(SR);
        f.out(B, f.in(B) | TIP | TACK);
        f.wait();
        REQUIRE(f.receive() == Bytes{0, 0x40, 0x2c, 0x0b, 0xff});
    }
}

TEST_CASE("ADB: Caps Lock latches, right modifiers follow the handler", "[adb]") {
    Fixture f;
    const auto talk = [&] { return f.request({0, 0x2c}); };
    f.keyboard.key({KEY_CAPSLOCK, press});
    f.keyboard.key({KEY_CAPSLOCK, release});
    REQUIRE(talk() == Bytes{0, 0, 0x39, 0xff});
    REQUIRE(talk() == Bytes{0, 0, 0x2c});
    f.keyboard.key({KEY_CAPSLOCK, press});
    f.keyboard.key({KEY_CAPSLOCK, release});
    REQUIRE(talk() == Bytes{0, 0, 0xb9, 0xff});
    f.request({0, 0x2b, 0x22, 3});
    f.keyboard.key({KEY_RIGHTCTRL, press});
    REQUIRE(talk() == Bytes{0, 0, 0x7d, 0xff});
    f.keyboard.key({KEY_X, press});
    REQUIRE(f.request({0, 0x21}) == Bytes{0, 0, 0x21}); // flush
    REQUIRE(talk() == Bytes{0, 0, 0x2c});
}

TEST_CASE("ADB: the mouse", "[adb]") {
    Fixture f;
    f.mouse.mouse({.dx = 100, .dy = -3, .wheel = 0, .buttons = MouseEvent::left});
    REQUIRE(f.request({0, 0x3c}) == Bytes{0, 0, 0x7d, 0xbf}); // 63 of 100, left down
    REQUIRE(f.request({0, 0x3c}) == Bytes{0, 0, 0x00, 0xa5}); // the other 37
    REQUIRE(f.request({0, 0x3c}) == Bytes{0, 0, 0x3c});
    f.mouse.mouse({.dx = 0, .dy = 0, .wheel = 0, .buttons = MouseEvent::right});
    REQUIRE(f.request({0, 0x3c}) == Bytes{0, 0, 0x80, 0x00});
    f.mouse.mouse({.dx = 1 << 30, .dy = 1 << 30, .wheel = 0, .buttons = 0});
    f.mouse.mouse({.dx = 1 << 30, .dy = 1 << 30, .wheel = 0, .buttons = 0});
    REQUIRE(f.mouse.has_data());
}

TEST_CASE("InputHub carries events through the gate", "[adb]") {
    InputGate gate;
    InputHub hub(gate);
    Fixture f;
    hub.connect(f.keyboard);
    hub.connect(f.mouse);
    hub.post(KeyEvent{KEY_Q, press});
    hub.post(MouseEvent{.dx = -5, .dy = 6, .wheel = 0, .buttons = 0});
    REQUIRE_FALSE(f.keyboard.has_data());
    gate.deliver();
    REQUIRE(f.request({0, 0x2c}) == Bytes{0, 0, 0x0c, 0xff});
    REQUIRE(f.request({0, 0x3c}) == Bytes{0, 0, 0x86, 0xfb});
}

TEST_CASE("6522: timer 1 as Linux calibrates with it", "[via]") {
    Fixture f;
    const unsigned count = 4'700'000 / 100;
    f.out(ACR, 0x40);
    f.out(T1CH, 2);
    f.out(T1LL, count & 0xff);
    f.out(T1LH, count >> 8);
    const auto wait = [&] {
        for (int i = 0; i < 1'000'000; i++)
            if (f.in(IFR)&0x40) return f.clock.now();
        FAIL("timer 1 never expired");
        return Time{0};
    };
    const Time first = wait();
    f.in(T1CL);
    REQUIRE((f.in(IFR)&0x40) == 0);
    const Time period = wait() - first;
    REQUIRE(period > 60'000'000 - 20'000);
    REQUIRE(period < 60'000'000 + 20'000);
    // Unread, it stays pending and costs nothing; the counter runs on.
    REQUIRE(f.scheduler.next_deadline() == never);
    const unsigned before = f.in(T1CH);
    f.pass(20 * millisecond);
    REQUIRE(f.in(T1CH) != before);
}

TEST_CASE("6522: who reads a steady register again waits for an event", "[via]") {
    Fixture f;
    ViaRegisters& via = f.cuda.registers();
    REQUIRE(via.is_steady(IFR));
    REQUIRE(via.is_steady(B));
    f.out(ACR, 0x40);
    f.out(T1LL, 0x34);
    f.out(T1CH, 0x02);
    f.out(T2CL, 0x0d);
    f.out(T2CH, 0x03);
    unsigned events = 0;
    for (unsigned turn = 0; turn < 200; ++turn) {
        if (turn % 8 == 0) f.out(SR, 1), f.out(B, turn % 16 ? TACK : TIP | TACK);
        if (turn % 16 == 5) f.in(T1CL), f.in(T2CL);
        std::array<std::uint64_t, 16> before{};
        for (unsigned i = 0; i < 16; ++i)
            if (via.is_steady(i * rs)) before[i] = via.read(i * rs, 1);
        const Time next = f.scheduler.next_deadline();
        const bool waits = next != never && next > f.clock.now() + 1;
        f.pass(waits ? next - f.clock.now() - 1 : 700 * microsecond);
        if (next == never || waits)
            for (unsigned i = 0; i < 16; ++i)
                if (via.is_steady(i * rs)) REQUIRE(via.read(i * rs, 1) == before[i]);
        f.pass(1);
        events += waits;
    }
    REQUIRE(events > 20);
}

TEST_CASE("6522: interrupts of both timers", "[via]") {
    Fixture f;
    f.out(IER, 0x80 | 0x60);
    f.out(T2CL, 0x0d);
    f.out(T2CH, 0x03); // 781 ticks: 997 us
    f.pass(990 * microsecond);
    REQUIRE_FALSE(f.wires.level(0x12));
    f.pass(12 * microsecond);
    REQUIRE(f.wires.level(0x12));
    REQUIRE((f.in(IFR)&0xa0) == 0xa0);
    f.in(T2CL);
    REQUIRE_FALSE(f.wires.level(0x12));
    f.out(T1CL, 0x10);
    f.out(T1CH, 0x00); // one shot
    f.pass(millisecond);
    REQUIRE(f.wires.level(0x12));
    f.out(IFR, 0x40);
    f.pass(second);
    REQUIRE_FALSE(f.wires.level(0x12));
    REQUIRE(f.wires.rises(0x12) == 2);
}

TEST_CASE("CUDA: state in the middle of a reply", "[cuda]") {
    Fixture f, g;
    f.request({0, 0x2b, 0x28, 0xfe});
    f.request({1, 1, 1});
    f.keyboard.key({KEY_A, press});
    f.pass(100 * millisecond);
    MemoryState state;
    f.cuda.visit(state);
    f.keyboard.visit(state);
    f.mouse.visit(state);
    state.start_loading();
    g.cuda.visit(state);
    g.keyboard.visit(state);
    g.mouse.visit(state);
    REQUIRE(state.exhausted());
    REQUIRE(g.receive() == Bytes{0, 0x40, 0x8c, 0x00, 0xff});
}

TEST_CASE("CUDA: a hostile host does no harm", "[cuda]") {
    Fixture f;
    unsigned seed = 12345;
    for (int i = 0; i < 200'000; i++) {
        seed = seed * 1664525 + 1013904223;
        const unsigned reg = (seed >> 9) % 16 * rs;
        if (seed >> 31)
            f.out(reg, seed >> 16 & 0xff);
        else
            f.in(reg);
    }
    f.cuda.reset();
    f.request({0, 0});
    REQUIRE(f.request({0, 0x2f}) == Bytes{0, 0, 0x62, 0x01});
}
