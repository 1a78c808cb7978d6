#include <catch2/catch.hpp>

#include "hw/net/sungem.h"
#include "machine/core/ram.h"
#include "tests/device/bus_fixture.h"

using namespace vestige;
using namespace vestige::hw;

namespace {

constexpr EthernetAddress station = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

struct Wire final : NetBackend {
    Wire() : NetBackend("wire") {}
    void send(std::span<const std::byte> frame) override {
        sent.emplace_back(frame.begin(), frame.end());
    }
    void resume() override { ++resumed; }
    void reset() override {}
    void visit(StateVisitor&) override {}
    Receipt give(const std::vector<std::byte>& frame) { return receive(frame); }
    std::vector<std::vector<std::byte>> sent;
    unsigned resumed = 0;
};

struct Fixture : test::BusFixture {
    RamBlock ram{"ram", 1 << 20};
    PciBus pci{
        "pci", {{IrqLine(cpu, 0), IrqLine(cpu, 1), IrqLine(cpu, 2), IrqLine(cpu, 3)}}, bus, log};
    Wire wire;
    SunGem card{"nic", pci, {0, 0}, wire, station, log};

    Fixture() {
        bus.map_ram("ram", 0, ram, 0, ram.size());
        card.config_write(0x10, 4, 0x80000000);
        card.config_write(0x04, 2, 6);
    }
    unsigned in(unsigned offset) {
        std::uint64_t value = 0;
        pci.memory().read(0x80000000 + offset, 4, Endian::little, value);
        return static_cast<unsigned>(value);
    }
    void out(unsigned offset, unsigned value) {
        pci.memory().write(0x80000000 + offset, 4, Endian::little, value);
    }
    void descriptor(unsigned at, std::uint64_t control, std::uint64_t buffer) {
        store_le(ram.data() + at, control);
        store_le(ram.data() + at + 8, buffer);
    }
    std::uint64_t control(unsigned at) { return load_le<std::uint64_t>(ram.data() + at); }
    unsigned phy(unsigned operation, unsigned index, unsigned data = 0) {
        out(0x620c, 1u << 30 | operation << 28 | index << 18 | 2u << 16 | data);
        REQUIRE(in(0x620c) & 1 << 16);
        return in(0x620c) & 0xffff;
    }
    // As Linux's driver starts it: rings of 32 at 0 and 800, frames two bytes into their buffers.
    void start() {
        out(0x1010, 3);
        CHECK(in(0x1010) == 0);
        out(0x2008, 0);
        out(0x4004, 0x800);
        out(0x6034, 0);
        out(0x6054, 0x200005f2);
        out(0x2004, 0x3ffc01);
        for (unsigned i = 0; i < 32; ++i)
            descriptor(0x800 + 16 * i, 1540u << 16 | 1u << 31, 0x10000 + i * 2048);
        out(0x4000, 0x01000001 | 2 << 10 | 14 << 13);
        out(0x6030, 1);
        out(0x6034, 1);
        out(0x4100, 28);
        out(0x0010, 4);
    }
    std::vector<std::byte> frame(std::size_t size) {
        std::vector<std::byte> data(size);
        for (std::size_t i = 0; i < size; ++i)
            data[i] = static_cast<std::byte>(i < 6 ? station[i] : i * 7);
        return data;
    }
};

} // namespace

TEST_CASE_METHOD(Fixture, "GEM: what firmware and driver find") {
    CHECK(in(0x6080) == 0x3456);
    CHECK(in(0x6084) == 0x0012);
    CHECK(in(0x6088) == 0x5254);
    CHECK(in(0x2118) * 64 == 9 * 1024);
    CHECK(in(0x4120) * 64 == 20 * 1024);
    out(0x0004, 0x1fff);
    CHECK(in(0x0004) & 1);
    CHECK(phy(2, 1) == 0x782d);
    CHECK((phy(2, 5) & 0x0100));
    phy(1, 0, 0x9000);
    CHECK(phy(2, 0) == 0x1000); // the reset is over
    out(0x620c, 1u << 30 | 2u << 28 | 5u << 23 | 1u << 18);
    CHECK((in(0x620c) & 0xffff) == 0xffff); // no other PHY
}

TEST_CASE_METHOD(Fixture, "GEM: sending in pieces, with the checksum filled in") {
    start();
    const auto data = frame(100);
    std::copy(data.begin(), data.end(), ram.data() + 0x8000);
    // Sums from byte 34 on, at byte 50.
    const std::uint64_t sums = 1u << 29 | 34u << 15 | 50u << 21;
    descriptor(0x00, 60 | sums | 1ull << 31 | 1ull << 32, 0x8000);
    descriptor(0x10, 40 | sums | 1ull << 30, 0x8000 + 60);
    out(0x2000, 2);
    REQUIRE(wire.sent.size() == 1);
    const auto& sent = wire.sent[0];
    REQUIRE(sent.size() == 100);
    CHECK(std::equal(data.begin(), data.begin() + 50, sent.begin()));
    CHECK(std::equal(data.begin() + 52, data.end(), sent.begin() + 52));
    // What was in the place took part: with it back, everything sums to nothing.
    std::uint32_t sum = 0;
    for (unsigned i = 34; i < 100; i += 2)
        sum += load_be<std::uint16_t>(sent.data() + i);
    const std::uint32_t expected = load_be<std::uint16_t>(data.data() + 50);
    CHECK((sum + expected) % 0xffff == 0);
    CHECK(in(0x001c) == (2u << 19 | 0x6));
    CHECK(cpu.level(0));
    CHECK(in(0x000c) == (2u << 19 | 0x6)); // reading clears
    CHECK_FALSE(cpu.level(0));
    CHECK(in(0x2100) == 2);
}

