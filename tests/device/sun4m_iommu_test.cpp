#include <catch2/catch.hpp>

#include <array>

#include "hw/dma/sun4m_iommu.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::BusFixture;

namespace {

constexpr std::uint64_t base = 0x10000000;
constexpr std::uint64_t control = base, table_register = base + 4, fault_status = base + 0x1000,
                        fault_address = base + 0x1004;
constexpr std::uint64_t table = 0x40000; // for 256 MB: as Linux has it
constexpr std::uint32_t dvma_base = 0xf0000000;
constexpr std::uint32_t valid = 2, writable = 4;

struct Listener final : MemoryListener {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> written;
    void memory_written(std::uint64_t address, std::uint64_t size) override {
        written.emplace_back(address, size);
    }
    void map_changed() override {}
};

struct Fixture : BusFixture {
    RamBlock ram{"ram", 1 << 20};
    Sun4mIommu iommu{"iommu", Sun4mIommu::version_ss5, bus, IrqLine(cpu, 30), log};
    Dvma& dvma = iommu;
    Fixture() {
        bus.map_ram("ram", 0, ram, 0, ram.size());
        bus.map_mmio("iommu", base, Sun4mIommu::size, iommu, Sun4mIommu::traits);
    }
    std::uint64_t in(std::uint64_t address) { return get(address, 4, Endian::big); }
    void out(std::uint64_t address, std::uint64_t value) { put(address, value, 4, Endian::big); }
    void enable() {
        out(table_register, table >> 4);
        out(control, 0x11); // 256 MB
    }
    void map(std::uint32_t address, std::uint64_t physical, std::uint32_t flags) {
        out(table + (address - dvma_base) / 4096 * 4, physical >> 4 | flags);
    }
    std::string read(std::uint32_t address, std::size_t count) {
        std::string text(count, '?');
        dvma.read(address, std::as_writable_bytes(std::span(text)));
        return text;
    }
    void write(std::uint32_t address, std::string_view text) {
        dvma.write(address, std::as_bytes(std::span(text)));
    }
    std::string memory(std::uint64_t address, std::size_t count) {
        return std::string(reinterpret_cast<const char*>(ram.data()) + address, count);
    }
};

} // namespace

TEST_CASE_METHOD(Fixture, "IOMMU: registers as drivers probe them") {
    CHECK(in(control) == 0x05000000);
    out(control, 0xffffffff);
    CHECK(in(control) == 0x0500001d);
    out(table_register, 0xffffffff);
    CHECK(in(table_register) == 0x07fffc00);
    CHECK(in(fault_status) == 0x00800000);
    CHECK(in(base + 0x1008) == 3);
    out(base + 0x1008, 0xffffffff);
    CHECK(in(base + 0x1008) == 0x801f000f);
    out(base + 0x1018, 0xffffffff);
    CHECK(in(base + 0x1018) == 0x00010003);
    out(base + 0x2000, 0xffffffff);
    CHECK(in(base + 0x2000) == 0x001f0008);
    CHECK(in(base + 0x3018) == 0x26000000);
    CHECK(in(base + 0x3ffc) == 0);
    out(base + 0x14, 0);
    out(base + 0x18, 0xf0001000);
}

TEST_CASE_METHOD(Fixture, "IOMMU: switched off, addresses are physical") {
    write(0x12345, "hello");
    CHECK(memory(0x12345, 5) == "hello");
    CHECK(read(0x12345, 5) == "hello");
}

TEST_CASE_METHOD(Fixture, "IOMMU: each page goes where its entry says") {
    Listener listener;
    bus.add_listener(listener);
    enable();
    map(0xf0000000, 0x8000, valid | writable);
    map(0xf0001000, 0x3000, valid | writable);
    map(0xffffd000, 0x9000, valid | writable);
    write(0xf0000ffe, "abcd");
    CHECK(memory(0x8ffe, 2) == "ab");
    CHECK(memory(0x3000, 2) == "cd");
    CHECK(read(0xf0000ffe, 4) == "abcd");
    write(0xffffd123, "x");
    CHECK(memory(0x9123, 1) == "x");
    CHECK(listener.written == std::vector<std::pair<std::uint64_t, std::uint64_t>>{
                                  {0x8ffe, 2}, {0x3000, 2}, {0x9123, 1}});
    CHECK_FALSE(cpu.level(30));
    CHECK(in(fault_status) == 0x00800000);
    // Entries are looked up anew: nothing has to be flushed.
    map(0xf0001000, 0x4000, valid | writable);
    write(0xf0001000, "new");
    CHECK(memory(0x4000, 3) == "new");
    CHECK(memory(0x3000, 2) == "cd");
}

