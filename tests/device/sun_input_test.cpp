// Sun's keyboard and mouse behind the serial chip that they sit on, as OpenBIOS and Linux's
// sunzilog and sunkbd use them.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "hw/char/escc.h"
#include "hw/input/sun_keyboard.h"
#include "hw/input/sun_mouse.h"
#include "hw/intc/irq_or.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::BusFixture;

namespace {

constexpr std::uint64_t base = 0x71000000;
constexpr std::uint64_t mouse_control = base, mouse_data = base + 2, keyboard_control = base + 4,
                        keyboard_data = base + 6;
using Bytes = std::vector<unsigned>;

struct Fixture : BusFixture {
    SunKeyboard keyboard{"keyboard", log};
    SunMouse mouse{"mouse"};
    IrqOr irq{"irq", IrqLine(cpu, 14)};
    Escc escc{"escc",
              scheduler,
              {IrqLine(irq, 0), keyboard, Escc::ReceiverAfterReset::on},
              {IrqLine(irq, 1), mouse},
              log};
    EsccRegisters registers{escc, escc_layout_sun};
    Fixture() {
        bus.map_mmio("escc", base, registers.region_size(), registers, EsccRegisters::traits);
    }

    void set(std::uint64_t control, unsigned index, unsigned value) {
        put(control, index, 1);
        put(control, value, 1);
    }
    unsigned in(std::uint64_t address) { return static_cast<unsigned>(get(address, 1)); }
    void open(std::uint64_t control) {
        set(control, 3, 0xc1);
        set(control, 5, 0x68);
        set(control, 1, 0x12);
        set(control, 9, 0x0a);
    }
    Bytes receive(std::uint64_t control) {
        Bytes got;
        for (int idle = 0; idle < 3; advance(100 * microsecond)) {
            if (in(control)&1)
                got.push_back(in(control + 2));
            else
                ++idle;
        }
        return got;
    }
    void press(std::uint16_t key) { keyboard.key({key, KeyEvent::Action::press}); }
    void release(std::uint16_t key) { keyboard.key({key, KeyEvent::Action::release}); }
    void command(unsigned value) { put(keyboard_data, value, 1); }
};

} // namespace

TEST_CASE_METHOD(Fixture, "Sun keyboard: OpenBIOS hears it without setting the chip up") {
    CHECK(registers.region_size() == 8);
    press(KEY_A);
    CHECK(in(keyboard_control) == 0x45);
    CHECK(in(keyboard_data) == 77);
    CHECK(in(mouse_control) == 0x44);
    release(KEY_A);
    CHECK(receive(keyboard_control) == Bytes{77 | 0x80, 0x7f});
    CHECK_FALSE(cpu.level(14));
    set(keyboard_control, 9, 0xc0); // a reset of the chip makes no difference
    press(KEY_B);
    CHECK(receive(keyboard_control) == Bytes{104});
    set(keyboard_control, 3, 0xc0); // the driver's word does
    release(KEY_B);
    CHECK(receive(keyboard_control).empty());
}

TEST_CASE_METHOD(Fixture, "Sun keyboard: one code a key, idle when none is held") {
    open(keyboard_control);
    press(KEY_LEFTSHIFT);
    press(KEY_1);
    press(KEY_1); // the host repeats, the keyboard does not
    release(KEY_1);
    release(KEY_1);
    release(KEY_LEFTSHIFT);
    CHECK(receive(keyboard_control) == Bytes{99, 30, 30 | 0x80, 99 | 0x80, 0x7f});
    press(KEY_UNKNOWN);
    press(KEY_RIGHTCTRL);
    press(KEY_ENTER);
    press(KEY_F10);
    CHECK(receive(keyboard_control) == Bytes{76, 89, 7});
}

