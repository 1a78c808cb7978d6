#include <catch2/catch.hpp>

#include "hw/pci/grackle.h"
#include "hw/pci/uninorth.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::BusFixture;

namespace {

// Registers that remember the last write and read as their offset.
struct Registers : MmioHandler {
    std::uint64_t written = 0;
    std::uint64_t read(std::uint64_t offset, unsigned) override { return 0xa0 + offset; }
    void write(std::uint64_t, unsigned, std::uint64_t value) override { written = value; }
};

// A card with one of everything.
struct Card : PciDevice {
    Registers registers, ports, legacy;
    RamBlock memory{"card memory", 0x10000}, rom{"card rom", 0x1000};
    AddressSpace inside;

    Card(PciBus& on, PciAddress at, Log& log)
        : PciDevice("card", on, at,
                    {.vendor = 0x1234,
                     .device = 0x5678,
                     .class_code = 0x020000,
                     .revision = 3,
                     .subsystem_vendor = 0x1af4,
                     .subsystem = 0x1100,
                     .interrupt_pin = 1},
                    log),
          inside("inside", log) {
        add_mmio_bar(0, 0x100, registers, {Endian::little, 1, 4});
        add_io_bar(1, 0x20, ports, {Endian::little, 1, 4});
        add_ram_bar(2, memory);
        add_window_bar(3, 0x80000, inside);
        add_rom(rom);
        add_fixed_io(0x3c0, 0x20, legacy, {Endian::little, 1, 4});
        inside.map_mmio("cell", 0x40, 0x10, registers, {Endian::little, 1, 4});
        rom.data()[0] = std::byte{0x55};
    }
    using PciDevice::dma_read;
    using PciDevice::dma_write;
    using PciDevice::set_interrupt;
};

struct Fixture : BusFixture {
    RamBlock ram{"ram", 0x10000};
    PciBus pci{"pci",
               {{IrqLine(cpu, 0x15), IrqLine(cpu, 0x16), IrqLine(cpu, 0x17), IrqLine(cpu, 0x18)}},
               bus,
               log};
    Card card{pci, {2, 0}, log};

    Fixture() {
        bus.map_ram("ram", 0, ram, 0, 0x10000);
        bus.map_window("pci memory", 0x80000000, 0x7e000000, pci.memory(), 0x80000000);
        bus.map_window("pci i/o", 0xfe000000, 0x200000, pci.io(), 0);
    }
    std::uint32_t config(unsigned offset, unsigned size = 4) {
        return pci.config_read(0, {2, 0}, offset, size);
    }
    void config(unsigned offset, unsigned size, std::uint32_t value) {
        pci.config_write(0, {2, 0}, offset, size, value);
    }
    bool there(std::uint64_t address) {
        std::uint64_t value = 0;
        return bus.read(address, 4, Endian::little, value) == BusResult::ok;
    }
};

struct MacBus : BusFixture {
    PciBus pci{"pci",
               {{IrqLine::unconnected(), IrqLine::unconnected(), IrqLine::unconnected(),
                 IrqLine::unconnected()}},
               bus,
               log};
};

struct GrackleFixture : MacBus {
    Grackle grackle{"grackle", pci, log};
    Card card{pci, {2, 0}, log};
    GrackleFixture() {
        bus.map_mmio("address", Grackle::config_address_base, Grackle::config_size,
                     grackle.config().address(), PciConfigPorts::address_traits);
        bus.map_mmio("data", Grackle::config_data_base, Grackle::config_size,
                     grackle.config().data(), PciConfigPorts::data_traits);
    }
};

struct UniNorthFixture : MacBus {
    UniNorthBridge bridge{"main", UniNorthBridge::Kind::main, pci, log};
    Card card{pci, {15, 0}, log};
    UniNorthControl control{"control", log};
    static constexpr auto at = UniNorthBridge::place(UniNorthBridge::Kind::main);
    UniNorthFixture() {
        bus.map_mmio("address", at.address, UniNorthBridge::config_size, bridge.config().address(),
                     PciConfigPorts::address_traits);
        bus.map_mmio("data", at.data, UniNorthBridge::config_size, bridge.config().data(),
                     PciConfigPorts::data_traits);
        bus.map_mmio("control", UniNorthControl::base, UniNorthControl::size, control,
                     UniNorthControl::traits);
    }
};

} // namespace

TEST_CASE_METHOD(Fixture, "PCI: the header tells who it is, in any access size") {
    CHECK(config(0) == 0x56781234);
    CHECK(config(2, 2) == 0x5678);
    CHECK(config(3, 1) == 0x56);
    CHECK(config(8) == 0x02000003);
    CHECK(config(0x2c) == 0x11001af4);
    CHECK(config(0x3d, 1) == 1);
    config(0, 4, 0);
    config(8, 4, 0);
    CHECK(config(0) == 0x56781234);
    CHECK(config(8) == 0x02000003);
    config(0x3c, 1, 23);
    CHECK(config(0x3c, 2) == 0x0117);
}