TEST_CASE_METHOD(Fixture, "IOMMU: the range decides how much of an address counts") {
    out(table_register, table >> 4);
    out(control, 1); // 16 MB
    out(table + 2 * 4, 0x5000 >> 4 | valid);
    ram.data()[0x5004] = std::byte{'q'};
    CHECK(read(0xff002004, 1) == "q");
    CHECK(read(0xf0002004, 1) == "q");
    out(control, 0x1d); // 2 GB
    CHECK(read(0x80002004, 1) == "q");
    CHECK(read(0xff002004, 1) == std::string(1, 0));
    CHECK(cpu.level(30));
}

TEST_CASE_METHOD(Fixture, "IOMMU: what it refuses is on record") {
    enable();
    map(0xf0000000, 0x8000, valid);
    map(0xf0001000, 0x9000, valid | writable);
    write(0xf0000ff0, std::string(32, 'w')); // the first page cannot be written
    CHECK(memory(0x8ff0, 16) == std::string(16, 0));
    CHECK(memory(0x9000, 16) == std::string(16, 'w'));
    CHECK(cpu.level(30));
    CHECK(in(fault_status) == 0xc0820000);
    CHECK_FALSE(cpu.level(30));
    CHECK(in(fault_address) == 0xf0000ff0);
    CHECK(read(0xf0002000, 4) == std::string(4, 0));
    CHECK(in(fault_status) == 0xc08a0000); // more than one
    CHECK(in(fault_address) == 0xf0000ff0);
    out(fault_status, 0);
    read(0xf0002004, 4);
    CHECK(cpu.level(30));
    CHECK(in(fault_address) == 0xf0002004);
    CHECK_FALSE(cpu.level(30));
    CHECK(in(fault_status) == 0xc0860000);
}

TEST_CASE_METHOD(Fixture, "IOMMU: tables and pages lie in memory, nowhere else") {
    out(table_register, 0x07fffc00);
    out(control, 0x11);
    CHECK(read(0xf0000000, 2) == std::string(2, 0));
    CHECK(in(fault_status) != 0x00800000);
    enable();
    out(fault_status, 0);
    map(0xf0000000, 0xfffff000, valid | writable);
    CHECK(read(0xf0000000, 2) == std::string(2, 0));
    CHECK(in(fault_status) == 0xc0860000);
    out(fault_status, 0);
    map(0xf0000000, base, valid | writable); // the chip's own registers
    write(0xf0000004, std::string(4, 0));
    CHECK(in(table_register) == table >> 4);
    CHECK(in(fault_status) == 0xc0820000);
    // The end of the address space is followed by its start.
    map(0xfffff000, 0x8000, valid | writable);
    map(0xf0000000, 0x9000, valid | writable);
    write(0xffffffff, "AB");
    CHECK(memory(0x8fff, 1) == "A");
    CHECK(memory(0x9000, 1) == "B");
}

TEST_CASE_METHOD(Fixture, "IOMMU: reset and state") {
    enable();
    read(0xf0002000, 4);
    test::MemoryState state;
    iommu.visit(state);
    iommu.reset();
    CHECK_FALSE(cpu.level(30));
    CHECK(in(control) == 0x05000000);
    state.start_loading();
    iommu.visit(state);
    CHECK(state.exhausted());
    CHECK_FALSE(cpu.level(30)); // told nobody
    CHECK(in(control) == 0x05000011);
    CHECK(in(fault_address) == 0xf0002000);
    map(0xf0000000, 0x8000, valid | writable);
    write(0xf0000000, "back");
    CHECK(memory(0x8000, 4) == "back");
}
