// The ESCC as Linux's pmac_zilog and udbg_scc and OpenBIOS use it.
#include <catch2/catch.hpp>

#include <string>

#include "hw/char/escc.h"
#include "tests/device/io_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::ManualClock;
using vestige::test::MemoryState;
using vestige::test::Wires;

namespace {

class TestBackend final : public CharBackend {
  public:
    void write(std::span<const std::byte> data) override {
        for (std::byte b : data)
            written += static_cast<char>(b);
    }
    void resume() override { offer(); }
    void set_break(bool on) override { break_on = on; }
    void type(const std::string& text) {
        held += text;
        offer();
    }
    void offer() {
        const std::size_t taken = receive(std::as_bytes(std::span(held)));
        held.erase(0, taken);
    }
    std::string written, held;
    bool break_on = false;
};

constexpr unsigned irq_a = 15, irq_b = 16;
constexpr unsigned control_b = 0x00, data_b = 0x10, control_a = 0x20, data_a = 0x30;

struct Fixture {
    ManualClock clock;
    Scheduler scheduler{clock};
    Log log;
    Wires wires;
    TestBackend back_a, back_b;
    Escc escc{
        "escc", scheduler, {IrqLine(wires, irq_a), back_a}, {IrqLine(wires, irq_b), back_b}, log};
    EsccRegisters bus{escc, escc_layout_macio};
    EsccRegisters legacy{escc, escc_layout_macio_legacy};

    void set(unsigned control, unsigned index, unsigned value) {
        bus.write(control, 1, index | (index > 7 ? 8 : 0));
        bus.write(control, 1, value);
    }
    unsigned get(unsigned control, unsigned index) {
        if (index) bus.write(control, 1, index > 7 ? (index - 8) | 8 : index);
        return static_cast<unsigned>(bus.read(control, 1));
    }
    unsigned in(unsigned offset) { return static_cast<unsigned>(bus.read(offset, 1)); }
    void open(unsigned control) {
        set(control, 4, 0x44);
        set(control, 3, 0xc1);
        set(control, 5, 0x6a);
        set(control, 9, 0x0a);
    }
    void pass(Time by) { clock.advance(scheduler, by); }
};

} // namespace

TEST_CASE("ESCC: reset values", "[escc]") {
    Fixture f;
    REQUIRE(f.get(control_a, 0) == 0x44);
    REQUIRE(f.get(control_a, 1) == 0x07);
    REQUIRE(f.get(control_a, 3) == 0);
    REQUIRE(f.get(control_a, 15) == 0xf8);
}

TEST_CASE("ESCC: polled output reaches the channel's own back end", "[escc]") {
    Fixture f;
    f.open(control_a);
    for (char c : std::string("Hi")) {
        REQUIRE((f.get(control_a, 0) & 4) != 0);
        f.bus.write(data_a, 1, static_cast<unsigned char>(c));
    }
    REQUIRE(f.back_a.written == "Hi");
    REQUIRE(f.back_b.written.empty());
    SECTION("a disabled transmitter sends nothing") {
        f.bus.write(data_b, 1, 'x');
        REQUIRE(f.back_b.written.empty());
    }
    SECTION("the legacy view reaches the same chip") {
        f.legacy.write(6, 1, '!');
        REQUIRE(f.back_a.written == "Hi!");
        REQUIRE(f.legacy.read(2, 1) == 0x44);
        f.open(control_b);
        f.legacy.write(4, 1, 'b');
        REQUIRE(f.back_b.written == "b");
    }
}

TEST_CASE("ESCC: received characters wait for room", "[escc]") {
    Fixture f;
    f.back_a.type("abcdefg");
    REQUIRE(f.back_a.held == "abcdefg"); // the receiver is off
    f.open(control_a);
    REQUIRE(f.back_a.held == "bcdefg");
    f.pass(millisecond);
    REQUIRE(f.back_a.held == "defg"); // three in the FIFO
    std::string got;
    for (int i = 0; i < 100 && got.size() < 7; i++) {
        if (f.get(control_a, 0) & 1) got += static_cast<char>(f.in(data_a));
        f.pass(20 * microsecond);
    }
    REQUIRE(got == "abcdefg");
    REQUIRE((f.get(control_a, 0) & 1) == 0);
    SECTION("a guest that drains in a loop sees the line pause") {
        f.back_a.type("123456");
        f.pass(millisecond);
        int drained = 0;
        while ((f.get(control_a, 0) & 1) && drained < 100) {
            f.in(data_a);
            drained++;
        }
        REQUIRE(drained == 4); // the FIFO and the one that was due
    }
}