TEST_CASE_METHOD(Fixture, "PCI: nobody home reads as ones") {
    CHECK(pci.config_read(0, {3, 0}, 0, 4) == 0xffffffff);
    CHECK(pci.config_read(0, {2, 1}, 0, 2) == 0xffff);
    CHECK(pci.config_read(1, {2, 0}, 0, 4) == 0xffffffff);
    CHECK(pci.config_read(0, {2, 0}, 0x100, 4) == 0xffffffff);
    pci.config_write(0, {3, 0}, 4, 2, 7);
    pci.config_write(0, {2, 0}, 0xffe, 2, 7);
}

TEST_CASE_METHOD(Fixture, "PCI: sizing tells each base address's size and kind") {
    for (const unsigned offset : {0x10u, 0x14u, 0x18u, 0x1cu, 0x20u, 0x30u})
        config(offset, 4, 0xffffffff);
    CHECK(config(0x10) == 0xffffff00);
    CHECK(config(0x14) == 0xffffffe1);
    CHECK(config(0x18) == 0xffff0008);
    CHECK(config(0x1c) == 0xfff80000);
    CHECK(config(0x20) == 0);
    CHECK(config(0x30) == 0xfffff001);
}

TEST_CASE_METHOD(Fixture, "PCI: base addresses answer where they are put, while enabled") {
    config(0x10, 4, 0x80001000);
    config(0x14, 4, 0x1000);
    config(0x18, 4, 0x81000000);
    config(0x1c, 4, 0x82080000);
    config(0x30, 4, 0x83000001);
    CHECK_FALSE(there(0x80001000));
    config(4, 2, 2); // memory
    CHECK(get(0x80001010) == 0xb0);
    CHECK_FALSE(there(0xfe001000));
    config(4, 2, 3); // and I/O
    CHECK(get(0xfe001004, 1) == 0xa4);
    CHECK(get(0xfe0003c4, 1) == 0xa4);
    CHECK(bus.page(0x81008000).host == card.memory.data() + 0x8000);
    CHECK(get(0x82080044) == 0xa4);
    CHECK(get(0x83000000, 1) == 0x55);
    CHECK_FALSE(bus.page(0x83000000).writable);
    put(0x80001000, 0x1234, 2);
    CHECK(card.registers.written == 0x1234);

    config(0x10, 4, 0x90000000);
    CHECK_FALSE(there(0x80001010));
    CHECK(get(0x90000010) == 0xb0);
    config(0x30, 4, 0x83000000);
    CHECK_FALSE(there(0x83000000));
    config(0x12, 2, 0x9100); // half a base address
    CHECK(get(0x91000010) == 0xb0);
    config(4, 2, 0);
    CHECK_FALSE(there(0x91000010));
    CHECK_FALSE(there(0xfe0003c4));
}

TEST_CASE_METHOD(Fixture, "PCI: a base address being sized answers nowhere") {
    config(4, 2, 3);
    config(0x1c, 4, 0xffffffff);
    CHECK(pci.memory().page(0xfff80000).host == nullptr);
    const auto bars = card.bars();
    REQUIRE(bars.size() == 5);
    CHECK_FALSE(bars[3].mapped);
    config(0x1c, 4, 0x80080000);
    CHECK(card.bars()[3].mapped);
    CHECK(card.bars()[3].base == 0x80080000);
    config(0x1c, 4, 0);
    CHECK_FALSE(card.bars()[3].mapped);
}

TEST_CASE_METHOD(Fixture, "PCI: interrupt pins rotate over the wires and share them") {
    Card other(pci, {6, 0}, log);
    card.set_interrupt(true); // slot 2, pin A
    CHECK(cpu.level(0x17));
    CHECK((config(6, 2) & 8) != 0);
    other.set_interrupt(true); // slot 6, the same wire
    card.set_interrupt(false);
    CHECK(cpu.level(0x17));
    CHECK((config(6, 2) & 8) == 0);
    other.set_interrupt(false);
    CHECK_FALSE(cpu.level(0x17));
    card.set_interrupt(true);
    config(4, 2, 0x400); // interrupt disable
    CHECK_FALSE(cpu.level(0x17));
    CHECK((config(6, 2) & 8) != 0);
    config(4, 2, 0);
    CHECK(cpu.level(0x17));
}

