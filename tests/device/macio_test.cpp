#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "common/error.h"
#include "hw/intc/heathrow_pic.h"
#include "hw/misc/macio.h"
#include "hw/misc/macio_feature.h"
#include "hw/misc/macio_gpio.h"
#include "hw/nvram/mac_nvram.h"
#include "hw/timer/keylargo_timer.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::BusFixture;

namespace {

constexpr std::uint64_t bar = 0x80080000;

// A MacIO chip at `bar` with the cells of this directory in it.
struct Fixture : BusFixture {
    PciBus pci{"pci",
               {{IrqLine::unconnected(), IrqLine::unconnected(), IrqLine::unconnected(),
                 IrqLine::unconnected()}},
               bus,
               log};
    MacIo macio{"macio", MacIo::Kind::key_largo, pci, {12, 0}, log};
    HeathrowPic pic{"pic", IrqLine(cpu, 0), log};
    MacIoFeature feature{"feature"};
    MacIoGpio gpio{"gpio", {{1, IrqLine(cpu, 47)}, {9, IrqLine(cpu, 55)}}};
    KeyLargoTimer timer{"timer", scheduler};
    MacNvram nvram{"nvram", MacNvram::heathrow_shift};

    Fixture() {
        AddressSpace& cells = macio.cells();
        cells.map_mmio("pic", 0x10, HeathrowPic::size, pic, HeathrowPic::traits);
        cells.map_mmio("feature", 0x30, MacIoFeature::size, feature, MacIoFeature::traits);
        cells.map_mmio("gpio", 0x50, MacIoGpio::size, gpio, MacIoGpio::traits);
        cells.map_mmio("timer", 0x15000, KeyLargoTimer::size, timer, KeyLargoTimer::traits);
        cells.map_mmio("nvram", 0x60000, nvram.size(), nvram, MacNvram::traits);
        bus.map_window("pci memory", 0x80000000, 0x10000000, pci.memory(), 0x80000000);
        pci.config_write(0, {12, 0}, 0x10, 4, bar);
        pci.config_write(0, {12, 0}, 4, 2, 2);
    }
};

std::vector<int> head(MacNvram& nvram, std::size_t at, std::size_t count) {
    std::vector<int> bytes;
    for (const std::byte byte : nvram.contents().subspan(at, count))
        bytes.push_back(std::to_integer<int>(byte));
    return bytes;
}

} // namespace

TEST_CASE_METHOD(Fixture, "MacIO: the chips' identities") {
    MacIo heathrow("heathrow", MacIo::Kind::heathrow, pci, {16, 0}, log);
    CHECK(pci.config_read(0, {12, 0}, 0, 4) == 0x0022106b);
    CHECK(pci.config_read(0, {16, 0}, 0, 4) == 0x0010106b);
    CHECK(pci.config_read(0, {16, 0}, 8, 4) == 0xff000000);
    pci.config_write(0, {16, 0}, 0x10, 4, 0xffffffff);
    CHECK(pci.config_read(0, {16, 0}, 0x10, 4) == 0xfff80000);
}

TEST_CASE_METHOD(Fixture, "MacIO: cells answer at their offsets, gaps read as zeros") {
    pic.set_irq(3, true);
    CHECK(get(bar + 0x20) == 8);
    CHECK(get(bar + 0x2c) == 8);
    CHECK(get(bar + 0x8000) == 0);
    put(bar + 0x8000, 1);
    CHECK(get(bar + 0x7ffff, 1) != 0xff);
    put(bar + 0x38, 0x12345678);
    CHECK(get(bar + 0x38) == 0x12345678);
    CHECK(get(bar + 0x38, 4, Endian::big) == 0x78563412);
    put(bar + 0x32, 0xab, 1);
    CHECK(get(bar + 0x32, 1) == 0xab);
    feature.reset();
    CHECK(get(bar + 0x38) == 0);
}

