#include <catch2/catch.hpp>

#include "hw/display/scanout.h"
#include "hw/display/vga_pci.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;

namespace {

struct Fixture : test::BusFixture {
    PciBus pci{
        "pci", {{IrqLine(cpu, 0), IrqLine(cpu, 1), IrqLine(cpu, 2), IrqLine(cpu, 3)}}, bus, log};
    VgaPci vga{"vga", pci, {1, 0}, Endian::big, VgaPci::default_memory, log};

    Fixture() {
        vga.config_write(0x10, 4, 0x80000000);
        vga.config_write(0x18, 4, 0x81000000);
        vga.config_write(0x04, 2, 3);
    }
    void dispi(unsigned index, unsigned value) {
        pci.io().write(0x1ce, 2, Endian::little, index);
        pci.io().write(0x1d0, 2, Endian::little, value);
    }
    void port(unsigned number, unsigned value) { pci.io().write(number, 1, Endian::little, value); }
    unsigned port(unsigned number) {
        std::uint64_t value = 0;
        pci.io().read(number, 1, Endian::little, value);
        return static_cast<unsigned>(value);
    }
    unsigned reg(unsigned offset, unsigned size) {
        std::uint64_t value = 0;
        pci.memory().read(0x81000000 + offset, size, Endian::little, value);
        return static_cast<unsigned>(value);
    }
    void reg(unsigned offset, unsigned size, unsigned value) {
        pci.memory().write(0x81000000 + offset, size, Endian::little, value);
    }
    void pixel(unsigned offset, unsigned size, unsigned value) {
        pci.memory().write(0x80000000 + offset, size, Endian::big, value);
    }
    // As OpenBIOS starts it.
    void mode(unsigned width, unsigned height, unsigned depth) {
        port(0x3da); // the next write to 3C0 is an index
        port(0x3c0, 0);
        dispi(4, 0);
        dispi(8, 0);
        dispi(9, 0);
        dispi(1, width);
        dispi(2, height);
        dispi(3, depth);
        dispi(4, 1);
        port(0x3c0, 0);
        port(0x3c0, 0x20);
    }
    Picture picture() {
        Picture drawn;
        vga.display().draw(drawn);
        return drawn;
    }
};

} // namespace

TEST_CASE_METHOD(Fixture, "VGA: nothing shows before a mode is set") {
    CHECK(picture().width == 0);
    CHECK(reg(0x500, 2) == 0xb0c5);
    CHECK(reg(0x514, 2) == 256); // 16 MB in 64 KB
    CHECK(reg(0x600, 4) == 8);
    CHECK(reg(0x604, 4) == 0xbebebebe);
}

TEST_CASE_METHOD(Fixture, "VGA: the depths, as a big-endian CPU writes them") {
    mode(800, 600, 32);
    pixel(0, 4, 0x00123456);
    pixel((599 * 800 + 799) * 4, 4, 0xff89abcd);
    Picture drawn = picture();
    REQUIRE(drawn.width == 800);
    REQUIRE(drawn.height == 600);
    CHECK(drawn.pixels[0] == 0x123456);
    CHECK(drawn.pixels[1] == 0);
    CHECK(drawn.pixels.back() == 0x89abcd);
    reg(0x604, 4, 0x1e1e1e1e);
    CHECK(picture().pixels[0] == 0x341200);

    reg(0x604, 4, 0xbebebebe);
    mode(640, 480, 15);
    pixel(0, 2, 31 << 10 | 16 << 5);
    pixel(2, 2, 0x7fff);
    drawn = picture();
    CHECK(drawn.pixels[0] == 0xff8400);
    CHECK(drawn.pixels[1] == 0xffffff);

    mode(640, 480, 16);
    pixel(0, 2, 0xf81f);
    CHECK(picture().pixels[0] == 0xff00ff);

    mode(640, 480, 24);
    pixel(0, 1, 1);
    pixel(1, 1, 2);
    pixel(2, 1, 3);
    CHECK(picture().pixels[0] == 0x010203);
}

TEST_CASE_METHOD(Fixture, "VGA: eight bits through the palette") {
    mode(640, 480, 8);
    port(0x3c8, 5);
    for (const unsigned value : {0x3f, 0x20, 0x00, 0x01, 0x02, 0x03})
        port(0x3c9, value);
    pixel(0, 1, 5);
    pixel(1, 1, 6);
    Picture drawn = picture();
    CHECK(drawn.pixels[0] == 0xff8200);
    CHECK(drawn.pixels[1] == 0x04080c);
    dispi(4, 0x21); // eight bits a component
    CHECK(picture().pixels[1] == 0x010203);
    port(0x3c7, 6);
    CHECK(port(0x3c9) == 1);
    CHECK(port(0x3c9) == 2);
    // The same through the register window.
    reg(0x408, 1, 7);
    for (unsigned i = 0; i < 3; ++i)
        reg(0x409, 1, 0x55);
    pixel(0, 1, 7);
    CHECK(picture().pixels[0] == 0x555555);
}

TEST_CASE_METHOD(Fixture, "VGA: offsets, wide rows and the screen switched off") {
    mode(640, 480, 32);
    reg(0x50c, 2, 1024);
    reg(0x510, 2, 8);
    reg(0x512, 2, 2);
    CHECK(reg(0x50e, 2) == (16u << 20) / 4096);
    pixel((2 * 1024 + 8) * 4, 4, 0xabcdef);
    pixel((3 * 1024 + 9) * 4, 4, 0x111111);
    Picture drawn = picture();
    CHECK(drawn.pixels[0] == 0xabcdef);
    CHECK(drawn.pixels[641] == 0x111111);
    port(0x3da);
    port(0x3c0, 0x00); // the palette belongs to the CPU: black
    CHECK(picture().pixels[0] == 0);
    CHECK((port(0x3da) ^ port(0x3da)) == 9);
}

TEST_CASE_METHOD(Fixture, "VGA: what cannot be becomes what can") {
    mode(0, 0, 5);
    Picture drawn = picture();
    CHECK(drawn.width == 8);
    CHECK(drawn.height == 1);
    mode(0xffff, 0xffff, 32);
    drawn = picture();
    CHECK(drawn.width == 16000);
    CHECK(drawn.height == (16u << 20) / (16000 * 4));
    dispi(4, 3);
    CHECK(reg(0x502, 2) == 16000);
    CHECK(reg(0x506, 2) == 32);
    // Registers that a guest sets to anything: no picture leaves video memory.
    std::uint32_t seed = 7;
    const auto random = [&] { return seed = seed * 1664525 + 1013904223, seed >> 8; };
    for (unsigned round = 0; round < 3000; ++round) {
        dispi(1 + random() % 10, random());
        if (round % 100 == 0) (void)picture();
    }
    Scanout wild;
    wild.width = 64;
    wild.height = 64;
    wild.depth = 32;
    wild.start = ~std::uint64_t{0} - 100;
    wild.stride = 0xffffffff;
    std::vector<std::byte> memory(4096);
    draw_scanout(wild, memory, drawn);
    wild.start = 4096 - 63 * 4;
    draw_scanout(wild, memory, drawn);
    CHECK(drawn.pixels.size() == 64 * 64);
}

TEST_CASE_METHOD(Fixture, "VGA: its state survives") {
    mode(640, 480, 32);
    pixel(0, 4, 0x445566);
    test::MemoryState state;
    vga.visit(state);
    vga.reset();
    CHECK(picture().width == 0);
    vga.display();
    state.start_loading();
    vga.visit(state);
    CHECK(state.exhausted());
    REQUIRE(picture().width == 640);
    CHECK(picture().pixels[0] == 0x445566);
}