TEST_CASE_METHOD(Fixture, "PCI: a device masters the bus only when allowed") {
    std::array<std::byte, 4> data = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
    CHECK_FALSE(card.dma_write(0x100, data));
    CHECK(get(0x100) == 0);
    config(4, 2, 4);
    CHECK(card.dma_write(0x100, data));
    CHECK(get(0x100) == 0x04030201);
    CHECK(card.dma_read(0x101, data));
    CHECK(data[0] == std::byte{2});
    config(4, 2, 0);
    CHECK_FALSE(card.dma_read(0x101, data));
    CHECK(data[0] == std::byte{0xff});
}

TEST_CASE_METHOD(Fixture, "PCI: reset unmaps, state maps again") {
    config(0x10, 4, 0x80001000);
    config(4, 2, 2);
    card.set_interrupt(true);
    test::MemoryState state;
    card.visit(state);
    pci.visit(state);
    card.reset();
    CHECK_FALSE(there(0x80001000));
    CHECK_FALSE(cpu.level(0x17));
    CHECK(config(0x10) == 0);
    CHECK(config(0) == 0x56781234);
    state.start_loading();
    card.visit(state);
    pci.visit(state);
    CHECK(state.exhausted());
    CHECK(there(0x80001000));
    const unsigned rises = cpu.rises(0x17);
    card.set_interrupt(true);
    CHECK(cpu.rises(0x17) == rises);
    card.set_interrupt(false);
    card.set_interrupt(true);
    CHECK(cpu.rises(0x17) == rises + 1);
}

TEST_CASE_METHOD(GrackleFixture, "Grackle: configuration as Linux and OpenBIOS do it") {
    CHECK(get(Grackle::config_data_base) == 0xffffffff);
    put(Grackle::config_address_base, 0x80000000);
    CHECK(get(Grackle::config_address_base) == 0x80000000);
    CHECK(get(Grackle::config_data_base) == 0x00021057);
    CHECK(get(Grackle::config_data_base + 2, 2) == 0x0002);
    put(Grackle::config_address_base, 0x80000000 | 2 << 11 | 0x3c);
    put(Grackle::config_data_base, 0x17, 1);
    CHECK(get(Grackle::config_data_base, 2) == 0x0117);
    put(Grackle::config_address_base, 0x800000a8); // PICR1
    put(Grackle::config_data_base, 0xff141b98);
    CHECK(get(Grackle::config_data_base) == 0xff141b98);
    put(Grackle::config_address_base, 0x80000000 | 7 << 11);
    CHECK(get(Grackle::config_data_base) == 0xffffffff);
    // A big-endian CPU without byte reversal sees the bytes in bus order.
    put(Grackle::config_address_base, 0x80, 4, Endian::big);
    CHECK(get(Grackle::config_data_base, 4, Endian::big) == 0x57100200);
}

TEST_CASE_METHOD(UniNorthFixture, "UniNorth: the three forms of configuration address") {
    put(at.address, 1 << 15 | 0x00); // type 0, slot 15
    CHECK(get(at.address) == 1 << 15);
    CHECK(get(at.data) == 0x56781234);
    CHECK(get(at.data + 2, 2) == 0x5678);
    put(at.address, 1 << 15 | 0x10);
    put(at.data, 0x80082000);
    CHECK(get(at.data) == 0x80082000);
    put(at.address,
        1 << 15 | 0x14); // an address within 8 bytes: the data register tells which half
    put(at.data + 4, 0x1000);
    CHECK(get(at.data) == 0x80082000);
    CHECK(get(at.data + 4) == 0x1001);
    put(at.address, 15 << 11 | 0x08 | 1); // type 1
    CHECK(get(at.data) == 0x02000003);
    put(at.address, 0x80000000 | 11 << 11); // as OpenBIOS does
    CHECK(get(at.data) == 0x001f106b);
    put(at.address, 1 << 11 | 0x48);
    CHECK(get(at.data) == 0x01000000);
    put(at.address, 1 << 13);
    CHECK(get(at.data) == 0xffffffff);
    put(at.address, 0);
    CHECK(get(at.data) == 0xffffffff);
    put(at.address, 3 << 15);
    CHECK(get(at.data, 1) == 0xff);
}

TEST_CASE_METHOD(UniNorthFixture, "UniNorth: the control registers") {
    CHECK(get(UniNorthControl::base, 4, Endian::big) == 7);
    put(UniNorthControl::base, 0, 4, Endian::big);
    CHECK(get(UniNorthControl::base, 4, Endian::big) == 7);
    put(UniNorthControl::base + 0x20, 0x12345678, 4, Endian::big);
    CHECK(get(UniNorthControl::base + 0x20, 4, Endian::big) == 0x12345678);
    CHECK(get(UniNorthControl::base + 0xff0, 4, Endian::big) == 0);
}
