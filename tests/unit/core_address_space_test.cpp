#include <catch2/catch.hpp>

#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "common/error.h"
#include "machine/core/address_space.h"

using namespace vestige;

namespace {

// Remembers each access; reads give the offset's low byte in each byte.
struct Recorder : MmioHandler {
    struct Access {
        char kind;
        std::uint64_t offset;
        unsigned size;
        std::uint64_t value;
        bool operator==(const Access&) const = default;
    };
    std::vector<Access> log;

    std::uint64_t read(std::uint64_t offset, unsigned size) override {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < size; ++i)
            value |= ((offset + i) & 0xff) << (8 * i);
        log.push_back({'r', offset, size, value});
        return value;
    }
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override {
        log.push_back({'w', offset, size, value});
    }
    std::vector<Access> taken() { return std::exchange(log, {}); }
};

using Log_ = std::vector<Recorder::Access>;

struct Listener : MemoryListener {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> written;
    int changes = 0;
    void memory_written(std::uint64_t address, std::uint64_t size) override {
        written.emplace_back(address, size);
    }
    void map_changed() override { ++changes; }
};

std::uint64_t get(AddressSpace& space, std::uint64_t address, unsigned size,
                  Endian endian = Endian::big) {
    std::uint64_t value = 0;
    space.read(address, size, endian, value);
    return value;
}

struct Fixture {
    Log log;
    AddressSpace space{"system", log};
    RamBlock ram{"ram", 0x10000};
};

} // namespace

TEST_CASE("A RAM block is a page-aligned file of zeros") {
    RamBlock ram("ram", 5000);
    CHECK(ram.size() == 8192);
    CHECK(reinterpret_cast<std::uintptr_t>(ram.data()) % 4096 == 0);
    CHECK(ram.data()[8191] == std::byte{0});
    CHECK(ram.file_descriptor() >= 0);
}

TEST_CASE("More RAM than the host has is the user's error") {
    CHECK_THROWS_AS(RamBlock("ram", 1ull << 60), UserError);
    CHECK_THROWS_AS(RamBlock("ram", UINT64_MAX), UserError);
}

TEST_CASE_METHOD(Fixture, "RAM is read and written in either byte order") {
    space.map_ram("ram", 0, ram, 0, 0x10000);
    CHECK(space.write(0x100, 4, Endian::big, 0x11223344) == BusResult::ok);
    CHECK(get(space, 0x100, 4, Endian::little) == 0x44332211);
    CHECK(get(space, 0x101, 2) == 0x2233);
    CHECK(get(space, 0x100, 8) == 0x1122334400000000);
}

TEST_CASE_METHOD(Fixture, "Nothing reads as ones and says so") {
    space.map_ram("ram", 0x1000, ram, 0, 0x1000);
    std::uint64_t value = 0;
    CHECK(space.read(0x2000, 2, Endian::big, value) == BusResult::nothing_there);
    CHECK(value == 0xffff);
    CHECK(space.write(0xfff, 1, Endian::big, 0) == BusResult::nothing_there);
    CHECK(space.read(UINT64_MAX, 1, Endian::big, value) == BusResult::nothing_there);
}

TEST_CASE_METHOD(Fixture, "The later mapped wins and gives way when disabled or moved") {
    Recorder device;
    Listener listener;
    space.add_listener(listener);
    space.map_ram("ram", 0, ram, 0, 0x4000);
    const auto id = space.map_mmio("device", 0x1000, 0x1000, device, {});
    CHECK(listener.changes == 2);
    CHECK(space.page(0x0fff).host == ram.data());
    CHECK(space.page(0x1000).host == nullptr);
    CHECK(space.page(0x2000).host == ram.data() + 0x2000);
    space.move(id, 0x2000);
    CHECK(space.page(0x1000).host == ram.data() + 0x1000);
    CHECK(space.page(0x2000).host == nullptr);
    space.set_enabled(id, false);
    CHECK(space.page(0x2000).host == ram.data() + 0x2000);
    CHECK(listener.changes == 4);
    space.move(id, 0x3000);
    CHECK(listener.changes == 4); // nobody can tell
    space.set_enabled(id, true);
    CHECK(get(space, 0x3004, 1) == 4);
    CHECK(listener.changes == 5);
}

TEST_CASE_METHOD(Fixture, "A page that is shared with registers is no page") {
    Recorder device;
    space.map_ram("ram", 0, ram, 0, 0x2000);
    space.map_mmio("device", 0x1800, 4, device, {});
    CHECK(space.page(0x1000).host == nullptr);
    CHECK(space.page(0x0000).host != nullptr);
    ram.data()[0x1804] = std::byte{0x5a};
    CHECK(get(space, 0x1804, 1) == 0x5a);
}

