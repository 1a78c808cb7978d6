#include <catch2/catch.hpp>

#include "common/error.h"
#include "hw/display/cgthree.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;

namespace {

constexpr std::uint64_t card = 0x5000'0000;
constexpr std::uint64_t registers = card + 0x40'0000, memory = card + 0x80'0000;

const std::vector<std::byte> fcode{std::byte{0xfd}, std::byte{0x08}};

struct CgThreeFixture : test::BusFixture {
    CgThree screen{"cg3", scheduler, SunScreen{1152, 900, 8}, fcode, IrqLine(cpu, 0), log};
    CgThreeFixture() { screen.map(bus, card); }

    std::uint64_t word(std::uint64_t address) { return get(address, 4, Endian::big); }
    void word(std::uint64_t address, std::uint32_t value) { put(address, value, 4, Endian::big); }
    std::uint64_t byte(std::uint64_t address) { return get(address, 1, Endian::big); }
    void byte(std::uint64_t address, std::uint8_t value) { put(address, value, 1, Endian::big); }
    Picture picture() {
        Picture drawn;
        screen.draw(drawn);
        return drawn;
    }
};

} // namespace

TEST_CASE_METHOD(CgThreeFixture,
                 "cg3: the palette as Linux loads it, four colours in three words") {
    word(registers, 8);
    for (const std::uint32_t packed : {0x11121321u, 0x22233132u, 0x33414243u})
        word(registers + 4, packed);
    for (unsigned i = 0; i < 4; ++i)
        byte(memory + 1152 + i, static_cast<std::uint8_t>(8 + i));
    const Picture drawn = picture();
    REQUIRE(drawn.width == 1152);
    REQUIRE(drawn.height == 900);
    CHECK(drawn.pixels[1152] == 0x111213);
    CHECK(drawn.pixels[1153] == 0x212223);
    CHECK(drawn.pixels[1154] == 0x313233);
    CHECK(drawn.pixels[1155] == 0x414243);
    word(registers, 8);
    CHECK(word(registers + 4) == 0x1112'1321);
}

TEST_CASE_METHOD(CgThreeFixture, "cg3: the palette byte by byte, as firmware loads it") {
    byte(registers, 3);
    for (const std::uint8_t part : {0xaa, 0xbb, 0xcc, 0x01})
        byte(registers + 4, part);
    byte(memory, 3);
    byte(memory + 1, 4);
    const Picture drawn = picture();
    CHECK(drawn.pixels[0] == 0xaabbcc);
    CHECK(drawn.pixels[1] == 0); // green and blue did not come
    byte(registers, 3);
    CHECK(byte(registers + 4) == 0xaa);
}

TEST_CASE_METHOD(CgThreeFixture, "cg3: identity, timing registers, video off") {
    CHECK(byte(registers + 0x11) == 0x61);
    CHECK(word(card) == 0xfd08'0000);
    word(registers + 0x14, 0x01020304);
    CHECK(byte(registers + 0x16) == 3);
    byte(memory, 255);
    CHECK(picture().pixels[0] == 0xffffff);
    byte(registers + 0x10, 0x20);
    CHECK(picture().pixels[0] == 0);
    CHECK(byte(registers + 0x10) == 0x20);
}

TEST_CASE_METHOD(CgThreeFixture, "cg3: the retrace interrupt") {
    advance(second);
    CHECK(byte(registers + 0x11) == 0x61);
    byte(registers + 0x10, 0xe0);
    CHECK_FALSE(cpu.level(0));
    advance(second / 76);
    CHECK(cpu.level(0));
    CHECK(byte(registers + 0x11) == 0xe1);
    byte(registers + 0x11, 0);
    CHECK_FALSE(cpu.level(0));
    CHECK(byte(registers + 0x11) == 0x61);
    advance(second / 76);
    CHECK(cpu.level(0));
    CHECK(cpu.rises(0) == 2);
    byte(registers + 0x10, 0x60);
    CHECK_FALSE(cpu.level(0));
    byte(registers + 0x11, 0);
    CHECK(scheduler.next_deadline() == never);
}

TEST_CASE_METHOD(CgThreeFixture, "cg3: its state survives") {
    byte(registers + 0x10, 0xe0);
    byte(memory + 5, 255);
    advance(second / 76);
    test::MemoryState state;
    screen.visit(state);
    screen.reset();
    CHECK(picture().pixels[5] == 0);
    CHECK_FALSE(cpu.level(0));
    const unsigned rises = cpu.rises(0);
    state.start_loading();
    screen.visit(state);
    CHECK(state.exhausted());
    CHECK(picture().pixels[5] == 0xffffff);
    CHECK(cpu.rises(0) == rises);
    byte(registers + 0x11, 0);
    advance(second / 76);
    CHECK(cpu.rises(0) == rises + 1);
}

TEST_CASE("cg3: a deep screen is refused") {
    Log log;
    test::ManualClock clock;
    Scheduler scheduler{clock};
    CHECK_THROWS_AS(
        CgThree("cg3", scheduler, SunScreen{1024, 768, 24}, fcode, IrqLine::unconnected(), log),
        UserError);
}