TEST_CASE("ESCC: receive interrupts on every character", "[escc]") {
    Fixture f;
    f.open(control_a);
    f.set(control_a, 1, 0x10);
    f.back_a.type("x");
    REQUIRE(f.wires.level(irq_a));
    REQUIRE_FALSE(f.wires.level(irq_b));
    REQUIRE(f.get(control_a, 3) == 0x20);
    REQUIRE(f.get(control_b, 3) == 0);
    REQUIRE(f.get(control_b, 2) == 0x0c); // code 6, status low
    f.bus.write(control_a, 1, 0x38);      // reset highest IUS does not take the character away
    REQUIRE(f.wires.level(irq_a));
    REQUIRE(f.in(data_a) == 'x');
    REQUIRE_FALSE(f.wires.level(irq_a));
    REQUIRE(f.get(control_b, 2) == 0x06);
    SECTION("without master enable the wire stays low") {
        f.set(control_a, 9, 0x02);
        f.pass(millisecond);
        f.back_a.type("y");
        REQUIRE_FALSE(f.wires.level(irq_a));
        f.set(control_b, 9, 0x0a); // WR9 is one register
        REQUIRE(f.wires.level(irq_a));
    }
    SECTION("status high reverses the code") {
        f.set(control_a, 9, 0x1a);
        f.pass(millisecond);
        f.back_a.type("y");
        REQUIRE(f.get(control_b, 2) == 0x30);
    }
}

TEST_CASE("ESCC: receive interrupt on the first character", "[escc]") {
    Fixture f;
    f.open(control_b);
    f.set(control_b, 1, 0x08);
    f.back_b.type("xy");
    REQUIRE(f.wires.level(irq_b));
    REQUIRE(f.in(data_b) == 'x');
    f.pass(millisecond);
    REQUIRE_FALSE(f.wires.level(irq_b)); // y came, but not first
    f.bus.write(control_b, 1, 0x20);
    REQUIRE(f.wires.level(irq_b));
}

TEST_CASE("ESCC: transmit interrupts", "[escc]") {
    Fixture f;
    f.open(control_a);
    f.set(control_a, 1, 0x02);
    REQUIRE_FALSE(f.wires.level(irq_a)); // an empty buffer alone does not ask
    f.bus.write(data_a, 1, 'a');
    REQUIRE(f.wires.level(irq_a));
    REQUIRE(f.get(control_a, 3) == 0x10);
    REQUIRE(f.get(control_b, 2) == 0x08);
    f.bus.write(control_a, 1, 0x28);
    REQUIRE_FALSE(f.wires.level(irq_a));
}

TEST_CASE("ESCC: local loopback and overrun", "[escc]") {
    Fixture f;
    f.open(control_a);
    f.set(control_a, 14, 0x10);
    f.set(control_a, 1, 0x10);
    for (char c : std::string("abcd"))
        f.bus.write(data_a, 1, static_cast<unsigned char>(c));
    REQUIRE(f.get(control_a, 1) == 0x27);
    REQUIRE(f.get(control_b, 2) == 0x0e); // special condition
    f.bus.write(control_a, 1, 0x30);
    REQUIRE(f.get(control_a, 1) == 0x07);
    REQUIRE(f.in(data_a) == 'a');
    REQUIRE(f.in(data_a) == 'b');
    REQUIRE(f.in(data_a) == 'c');
    REQUIRE((f.get(control_a, 0) & 1) == 0);
}

TEST_CASE("ESCC: software acknowledge holds back what is lower", "[escc]") {
    Fixture f;
    f.open(control_a);
    f.open(control_b);
    f.set(control_a, 9, 0x2a);
    f.set(control_a, 1, 0x10);
    f.set(control_b, 1, 0x10);
    f.back_a.type("a");
    f.back_b.type("b");
    REQUIRE(f.wires.level(irq_a));
    f.get(control_a, 2);
    REQUIRE_FALSE(f.wires.level(irq_a));
    REQUIRE_FALSE(f.wires.level(irq_b));
    f.in(data_a);
    f.bus.write(control_a, 1, 0x38);
    REQUIRE(f.wires.level(irq_b));
}

TEST_CASE("ESCC: resets", "[escc]") {
    Fixture f;
    f.open(control_a);
    f.set(control_a, 1, 0x10);
    f.back_a.type("x");
    f.set(control_b, 9, 0x80);
    REQUIRE_FALSE(f.wires.level(irq_a));
    REQUIRE((f.get(control_a, 0) & 1) == 0);
    f.open(control_a);
    f.set(control_a, 5, 0x7a);
    REQUIRE(f.back_a.break_on);
    f.escc.reset();
    f.back_a.type("z");
    REQUIRE(f.back_a.held == "z");
}

TEST_CASE("ESCC: state", "[escc]") {
    Fixture f, g;
    f.open(control_a);
    f.set(control_a, 1, 0x10);
    f.back_a.type("q");
    f.set(control_b, 12, 0x5e);
    MemoryState state;
    f.escc.visit(state);
    state.start_loading();
    g.escc.visit(state);
    REQUIRE(state.exhausted());
    REQUIRE(g.get(control_b, 12) == 0x5e);
    REQUIRE_FALSE(g.wires.level(irq_a)); // restoring tells nobody
    REQUIRE(g.in(data_a) == 'q');
    g.pass(millisecond);
    g.back_a.type("r");
    REQUIRE(g.wires.level(irq_a));
}