TEST_CASE_METHOD(Fixture, "Overlapping registers keep what is not covered, to the byte") {
    Recorder below, above;
    space.map_mmio("below", 0x100, 0x10, below, {Endian::big, 1, 1});
    space.map_mmio("last byte", 0x10f, 1, above, {Endian::big, 1, 1});
    CHECK(get(space, 0x10f, 1) == 0);
    space.map_mmio("middle", 0x104, 2, above, {Endian::big, 1, 1});
    CHECK(get(space, 0x102, 4) == 0x02030001);
    CHECK(get(space, 0x104, 4) == 0x00010607);
}

TEST_CASE_METHOD(Fixture, "ROM is read, never written") {
    ram.data()[0] = std::byte{0x48};
    space.map_rom("rom", 0xfff00000, ram, 0, 0x1000);
    CHECK(get(space, 0xfff00000, 1) == 0x48);
    CHECK(space.write(0xfff00000, 1, Endian::big, 0) == BusResult::ok);
    CHECK(get(space, 0xfff00000, 1) == 0x48);
    CHECK_FALSE(space.page(0xfff00000).writable);
    CHECK(space.page(0xfff00000).host == ram.data());
    const std::array<std::byte, 2> data = {};
    space.dma_write(0xfff00000, data);
    CHECK(get(space, 0xfff00000, 1) == 0x48);
}

TEST_CASE_METHOD(Fixture, "Register accesses are split, merged and put in the bus's byte order") {
    Recorder device;
    SECTION("a little-endian register read by either side") {
        space.map_mmio("device", 0, 0x100, device, {Endian::little, 1, 4});
        CHECK(get(space, 0x10, 4, Endian::little) == 0x13121110);
        CHECK(get(space, 0x10, 4, Endian::big) == 0x10111213);
        CHECK(device.taken() == Log_{{'r', 0x10, 4, 0x13121110}, {'r', 0x10, 4, 0x13121110}});
    }
    SECTION("a big-endian register") {
        space.map_mmio("device", 0, 0x100, device, {Endian::big, 1, 4});
        space.write(0x10, 4, Endian::big, 0x01020304);
        space.write(0x10, 4, Endian::little, 0x01020304);
        CHECK(device.taken() == Log_{{'w', 0x10, 4, 0x01020304}, {'w', 0x10, 4, 0x04030201}});
    }
    SECTION("a wide access of byte registers goes out in bus order") {
        space.map_mmio("device", 0, 0x100, device, {Endian::big, 1, 1});
        space.write(0x10, 4, Endian::big, 0x01020304);
        CHECK(device.taken() ==
              Log_{{'w', 0x10, 1, 1}, {'w', 0x11, 1, 2}, {'w', 0x12, 1, 3}, {'w', 0x13, 1, 4}});
        CHECK(get(space, 0x20, 2, Endian::big) == 0x2021);
    }
    SECTION("a narrow access of word registers is widened") {
        space.map_mmio("device", 0, 0x100, device, {Endian::little, 4, 4});
        CHECK(get(space, 0x12, 1) == 0x12);
        CHECK(get(space, 0x12, 2, Endian::little) == 0x1312);
        space.write(0x11, 1, Endian::big, 0xab);
        CHECK(device.taken() ==
              Log_{{'r', 0x10, 4, 0x13121110}, {'r', 0x10, 4, 0x13121110}, {'w', 0x10, 4, 0xab00}});
    }
    SECTION("an unaligned access is split at the registers") {
        space.map_mmio("device", 0, 0x100, device, {Endian::little, 1, 4});
        CHECK(get(space, 0x13, 4, Endian::little) == 0x16151413);
        CHECK(device.taken() ==
              Log_{{'r', 0x13, 1, 0x13}, {'r', 0x14, 2, 0x1514}, {'r', 0x16, 1, 0x16}});
        space.map_mmio("words", 0x100, 0x100, device, {Endian::little, 4, 4});
        CHECK(get(space, 0x113, 4, Endian::little) == 0x16151413);
    }
    SECTION("what runs over the end of a region is split there") {
        space.map_mmio("device", 0, 0x12, device, {Endian::little, 1, 8});
        CHECK(get(space, 0x10, 4, Endian::little) == 0xffff1110);
        CHECK(device.taken() == Log_{{'r', 0x10, 2, 0x1110}});
    }
}

