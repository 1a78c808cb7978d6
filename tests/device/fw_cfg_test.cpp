#include <catch2/catch.hpp>

#include <string>

#include "hw/misc/fw_cfg.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::BusFixture;

namespace {

constexpr std::uint64_t selector = 0xf0000510, data = 0xf0000512;

struct Fixture : BusFixture {
    FwCfg device{"fw_cfg", log};
    Fixture() {
        bus.map_mmio("selector", selector, FwCfg::selector_size, device.selector(),
                     FwCfg::selector_traits);
        bus.map_mmio("data", data, FwCfg::data_size, device.data(), FwCfg::data_traits);
    }
    std::string item(std::uint16_t key, std::size_t size) {
        put(selector, key, 2, Endian::big);
        std::string bytes;
        for (std::size_t i = 0; i < size; ++i)
            bytes += static_cast<char>(get(data, 1));
        return bytes;
    }
};

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

} // namespace

TEST_CASE_METHOD(Fixture, "fw_cfg: it is known by its signature and id") {
    CHECK(item(fw_cfg::signature, 5) == std::string("QEMU\0", 5));
    CHECK(item(fw_cfg::id, 4) == std::string("\1\0\0\0", 4));
}

TEST_CASE_METHOD(Fixture, "fw_cfg: integers are stored little-endian") {
    device.add_i16(fw_cfg::machine_id, 0x0102);
    device.add_i32(fw_cfg::ppc_clock_frequency, 0x01020304);
    device.add_i64(fw_cfg::ram_size, 0x20000000);
    device.add_string(fw_cfg::command_line_data, "hi");
    CHECK(item(fw_cfg::machine_id, 3) == std::string("\2\1\0", 3));
    CHECK(item(fw_cfg::ppc_clock_frequency, 4) == std::string("\4\3\2\1", 4));
    CHECK(item(fw_cfg::ram_size, 8) == std::string("\0\0\0\x20\0\0\0\0", 8));
    CHECK(item(fw_cfg::command_line_data, 4) == std::string("hi\0\0", 4));
    CHECK(item(fw_cfg::ppc_clock_frequency, 2) == std::string("\4\3")); // selecting starts anew
    device.add_i16(fw_cfg::machine_id, 1);
    CHECK(item(fw_cfg::machine_id, 2) == std::string("\1\0", 2));
}

TEST_CASE_METHOD(Fixture, "fw_cfg: unknown items are zeros, whatever their number") {
    CHECK(item(0x3fff, 2) == std::string(2, '\0'));
    CHECK(item(0xffff, 2) == std::string(2, '\0'));
    CHECK(item(0x4000, 4) == "QEMU"); // bit 14 does not tell items apart
}

TEST_CASE_METHOD(Fixture, "fw_cfg: files are found through the directory") {
    CHECK(item(fw_cfg::file_directory, 4) == std::string(4, '\0'));
    device.add_file("bootorder", bytes("/pci"));
    device.add_file("ndrv/qemu_vga.ndrv", bytes("driver"));
    const std::string directory = item(fw_cfg::file_directory, 4 + 2 * 64);
    CHECK(directory.substr(0, 4) == std::string("\0\0\0\2", 4));
    CHECK(directory.substr(4, 18) == std::string("\0\0\0\4\0\x20\0\0bootorder\0", 18));
    CHECK(directory.substr(68, 27) == std::string("\0\0\0\6\0\x21\0\0ndrv/qemu_vga.ndrv\0", 27));
    CHECK(item(0x21, 7) == std::string("driver\0", 7));
}

TEST_CASE_METHOD(Fixture, "fw_cfg: a half-read item goes on after loading") {
    device.add_i32(fw_cfg::ppc_nvram_flat, 0x04030201);
    CHECK(item(fw_cfg::ppc_nvram_flat, 2) == "\1\2");
    test::MemoryState state;
    device.visit(state);
    device.reset();
    CHECK(get(data, 1) == 'Q');
    state.start_loading();
    device.visit(state);
    CHECK(get(data, 1) == 3);
    put(data, 0, 1);
    CHECK(get(data, 1) == 4);
    CHECK(get(data, 1) == 0);
}
