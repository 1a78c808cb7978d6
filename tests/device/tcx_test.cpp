#include <catch2/catch.hpp>

#include "common/error.h"
#include "hw/display/tcx.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;

namespace {

constexpr std::uint64_t card = 0x5000'0000;
constexpr std::uint64_t dac = card + 0x20'0000, thc = card + 0x30'0000;
constexpr std::uint64_t memory8 = card + 0x80'0000, memory24 = card + 0x200'0000;
constexpr std::uint64_t control = card + 0xa00'0000;
constexpr std::uint64_t stippler = card + 0x400'0000, blitter = card + 0x600'0000;
constexpr std::uint64_t raw_stippler = card + 0xc00'0000, raw_blitter = card + 0xe00'0000;

const std::vector<std::byte> fcode{std::byte{0xfd}, std::byte{0x08}};

struct TcxFixture : test::BusFixture {
    Tcx tcx;
    explicit TcxFixture(unsigned depth) : tcx("tcx", SunScreen{1024, 768, depth}, fcode, log) {
        tcx.map(bus, card);
    }
    std::uint64_t word(std::uint64_t address) { return get(address, 4, Endian::big); }
    void word(std::uint64_t address, std::uint32_t value) { put(address, value, 4, Endian::big); }
    void byte(std::uint64_t address, std::uint8_t value) { put(address, value, 1, Endian::big); }
    // As Linux sets a colour.
    void color(unsigned index, std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
        word(dac, index << 24);
        for (const std::uint8_t part : {red, green, blue})
            word(dac + 4, std::uint32_t{part} << 24);
    }
    // A command of stippler or blitter, as one doubleword store.
    void draw(std::uint64_t engine, unsigned pixel, std::uint32_t first, std::uint32_t second) {
        put(engine + 8ull * pixel, std::uint64_t{first} << 32 | second, 8, Endian::big);
    }
    Picture picture() {
        Picture drawn;
        tcx.draw(drawn);
        return drawn;
    }
    std::uint32_t pixel(unsigned x, unsigned y) { return picture().pixels[y * 1024 + x]; }
};

struct Tcx8 : TcxFixture {
    Tcx8() : TcxFixture(8) {}
};
struct Tcx24 : TcxFixture {
    Tcx24() : TcxFixture(24) {}
};

} // namespace