TEST_CASE_METHOD(Fixture, "A window shows another space") {
    AddressSpace pci("pci", log);
    Recorder device;
    RamBlock vram("vram", 0x2000);
    Listener listener;
    space.add_listener(listener);
    space.map_ram("ram", 0, ram, 0, 0x10000);
    space.map_window("pci window", 0x80000000, 0x10000000, pci, 0x1000000);
    pci.map_window("dma", 0, 0x1000000, space, 0);
    pci.map_ram("vram", 0x1002000, vram, 0, 0x2000);
    const int before = listener.changes;
    const auto bar = pci.map_mmio("bar", 0x1000000, 0x100, device, {Endian::little, 1, 4});
    CHECK(listener.changes == before + 1); // heard through the window
    CHECK(get(space, 0x80000010, 4, Endian::little) == 0x13121110);
    CHECK(space.page(0x80002000).host == vram.data());
    CHECK(space.page(0x80003000).host == vram.data() + 0x1000);
    pci.set_enabled(bar, false);
    std::uint64_t value = 0;
    CHECK(space.read(0x80000010, 4, Endian::big, value) == BusResult::nothing_there);

    // A bus master's write reaches RAM and is heard of under the CPU's addresses.
    const std::array<std::byte, 4> data = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
    pci.dma_write(0x123, data);
    CHECK(std::memcmp(ram.data() + 0x123, data.data(), 4) == 0);
    pci.dma_write(0x1002100, data);
    CHECK(vram.data()[0x103] == std::byte{4});
    CHECK(listener.written ==
          std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0x123, 4}, {0x80002100, 4}});
}

TEST_CASE_METHOD(Fixture, "A write through one address is heard of at every alias") {
    Listener listener;
    space.map_ram("ram", 0, ram, 0, 0x2000);
    space.map_ram("alias", 0x100000, ram, 0x1000, 0x1000);
    space.add_listener(listener);
    const std::array<std::byte, 0x20> data = {};
    space.dma_write(0xff0, data);
    CHECK(listener.written ==
          std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0xff0, 0x20}, {0x100000, 0x10}});
}

TEST_CASE_METHOD(Fixture, "Windows aimed at each other reach nothing") {
    AddressSpace other("other", log);
    space.map_window("there", 0, 0x1000, other, 0);
    other.map_window("back", 0, 0x1000, space, 0);
    std::uint64_t value = 0;
    CHECK(space.read(0, 4, Endian::big, value) == BusResult::nothing_there);
    CHECK(space.page(0).host == nullptr);
}

TEST_CASE_METHOD(Fixture, "DMA takes any length over RAM, registers and gaps") {
    Recorder device;
    space.map_ram("ram", 0, ram, 0, 0x1000);
    space.map_mmio("device", 0x1000, 6, device, {Endian::little, 1, 4});
    ram.data()[0xfff] = std::byte{0x77};
    std::array<std::byte, 9> data = {};
    space.dma_read(0xfff, data);
    CHECK(data[0] == std::byte{0x77});
    CHECK(data[5] == std::byte{0x04});
    CHECK(data[6] == std::byte{0x05});
    CHECK(data[7] == std::byte{0xff});
    CHECK(device.taken() == Log_{{'r', 0, 4, 0x03020100}, {'r', 4, 2, 0x0504}});
    space.dma_write(0xfff, data);
    CHECK(device.taken() == Log_{{'w', 0, 4, 0x03020100}, {'w', 4, 2, 0x0504}});
    space.dma_read(UINT64_MAX - 3, data); // around the end of the space
    CHECK(data[3] == std::byte{0xff});
}

TEST_CASE_METHOD(Fixture, "A space that is gone leaves its windows empty") {
    {
        AddressSpace gone("gone", log);
        space.map_window("window", 0, 0x1000, gone, 0);
        gone.map_ram("ram", 0, ram, 0, 0x1000);
        CHECK(space.page(0).host == ram.data());
    }
    CHECK(space.page(0).host == nullptr);
    space.set_enabled(0, true);
    CHECK(space.page(0).host == nullptr);
    {
        AddressSpace viewer("viewer", log);
        viewer.map_window("window", 0, 0x1000, space, 0);
    }
    space.map_ram("ram", 0, ram, 0, 0x1000); // does not tell the dead
}

TEST_CASE("Whether a register is steady is the device's to say, also behind a window") {
    struct Waited final : Recorder {
        bool is_steady(std::uint64_t offset) const override { return offset == 8; }
    };
    Log log;
    AddressSpace space("space", log), bus("bus", log);
    Waited waited;
    Recorder other;
    RamBlock ram("ram", 0x1000);
    const MmioTraits traits{.endian = Endian::big, .min_size = 1, .max_size = 4};
    bus.map_mmio("waited", 0x2000, 0x10, waited, traits);
    space.map_window("window", 0x80000000, 0x10000, bus, 0);
    space.map_mmio("other", 0x90000000, 0x10, other, traits);
    space.map_ram("ram", 0, ram, 0, 0x1000);
    CHECK(space.is_steady(0x80002008));
    CHECK_FALSE(space.is_steady(0x80002004));
    CHECK_FALSE(space.is_steady(0x90000008));
    CHECK_FALSE(space.is_steady(8));
    CHECK_FALSE(space.is_steady(0xa0000008));
    CHECK(waited.taken().empty());
}