TEST_CASE_METHOD(Fixture, "GEM: receiving with checksum and frame check") {
    start();
    using Receipt = NetBackend::Receipt;
    CHECK(wire.give(frame(100)) == Receipt::taken);
    CHECK(in(0x4104) == 1);
    CHECK(in(0x000c) == 0x10);
    const std::uint64_t status = control(0x800);
    CHECK((status >> 16 & 0x7fff) == 104);
    CHECK_FALSE(status & 1u << 31);
    CHECK(ram.data()[0x10002 + 99] == static_cast<std::byte>(99 * 7));
    std::uint32_t sum = status & 0xffff;
    for (unsigned i = 14; i < 104; i += 2)
        sum += load_be<std::uint16_t>(ram.data() + 0x10002 + i);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    CHECK(sum == 0xffff);
    // IEEE 802.3: the CRC over a frame and its check is always the same.
    std::uint32_t crc = 0xffffffff;
    for (unsigned i = 0; i < 104; ++i) {
        crc ^= static_cast<std::uint32_t>(ram.data()[0x10002 + i]);
        for (unsigned bit = 0; bit < 8; ++bit)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    CHECK(crc == 0xdebb20e3);

    unsigned taken = 1;
    while (wire.give(frame(60)) == Receipt::taken)
        REQUIRE(++taken < 100);
    CHECK(taken == 28 + 4); // the test posted them all, beyond the kick too
    const unsigned before = wire.resumed;
    for (unsigned i = 0; i < 4; ++i)
        descriptor(0x800 + 16 * i, 1540u << 16 | 1u << 31, 0x10000 + i * 2048);
    out(0x4100, 0);
    CHECK(wire.resumed == before + 1);
    CHECK(wire.give(frame(60)) == Receipt::taken);
}

TEST_CASE_METHOD(Fixture, "GEM: which frames it takes") {
    start();
    const auto takes = [&](EthernetAddress address) {
        auto data = frame(60);
        std::copy_n(std::as_bytes(std::span(address)).begin(), 6, data.begin());
        const unsigned before = in(0x4104);
        wire.give(data);
        return in(0x4104) != before;
    };
    CHECK(takes(station));
    CHECK(takes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
    CHECK_FALSE(takes({0x52, 0x54, 0, 0x12, 0x34, 0x57}));
    CHECK_FALSE(takes({1, 0, 0x5e, 0, 0, 1}));
    out(0x6034, 0x21);
    CHECK_FALSE(takes({1, 0, 0x5e, 0, 0, 1}));
    // ether_crc_le of 01:00:5e:00:00:01 begins with d9: table word d, bit 15 - 9.
    out(0x60c0 + 4 * 0xd, 1u << (15 - 0x9));
    CHECK(takes({1, 0, 0x5e, 0, 0, 1}));
    out(0x6034, 0x09);
    CHECK(takes({0x52, 0x54, 0, 0x12, 0x34, 0x57}));
    out(0x6034, 0);
    CHECK_FALSE(takes(station));
}

TEST_CASE_METHOD(Fixture, "GEM: whatever a guest writes, it stays on its feet") {
    std::uint32_t seed = 4711;
    const auto random = [&] { return seed = seed * 1664525 + 1013904223, seed >> 4; };
    constexpr unsigned likely[] = {0x2000, 0x2004, 0x2008, 0x4000, 0x4004, 0x4100, 0x6030, 0x6034};
    for (unsigned i = 0; i < 0x4000; i += 4)
        store_le(ram.data() + i, random() << 4);
    for (unsigned round = 0; round < 3000; ++round) {
        switch (random() % 4) {
        case 0: out(likely[random() % 8], random() | 1); break;
        case 1: out(random() & 0x1ffffc, random()); break;
        case 2: in(random() & 0x1ffffc); break;
        default: wire.give(frame(14 + random() % 1501));
        }
        wire.sent.clear();
    }
    SUCCEED();
}

TEST_CASE_METHOD(Fixture, "GEM: its state survives") {
    start();
    wire.give(frame(60));
    test::MemoryState state;
    card.visit(state);
    out(0x1010, 3);
    out(0x0010, 0xffffffff);
    state.start_loading();
    card.visit(state);
    CHECK(state.exhausted());
    CHECK(in(0x4104) == 1);
    CHECK(in(0x001c) == 0x10);
}