TEST_CASE_METHOD(Tcx8, "TCX: pixels through the palette") {
    color(7, 0x12, 0x34, 0x56);
    byte(memory8 + 1024 * 2 + 3, 7);
    byte(memory8 + 1024 * 768 - 1, 255);
    const Picture drawn = picture();
    REQUIRE(drawn.width == 1024);
    REQUIRE(drawn.height == 768);
    CHECK(drawn.pixels[1024 * 2 + 3] == 0x123456);
    CHECK(drawn.pixels.back() == 0xffffff); // white from the start
    CHECK(drawn.pixels[0] == 0);
    word(dac, 7u << 24);
    CHECK(word(dac + 4) == 0x1200'0000);
    CHECK(word(dac + 4) == 0x3400'0000);
    CHECK(word(dac + 4) == 0x5600'0000);
    // The read mask hides planes.
    word(dac, 4u << 24);
    word(dac + 8, 0xf8u << 24);
    CHECK(pixel(3, 2) == 0);
    CHECK(word(dac + 8) == 0xf800'0000);
}

TEST_CASE_METHOD(Tcx8, "TCX: the ROM is there and cannot be written") {
    CHECK(word(card) == 0xfd08'0000);
    word(card, 0);
    CHECK(word(card) == 0xfd08'0000);
}

TEST_CASE_METHOD(Tcx8, "TCX: video off is black") {
    byte(memory8, 255);
    CHECK(pixel(0, 0) == 0xffffff);
    word(thc + 0x818, static_cast<std::uint32_t>(word(thc + 0x818)) & ~0x400u);
    CHECK(pixel(0, 0) == 0);
    word(thc + 0x818, static_cast<std::uint32_t>(word(thc + 0x818)) | 0x400u);
    CHECK(pixel(0, 0) == 0xffffff);
}

TEST_CASE_METHOD(Tcx8, "TCX: the cursor lies over the pixels, and hangs over edges") {
    word(dac, 2u << 24);
    for (const std::uint32_t part : {0x10u, 0x20u, 0x30u, 0x40u, 0x50u, 0x60u})
        word(dac + 12, part << 24); // overlay colours 2 and 3
    word(thc + 0x900, 0xc000'0000);
    word(thc + 0x980, 0x4000'0000);
    word(thc + 0x97c, 0x0000'0001);
    word(thc + 0x8fc, 100u << 16 | 50);
    CHECK(word(thc + 0x8fc) == (100u << 16 | 50));
    CHECK(pixel(100, 50) == 0x102030);
    CHECK(pixel(101, 50) == 0x405060);
    CHECK(pixel(102, 50) == 0);
    CHECK(pixel(131, 81) == 0x102030);
    word(thc + 0x8fc, 0xffffu << 16); // one pixel to the left of the screen
    CHECK(pixel(0, 0) == 0x405060);
    word(thc + 0x8fc, 1023u << 16 | 767);
    CHECK(pixel(1023, 767) == 0x102030);
    word(thc + 0x8fc, 0xffe0'ffe0); // where drivers put a cursor that is off
    CHECK(pixel(0, 0) == 0);
}

TEST_CASE_METHOD(Tcx8, "TCX: stippler and blitter, eight bits") {
    color(1, 1, 1, 1);
    draw(stippler, 64, 0x3000'0001, 0x8000'0003);
    Picture drawn = picture();
    CHECK(drawn.pixels[64] == 0x010101);
    CHECK(drawn.pixels[65] == 0);
    CHECK(drawn.pixels[93] == 0);
    CHECK(drawn.pixels[94] == 0x010101);
    CHECK(drawn.pixels[95] == 0x010101);
    draw(blitter, 1000, 0x3000'0000, 31u << 24 | 64);
    drawn = picture();
    CHECK(drawn.pixels[1000] == 0x010101);
    CHECK(drawn.pixels[1031] == 0x010101);
    CHECK(drawn.pixels[1032] == 0);
    draw(raw_blitter, 2000, 0x3000'0001, 2u << 24 | 0xff'ffff); // a fill of three
    drawn = picture();
    CHECK(drawn.pixels[2002] == 0x010101);
    CHECK(drawn.pixels[2003] == 0);
    CHECK(word(memory24 + 4 * 2000) == 0); // not on an 8-bit card
}

TEST_CASE_METHOD(Tcx8, "TCX: drawing beyond memory is cut off") {
    constexpr unsigned last = (1u << 20) - 1;
    draw(stippler, last, 1, 0xffff'ffff);
    draw(blitter, last, 1, 0x1f00'0000 | 0xff'ffff);
    draw(raw_blitter, last - 4, 1, 0x1fff'fff0);
    draw(blitter, 0, 1, 0x1f00'0000 | (last - 1));
    CHECK(get(memory8 + last, 1) == 1);
    CHECK(get(memory8 + 1, 1) == 1);
    CHECK(get(memory8 + 2, 1) == 0);
}

TEST_CASE_METHOD(Tcx24, "TCX: 24 bits where the control plane says so") {
    color(5, 5, 5, 5);
    byte(memory8, 5);
    byte(memory8 + 1, 5);
    word(memory24 + 4, 0x0033'2211); // blue, green, red
    CHECK(pixel(1, 0) == 0x050505);
    word(control + 4, 0x0300'0000);
    const Picture drawn = picture();
    CHECK(drawn.pixels[0] == 0x050505);
    CHECK(drawn.pixels[1] == 0x112233);
    // Stippler and blitter leave the control plane alone, their raw twins do not.
    draw(stippler, 0, 0x3000'0005, 0xffff'ffff);
    CHECK(word(control + 4) == 0x0300'0000);
    CHECK(word(memory24 + 4) == 0x3000'0005);
    draw(raw_stippler, 0, 0x3000'0005, 0xffff'ffff);
    CHECK(word(control + 4) == 0x3000'0005);
    draw(raw_stippler, 32, 0x3300'2211, 0x8000'0000);
    CHECK(pixel(32, 0) == 0x112200);
    draw(raw_blitter, 96, 0, 32);
    CHECK(pixel(96, 0) == 0x112200);
    draw(blitter, 128, 0, 32);
    CHECK(pixel(128, 0) == 0); // palette colour 11h: the control plane stayed
}

TEST_CASE_METHOD(Tcx24, "TCX: its state survives") {
    color(9, 9, 8, 7);
    byte(memory8 + 10, 9);
    word(control, 0x0300'0000);
    word(memory24, 0x00ff'0000);
    word(thc + 0x800, 0x1234);
    word(stippler, 9); // the order to draw comes after the load
    test::MemoryState state;
    tcx.visit(state);
    tcx.reset();
    CHECK(pixel(10, 0) == 0);
    state.start_loading();
    tcx.visit(state);
    CHECK(state.exhausted());
    CHECK(pixel(10, 0) == 0x090807);
    CHECK(pixel(0, 0) == 0x0000ff);
    CHECK(word(thc + 0x800) == 0x1234);
    word(stippler + 8 * 20 + 4, 0x8000'0000);
    CHECK(pixel(20, 0) == 0x090807);
}

TEST_CASE("TCX: screens and ROMs that cannot be are refused") {
    Log log;
    CHECK_THROWS_AS(Tcx("tcx", SunScreen{1024, 768, 16}, fcode, log), UserError);
    CHECK_THROWS_AS(Tcx("tcx", SunScreen{1600, 1200, 8}, fcode, log), UserError);
    CHECK_THROWS_AS(Tcx("tcx", SunScreen{0, 768, 8}, fcode, log), UserError);
    CHECK_THROWS_AS(Tcx("tcx", SunScreen{}, std::vector<std::byte>(0x10001), log), UserError);
    Tcx large("tcx", SunScreen{1152, 900, 24}, {}, log);
    Picture drawn;
    large.draw(drawn);
    CHECK(drawn.width == 1152);
    CHECK(drawn.pixels.size() == 1152 * 900);
}
