#include <catch2/catch.hpp>

#include <vector>

#include "common/error.h"
#include "hw/nvram/m48txx.h"
#include "hw/nvram/sun_nvram.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::BusFixture;

namespace {

constexpr std::uint64_t base = 0x71200000, clock_base = base + 0x1ff8;
constexpr std::int64_t start = 951'868'799; // 2000-02-29 23:59:59, a Tuesday
using Bytes = std::vector<unsigned>;

struct Fixture : BusFixture {
    M48txx nvram{"nvram", M48txx::Kind::m48t08, scheduler, {start, 1968}, log};
    Fixture() { bus.map_mmio("nvram", base, nvram.size(), nvram, M48txx::traits); }

    // Second, minute, hour, day of the week, day, month, year.
    Bytes clock() {
        Bytes registers;
        for (unsigned i = 1; i < 8; ++i)
            registers.push_back(static_cast<unsigned>(get(clock_base + i, 1)));
        return registers;
    }
    void control(unsigned value) { put(clock_base, value, 1); }
    void set_clock(const Bytes& registers) {
        control(0x80);
        for (unsigned i = 0; i < registers.size(); ++i)
            put(clock_base + 1 + i, registers[i], 1);
        control(0);
    }
};

} // namespace

TEST_CASE_METHOD(Fixture, "M48T08: the clock shows UTC in BCD, years from the base year") {
    CHECK(nvram.size() == 0x2000);
    CHECK(clock() == Bytes{0x59, 0x59, 0x23, 3, 0x29, 0x02, 0x32});
    advance(second);
    CHECK(clock() == Bytes{0x00, 0x00, 0x00, 4, 0x01, 0x03, 0x32});
    advance(10 * 3600 * second);
    CHECK(clock() == Bytes{0x00, 0x00, 0x10, 4, 0x01, 0x03, 0x32});
    M48txx old("old", M48txx::Kind::m48t02, scheduler, {-1, 1968}, log);
    CHECK(old.size() == 0x800);
    bus.map_mmio("old", 0, old.size(), old, M48txx::traits);
    CHECK(get(0x7ff, 1) == 0x01); // 36001 s past 1969-12-31 23:59:59
    M48txx early("early", M48txx::Kind::m48t02, scheduler, {-100'000'000, 1968}, log);
    bus.map_mmio("early", 0x1000, early.size(), early, M48txx::traits);
    CHECK(get(0x17ff, 1) == 0x98); // 1966
}

TEST_CASE_METHOD(Fixture, "M48T08: a driver holds the registers to read them") {
    control(0x40);
    CHECK(get(clock_base, 1) == 0x40);
    advance(5 * second);
    CHECK(clock()[0] == 0x59);
    control(0);
    CHECK(clock()[0] == 0x04);
}

TEST_CASE_METHOD(Fixture, "M48T08: a driver sets the clock") {
    set_clock({0x30, 0x15, 0x12, 5, 0x31, 0x12, 0x99});
    CHECK(clock() == Bytes{0x30, 0x15, 0x12, 5, 0x31, 0x12, 0x99});
    advance(24 * 3600 * second);
    CHECK(clock() == Bytes{0x30, 0x15, 0x12, 6, 0x01, 0x01, 0x00});
    put(clock_base + 1, 0x11, 1); // without the write bit nothing happens
    CHECK(clock()[0] == 0x30);
    set_clock({0x01, 0, 0, 0x47, 0x01, 0x01, 0x00}); // the frequency test bit is kept
    CHECK(clock()[3] == 0x47);
}

TEST_CASE_METHOD(Fixture, "M48T08: the clock can be stopped") {
    set_clock({0x80, 0, 0x12, 1, 1, 1, 1});
    advance(100 * second);
    CHECK(clock() == Bytes{0x80, 0, 0x12, 1, 1, 1, 1});
    set_clock({0x00});
    advance(3 * second);
    CHECK(clock() == Bytes{0x03, 0, 0x12, 1, 1, 1, 1});
}

TEST_CASE_METHOD(Fixture, "M48T08: digits that are none become a time all the same") {
    set_clock(Bytes(7, 0xff));
    CHECK(clock()[6] == 0x99);
    set_clock(Bytes(7, 0x00));
    CHECK(clock() == Bytes{0, 0, 0, 7, 1, 1, 0});
    set_clock({0, 0, 0, 1, 0x31, 0x02, 0x33});
    CHECK(clock() == Bytes{0, 0, 0, 1, 0x03, 0x03, 0x33}); // 2001 has no leap day
}

TEST_CASE_METHOD(Fixture, "M48T08: bytes, their observer, reset and state") {
    std::vector<std::size_t> heard;
    nvram.set_observer([&](std::size_t offset) { heard.push_back(offset); });
    put(base + 0x1ff4, 0x01020304, 4, Endian::big);
    CHECK(get(base + 0x1ff6, 2, Endian::big) == 0x0304);
    CHECK(heard == std::vector<std::size_t>{0x1ff4, 0x1ff5, 0x1ff6, 0x1ff7});
    CHECK(nvram.contents().size() == 0x1ff8);
    CHECK(nvram.contents()[0x1ff7] == std::byte{4});
    set_clock({0x30, 0x15, 0x12, 5, 0x31, 0x12, 0x99});
    test::MemoryState state;
    nvram.visit(state);
    nvram.reset();
    CHECK(get(base + 0x1ff7, 1) == 4);
    put(base + 0x1ff7, 0, 1);
    set_clock(Bytes(7, 0));
    state.start_loading();
    nvram.visit(state);
    CHECK(state.exhausted());
    CHECK(get(base + 0x1ff7, 1) == 4);
    CHECK(clock() == Bytes{0x30, 0x15, 0x12, 5, 0x31, 0x12, 0x99});
}

TEST_CASE_METHOD(Fixture, "Sun NVRAM: the IDPROM, as QEMU makes it") {
    const EthernetAddress ethernet{0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    format_sun_nvram(nvram.contents(), {}, {0x80, ethernet, serial_of(ethernet)});
    Bytes idprom;
    unsigned sum = 0;
    for (unsigned i = 0; i < 16; ++i) {
        idprom.push_back(static_cast<unsigned>(get(base + 0x1fd8 + i, 1)));
        sum ^= idprom.back();
    }
    CHECK(idprom ==
          Bytes{1, 0x80, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x87});
    CHECK(sum == 0);
    CHECK(get(base + 0x1fe8, 8) == 0);
}

TEST_CASE_METHOD(Fixture, "Sun NVRAM: OpenBIOS's partitions end before the IDPROM") {
    const SunIdentity identity{0x72, {}, 0};
    format_sun_nvram(nvram.contents(), std::vector<std::string>{"auto-boot?=false"}, identity);
    const auto text = reinterpret_cast<const char*>(nvram.contents().data());
    CHECK(get(base, 1) == 0x70);
    CHECK(get(base + 2, 2, Endian::big) == 0x100);
    CHECK(std::string(text + 4) == "system");
    CHECK(std::string(text + 16, 18) == std::string("auto-boot?=false\0\0", 18));
    CHECK(get(base + 0x1000, 1) == 0x7f);
    CHECK(get(base + 0x1002, 2, Endian::big) == 0xfd);
    CHECK(get(base + 0x1fd0, 8) == 0);
    CHECK_THROWS_AS(format_sun_nvram(nvram.contents(),
                                     std::vector<std::string>{"x=" + std::string(0x1fc0, 'y')},
                                     identity),
                    UserError);
}