TEST_CASE_METHOD(Fixture, "MacIO GPIO: pins idle high, assertion pulls them low and interrupts") {
    CHECK(get(bar + 0x59, 1) == 2);
    gpio.set_irq(1, true);
    CHECK(get(bar + 0x59, 1) == 0);
    CHECK(cpu.level(47));
    CHECK(get(bar + 0x50, 1) == 0xfd);
    gpio.set_irq(1, false);
    CHECK_FALSE(cpu.level(47));
    CHECK(get(bar + 0x50, 1) == 0xff);
    gpio.set_irq(2, true); // not wired to an interrupt
    CHECK(get(bar + 0x50, 1) == 0xfb);
    put(bar + 0x6a, 0x04, 1); // an output, low
    CHECK(get(bar + 0x6a, 1) == 0x04);
    put(bar + 0x6a, 0x05, 1);
    CHECK(get(bar + 0x6a, 1) == 0x07);
    put(bar + 0x6a, 0x02, 1); // the input bit is read-only
    gpio.set_irq(18, true);
    CHECK(get(bar + 0x6a, 1) == 0);
    CHECK(get(bar + 0x7f, 1) == 0);
    put(bar + 0x7f, 0xff, 1);
    test::MemoryState state;
    gpio.visit(state);
    state.start_loading();
    gpio.visit(state);
    CHECK(state.exhausted());
}

TEST_CASE_METHOD(Fixture, "KeyLargo timer: 18.432 MHz in 64 bits") {
    advance(second);
    CHECK(get(bar + 0x15038) == 18432000);
    CHECK(get(bar + 0x1503c) == 0);
    advance(999 * second);
    CHECK(get(bar + 0x15038) == (18432000000ull & 0xffffffff));
    CHECK(get(bar + 0x1503c) == 18432000000ull >> 32);
    CHECK(get(bar + 0x15000) == 0);
}

TEST_CASE_METHOD(Fixture, "Mac NVRAM: each byte answers at its 16 addresses") {
    std::vector<std::size_t> heard;
    nvram.set_observer([&](std::size_t offset) { heard.push_back(offset); });
    put(bar + 0x60000 + 0x1300 * 16, 0x5a, 1);
    CHECK(nvram.contents()[0x1300] == std::byte{0x5a});
    CHECK(get(bar + 0x60000 + 0x1300 * 16 + 15, 1) == 0x5a);
    CHECK(get(bar + 0x60000 + 0x1301 * 16, 1) == 0);
    CHECK(heard == std::vector<std::size_t>{0x1300});
    CHECK(nvram.size() == 0x20000);
    CHECK(MacNvram("core99", MacNvram::core99_shift).size() == 0x4000);
    nvram.reset();
    CHECK(nvram.contents()[0x1300] == std::byte{0x5a});
}

TEST_CASE_METHOD(Fixture, "Mac NVRAM: the partitions have the headers that QEMU's have") {
    nvram.format({});
    CHECK(head(nvram, 0, 11) ==
          std::vector<int>{0x70, 0xd9, 0, 0xc1, 's', 'y', 's', 't', 'e', 'm', 0});
    CHECK(head(nvram, 0xc10, 9) == std::vector<int>{0x7f, 0x62, 0, 0x3f, 'f', 'r', 'e', 'e', 0});
    CHECK(head(nvram, 0x1000, 6) == std::vector<int>{0x5a, 0x7d, 1, 0, 'w', 'w'});
    // Adler-32 of a one among zeros: low 2, high the number of bytes before (1 each) and after (2
    // each).
    const int high = 3 * 1 + (0x1000 - 0x14 - 3) * 2;
    CHECK(head(nvram, 0x1010, 8) == std::vector<int>{high >> 8, high & 0xff, 0, 2, 0, 0, 0, 1});
}

TEST_CASE_METHOD(Fixture, "Mac NVRAM: firmware variables go in, too many are refused") {
    nvram.format(std::vector<std::string>{"auto-boot?=false", "vga-ndrv?=true"});
    const auto text = reinterpret_cast<const char*>(nvram.contents().data()) + 16;
    CHECK(std::string(text, 33) == std::string("auto-boot?=false\0vga-ndrv?=true\0\0", 33));
    CHECK(head(nvram, 0, 4) == std::vector<int>{0x70, 0xd9, 0, 0xc1});
    nvram.format(std::vector<std::string>{"x=" + std::string(0xd00, 'y')});
    CHECK(head(nvram, 0, 4)[3] == 0xd2); // the partition grew
    CHECK_THROWS_AS(nvram.format(std::vector<std::string>{"x=" + std::string(0x1000, 'y')}),
                    UserError);
}