TEST_CASE_METHOD(Fixture, "Sun keyboard: commands of Linux's sunkbd") {
    open(keyboard_control);
    command(0x01);
    CHECK(receive(keyboard_control) == Bytes{0xff, 0x04, 0x7f});
    command(0x0f);
    CHECK(receive(keyboard_control) == Bytes{0xfe, 0x21}); // bit 5: type 5
    command(0x0e);
    command(0x01); // the LEDs, no reset
    CHECK(receive(keyboard_control).empty());
    CHECK(keyboard.leds() == SunKeyboard::led_num);
    for (const unsigned value : {0x02, 0x03, 0x0a, 0x0b, 0x55})
        command(value);
    CHECK(receive(keyboard_control).empty());
    press(KEY_ESC);
    command(0x01);
    CHECK(receive(keyboard_control) == Bytes{29, 0xff, 0x04, 29});
    CHECK(keyboard.leds() == 0);
}

TEST_CASE_METHOD(Fixture, "Sun keyboard: both channels interrupt on one wire") {
    open(keyboard_control);
    open(mouse_control);
    press(KEY_A);
    CHECK(cpu.level(14));
    mouse.mouse({1, 0, 0, 0});
    CHECK(in(keyboard_data) == 77);
    CHECK(cpu.level(14)); // still the mouse's
    receive(mouse_control);
    CHECK_FALSE(cpu.level(14));
}

TEST_CASE_METHOD(Fixture, "Sun keyboard: whoever does not listen loses keys, and no more") {
    set(keyboard_control, 3, 0xc0);
    press(KEY_LEFTSHIFT);
    for (int i = 0; i < 1000; ++i) {
        press(KEY_A);
        release(KEY_A);
    }
    set(keyboard_control, 3, 0xc1);
    const Bytes got = receive(keyboard_control);
    CHECK(got.size() > 100);
    CHECK(got.size() <= 131);
    CHECK(got.back() == (77 | 0x80)); // nothing stays down
    CHECK(receive(keyboard_control).empty());
    press(KEY_B);
    CHECK(receive(keyboard_control) == Bytes{104});
}

TEST_CASE_METHOD(Fixture, "Sun mouse: five bytes a report, y upwards, buttons low") {
    open(mouse_control);
    mouse.mouse({3, 5, 0, 0});
    CHECK(receive(mouse_control) == Bytes{0x87, 3, 0xfb, 0, 0});
    mouse.mouse({0, 0, 0, MouseEvent::left});
    CHECK(receive(mouse_control) == Bytes{0x83, 0, 0, 0, 0});
    mouse.mouse({-200, -1, 0, MouseEvent::right | MouseEvent::middle});
    CHECK(receive(mouse_control) == Bytes{0x84, 0x81, 1, 0xb7, 0});
    mouse.mouse({0, 0, 0, MouseEvent::right | MouseEvent::middle}); // nothing new
    CHECK(receive(mouse_control).empty());
}

TEST_CASE_METHOD(Fixture, "Sun mouse: motion while a report is under way goes into the next") {
    open(mouse_control);
    for (int i = 0; i < 100; ++i)
        mouse.mouse({2, 0, 0, 0});
    CHECK(receive(mouse_control) == Bytes{0x87, 2, 0, 0, 0, 0x87, 127, 0, 71, 0});
}

TEST_CASE_METHOD(Fixture, "Sun keyboard and mouse: reset and state") {
    press(KEY_A);
    press(KEY_B);
    keyboard.write(std::as_bytes(std::span("\x0e", 1)));
    mouse.mouse({1, 2, 0, MouseEvent::left});
    mouse.mouse({1, 2, 0, MouseEvent::left});
    test::MemoryState state;
    keyboard.visit(state);
    mouse.visit(state);
    keyboard.reset();
    mouse.reset();
    in(keyboard_data);
    CHECK(receive(keyboard_control).empty());
    state.start_loading();
    keyboard.visit(state);
    mouse.visit(state);
    CHECK(state.exhausted());
    open(keyboard_control); // WR5 only now lets commands out
    command(0x0f);          // the LEDs
    CHECK(keyboard.leds() == 0x0f);
    release(KEY_A);
    CHECK(receive(keyboard_control) == Bytes{104, 77 | 0x80});
    open(mouse_control);
    CHECK(receive(mouse_control) == Bytes{0x83, 1, 0xfe, 0, 0, 0x83, 1, 0xfe, 0, 0});
}
