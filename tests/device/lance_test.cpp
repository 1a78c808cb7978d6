// LANCE behind LEDMA, as Linux' sunlance sets it up.
#include <catch2/catch.hpp>

#include "hw/dma/sparc32_dma.h"
#include "hw/net/lance.h"
#include "tests/device/dvma_memory.h"
#include "tests/device/io_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using namespace vestige::test;

namespace {

using Bytes = std::vector<std::byte>;
using Receipt = NetBackend::Receipt;

constexpr EthernetAddress station = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
constexpr unsigned irq_ethernet = 16;
constexpr unsigned BSWP = 4, INIT = 1, STRT = 2, STOP = 4, TDMD = 8, TXON = 0x10, RXON = 0x20,
                   INEA = 0x40, INTR = 0x80, IDON = 0x100, TINT = 0x200, RINT = 0x400, ERR = 0x8000;
constexpr unsigned OWN = 0x8000, EBUF = 0x5400, STP = 0x0200, ENP = 0x0100;

struct Wire final : NetBackend {
    Wire() : NetBackend("wire") {}
    void send(std::span<const std::byte> frame) override {
        sent.emplace_back(frame.begin(), frame.end());
    }
    void resume() override { ++resumed; }
    void reset() override {}
    void visit(StateVisitor&) override {}
    Receipt begin(const Bytes& frame) { return receive(frame); }
    std::vector<Bytes> sent;
    unsigned resumed = 0;
};

struct Bench {
    ManualClock clock;
    Scheduler scheduler{clock};
    Log log;
    Wires wires;
    DvmaMemory memory{1 << 20};
    Wire wire;
    Sparc32Dma dma{"dma",
                   {.scsi = IrqLine::unconnected(), .ethernet = IrqLine(wires, irq_ethernet)},
                   memory,
                   log};
    Lance card{"lance", scheduler, dma.ethernet_interrupt(), dma.ethernet_memory(), wire, log};

    // In memory: the block at 1000, four entries to receive at 1100, four to send at 1200, buffers
    // of 1544 bytes from 2000 and from 8000 on.
    static constexpr std::uint32_t block = 0x1000, rx = 0x1100, tx = 0x1200;
    static constexpr std::uint32_t rx_buffer = 0x2000, tx_buffer = 0x8000;
    unsigned rx_size = 1544;

    Bench() { dma.connect_ethernet(card); }

    void pass(Time by) { clock.advance(scheduler, by); }
    Receipt give(const Bytes& frame) {
        const Receipt receipt = wire.begin(frame);
        pass(52 * microsecond); // longer than the shortest frame takes
        return receipt;
    }
    unsigned csr0() { return static_cast<unsigned>(card.read(0, 2)); }
    void out(unsigned value) { card.write(0, 2, value); }
    void csr(unsigned index, unsigned value) {
        card.write(2, 2, index);
        card.write(0, 2, value);
        card.write(2, 2, 0);
    }
    unsigned word(std::uint32_t at) {
        return load_be<std::uint16_t>(memory.get(0xfc000000 + at, 2).data());
    }
    void put(std::uint32_t at, unsigned value) {
        Bytes raw(2);
        store_be(raw.data(), static_cast<std::uint16_t>(value));
        memory.put(0xfc000000 + at, raw);
    }
    void descriptor(std::uint32_t at, std::uint32_t buffer, unsigned bits, unsigned size) {
        put(at, buffer & 0xffff);
        put(at + 2, bits | buffer >> 16);
        put(at + 4, (0x10000 - size) & 0xffff);
        put(at + 6, 0);
    }
    void setup(unsigned mode = 0, unsigned csr3 = BSWP) {
        out(STOP);
        dma.write(0x1c, 4, 0xfc000000);
        put(block, mode);
        for (unsigned i = 0; i < 3; i++) // the first byte on the wire is the lower one of a word
            put(block + 2 + 2 * i, station[2 * i] | station[2 * i + 1] << 8);
        put(block + 0x10, rx & 0xffff);
        put(block + 0x12, 2 << 13 | rx >> 16);
        put(block + 0x14, tx & 0xffff);
        put(block + 0x16, 2 << 13 | tx >> 16);
        for (unsigned i = 0; i < 4; i++) {
            descriptor(rx + 8 * i, rx_buffer + 0x800 * i, OWN, rx_size);
            descriptor(tx + 8 * i, tx_buffer + 0x800 * i, 0, 0);
        }
        csr(1, block);
        csr(2, 0);
        csr(3, csr3);
    }
    void start() {
        out(INIT);
        REQUIRE((csr0() & (ERR | IDON | STOP)) == IDON);
        out(IDON);
        out(INEA | STRT);
        dma.write(0x10, 4, 0x10);
    }
    Bytes frame(std::size_t size, EthernetAddress to = station) {
        Bytes data(size);
        for (std::size_t i = 0; i < size; i++)
            data[i] = static_cast<std::byte>(i < 6 ? to[i] : i * 7);
        return data;
    }
    bool irq() { return wires.level(irq_ethernet); }
};

} // namespace

TEST_CASE("LANCE: registers, initialization, interrupt", "[lance]") {
    Bench b;
    REQUIRE(b.csr0() == STOP);
    b.setup();
    b.card.write(2, 2, 0xffff);
    REQUIRE(b.card.read(2, 2) == 3);
    REQUIRE(b.card.read(0, 2) == BSWP);
    b.card.write(2, 2, 0);
    b.dma.write(0x10, 4, 0x10);
    b.out(INIT | INEA);
    REQUIRE(b.csr0() == (INIT | IDON | INTR | INEA));
    REQUIRE(b.irq());
    REQUIRE((b.dma.read(0x10, 4) & 1) == 1);
    b.dma.write(0x10, 4, 0);
    REQUIRE_FALSE(b.irq());
    b.dma.write(0x10, 4, 0x10);
    b.out(IDON | INEA);
    REQUIRE_FALSE(b.irq());
    b.out(STRT);
    REQUIRE(b.csr0() == (INIT | STRT | TXON | RXON));
    b.csr(3, 0);
    b.card.write(2, 2, 3);
    REQUIRE(b.card.read(0, 2) == BSWP); // not while it runs
    b.card.write(2, 2, 0);
    b.out(STOP | INEA);
    REQUIRE(b.csr0() == STOP);
    // The channel's reset is the chip's.
    b.setup();
    b.start();
    b.dma.write(0x10, 4, 0x80);
    REQUIRE(b.csr0() == STOP);
}

TEST_CASE("LANCE: sending, whole and in pieces", "[lance]") {
    Bench b;
    b.setup();
    b.start();
    const Bytes data = b.frame(100);
    b.memory.put(0xfc000000 + b.tx_buffer, data);
    b.descriptor(b.tx, b.tx_buffer, OWN | STP | ENP, 100);
    b.out(INEA | TDMD);
    REQUIRE(b.wire.sent.size() == 1);
    REQUIRE(b.wire.sent[0] == data);
    REQUIRE(b.word(b.tx + 2) == (STP | ENP | b.tx_buffer >> 16));
    REQUIRE(b.csr0() == (INIT | STRT | TXON | RXON | INEA | INTR | TINT));
    REQUIRE(b.irq());
    b.out(INEA | TINT | INTR);
    REQUIRE_FALSE(b.irq());

    b.descriptor(b.tx + 8, b.tx_buffer, OWN | STP, 14);
    b.descriptor(b.tx + 16, b.tx_buffer + 14, OWN, 1);
    b.descriptor(b.tx + 24, b.tx_buffer + 15, OWN | ENP, 85);
    b.out(INEA | TDMD);
    REQUIRE(b.wire.sent.size() == 2);
    REQUIRE(b.wire.sent[1] == data);

    b.out(INEA | TINT);
    b.descriptor(b.tx, b.tx_buffer, OWN | STP, 60); // and no end
    b.descriptor(b.tx + 8, b.tx_buffer, 0, 60);
    b.out(INEA | TDMD);
    REQUIRE(b.wire.sent.size() == 2);
    REQUIRE((b.word(b.tx + 2) & 0xff00) == (0x4000 | STP));
    REQUIRE(b.word(b.tx + 6) == 0xc000);
    REQUIRE((b.csr0() & (TXON | TINT)) == TINT);

    b.setup();
    b.start();
    for (unsigned i = 0; i < 4; i++)
        b.descriptor(b.tx + 8 * i, b.tx_buffer, OWN | (i == 3 ? ENP : 0u) | (i ? 0u : STP), 1000);
    b.out(INEA | TDMD);
    REQUIRE(b.wire.sent.size() == 2);
    REQUIRE((b.csr0() & (ERR | 0x4000)) == (ERR | 0x4000)); // babble
    b.out(0x4000);
    REQUIRE((b.csr0() & ERR) == 0);
}

TEST_CASE("LANCE: receiving", "[lance]") {
    Bench b;
    b.setup();
    REQUIRE(b.give(b.frame(60)) == Receipt::taken); // stopped: gone
    b.start();
    REQUIRE(b.give(b.frame(100)) == Receipt::taken);
    REQUIRE(b.word(b.rx + 2) == (STP | ENP));
    REQUIRE(b.word(b.rx + 6) == 104);
    const Bytes data = b.memory.get(0xfc000000 + b.rx_buffer, 104);
    REQUIRE(Bytes(data.begin(), data.begin() + 100) == b.frame(100));
    REQUIRE(~ethernet_crc_little(data) == 0x2144df1c); // IEEE 802.3: as of every right frame
    REQUIRE((b.csr0() & (RINT | INTR)) == (RINT | INTR));
    REQUIRE(b.irq());
    REQUIRE(b.give(b.frame(20)) == Receipt::taken);
    REQUIRE(b.word(b.rx + 8 + 6) == 64); // filled up
    REQUIRE(b.give(b.frame(1514)) == Receipt::taken);
    REQUIRE(b.give(b.frame(60)) == Receipt::taken);
    const unsigned before = b.wire.resumed;
    REQUIRE(b.give(b.frame(60)) == Receipt::no_room);
    REQUIRE(b.word(b.rx + 6) == 104);
    b.pass(2 * millisecond);
    REQUIRE(b.wire.resumed == before + 1);
    b.descriptor(b.rx, b.rx_buffer, OWN, 1544);
    b.out(INEA | RINT);
    REQUIRE(b.wire.resumed == before + 2);
    REQUIRE(b.give(b.frame(60)) == Receipt::taken);
}

// sunlance hands a descriptor back and clears its count after that: no frame may be in between.
TEST_CASE("LANCE: a descriptor is filled no sooner than a frame takes", "[lance]") {
    Bench b;
    b.setup();
    b.start();
    REQUIRE(b.wire.begin(b.frame(60)) == Receipt::taken);
    b.pass(30 * microsecond);
    REQUIRE(b.wire.begin(b.frame(61)) == Receipt::taken);
    REQUIRE(b.wire.begin(b.frame(62)) == Receipt::taken);
    b.pass(21 * microsecond);
    REQUIRE_FALSE(b.irq());
    REQUIRE((b.word(b.rx + 2) & OWN) != 0);
    REQUIRE(b.word(b.rx + 6) == 0);
    b.pass(microsecond);
    REQUIRE(b.irq());
    REQUIRE(b.word(b.rx + 6) == 64);
    REQUIRE((b.word(b.rx + 8 + 2) & OWN) != 0);
    // A descriptor is meant for one frame.
    REQUIRE(b.wire.begin(b.frame(63)) == Receipt::taken);
    REQUIRE(b.wire.begin(b.frame(64)) == Receipt::no_room);
    MemoryState state;
    b.card.visit(state);
    state.start_loading();
    b.card.visit(state);
    REQUIRE(state.exhausted());
    b.pass(52 * microsecond);
    REQUIRE(b.word(b.rx + 8 + 6) == 65);
    REQUIRE(b.word(b.rx + 16 + 6) == 66);
    REQUIRE(b.word(b.rx + 24 + 6) == 67);
    // What is on the wire when the chip stops is lost.
    b.setup();
    b.start();
    REQUIRE(b.wire.begin(b.frame(60)) == Receipt::taken);
    b.setup();
    b.start();
    b.pass(millisecond);
    REQUIRE(b.word(b.rx + 6) == 0);
    // So is a frame whose descriptor the driver has taken back.
    REQUIRE(b.wire.begin(b.frame(60)) == Receipt::taken);
    b.descriptor(b.rx, b.rx_buffer, 0, 1544);
    b.pass(millisecond);
    REQUIRE(b.word(b.rx + 6) == 0);
    REQUIRE_FALSE(b.irq());
}

TEST_CASE("LANCE: a frame in several buffers, or in too few", "[lance]") {
    Bench b;
    b.rx_size = 128;
    b.setup();
    b.start();
    REQUIRE(b.give(b.frame(200)) == Receipt::taken);
    REQUIRE(b.word(b.rx + 2) == STP);
    REQUIRE(b.word(b.rx + 8 + 2) == ENP);
    REQUIRE(b.word(b.rx + 8 + 6) == 204);
    REQUIRE(b.memory.get(0xfc000000 + b.rx_buffer + 0x800, 1)[0] == b.frame(200)[128]);
    REQUIRE(b.give(b.frame(300)) == Receipt::no_room); // two are left
    b.descriptor(b.rx, b.rx_buffer, OWN, 128);
    b.descriptor(b.rx + 8, b.rx_buffer + 0x800, OWN, 128);
    REQUIRE(b.give(b.frame(600)) == Receipt::taken);
    REQUIRE(b.word(b.rx + 16 + 2) == STP);
    REQUIRE(b.word(b.rx + 8 + 2) == EBUF);
}

TEST_CASE("LANCE: which frames it takes", "[lance]") {
    Bench b;
    const auto takes = [&](EthernetAddress to, unsigned mode = 0) {
        const unsigned filter = b.word(b.block + 8 + 2 * 3);
        b.setup(mode);
        b.put(b.block + 8 + 2 * 3, filter);
        b.start();
        b.give(b.frame(60, to));
        return (b.csr0() & RINT) != 0;
    };
    REQUIRE(takes(station));
    REQUIRE(takes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
    REQUIRE_FALSE(takes({0x52, 0x54, 0, 0x12, 0x34, 0x57}));
    REQUIRE(takes({0x52, 0x54, 0, 0x12, 0x34, 0x57}, 0x8000));
    REQUIRE_FALSE(takes({1, 0, 0x5e, 0, 0, 1}));
    // ether_crc_le of 01:00:5e:00:00:01 begins with d9, whose upper six bits are 36h.
    b.put(b.block + 8 + 2 * 3, 1 << 6);
    REQUIRE(takes({1, 0, 0x5e, 0, 0, 1}));
    REQUIRE_FALSE(takes({1, 0, 0x5e, 0, 0, 2}));
    REQUIRE_FALSE(takes(station, 1)); // the receiver is off
}

TEST_CASE("LANCE: loops and swapped bytes", "[lance]") {
    Bench b;
    b.setup(4);
    b.start();
    const Bytes data = b.frame(32);
    b.memory.put(0xfc000000 + b.tx_buffer, data);
    b.descriptor(b.tx, b.tx_buffer, OWN | STP | ENP, 32);
    b.out(INEA | TDMD);
    REQUIRE(b.wire.sent.empty());
    REQUIRE(b.word(b.rx + 6) == 36);
    REQUIRE(b.memory.get(0xfc000000 + b.rx_buffer, 32) == data);
    REQUIRE((b.csr0() & (RINT | TINT)) == (RINT | TINT));

    b.setup(0, 0);
    b.start();
    b.descriptor(b.tx, b.tx_buffer, OWN | STP | ENP, 31);
    b.out(INEA | TDMD);
    REQUIRE(b.wire.sent.size() == 1);
    REQUIRE(b.wire.sent[0].size() == 31);
    REQUIRE(b.wire.sent[0][0] == data[1]);
    REQUIRE(b.wire.sent[0][30] == data[31]);
    b.give(b.frame(61));
    REQUIRE(b.word(b.rx + 6) == 65);
    REQUIRE(b.memory.get(0xfc000000 + b.rx_buffer + 7, 1)[0] == b.frame(61)[6]);
}

TEST_CASE("LANCE: whatever a guest writes, it stays on its feet", "[lance]") {
    Bench b;
    b.setup();
    b.start();
    b.memory.hook = [&](std::uint32_t address, std::span<const std::byte>) {
        if (address % 64 == 0) b.out(address % 128 ? TDMD : STOP);
        if (address % 64 == 32) b.dma.write(0x10, 4, 0x80);
    };
    std::uint32_t seed = 4711;
    const auto random = [&] { return seed = seed * 1664525 + 1013904223, seed >> 4; };
    for (unsigned round = 0; round < 4000; ++round) {
        switch (random() % 8) {
        case 0: b.csr(random() % 4, random() & 0xffff); break;
        case 1: b.out(random() % 2 ? INIT : STRT | INEA); break;
        case 2: b.out(INEA | TDMD); break;
        case 3: b.put(b.block + random() % 0x240 / 2 * 2, random() & 0xffff); break;
        case 4: b.dma.write(random() % 12 * 4, 4, random()); break;
        case 5: b.pass(random() % 1000 * microsecond); break;
        default: b.give(b.frame(14 + random() % 1501)); break;
        }
        b.wire.sent.clear();
    }
    b.memory.hook = {};
    b.rx_size = 1544;
    b.setup();
    b.start();
    b.give(b.frame(60));
    REQUIRE((b.csr0() & RINT) != 0);
}

TEST_CASE("LANCE: its state survives", "[lance]") {
    Bench b;
    b.setup();
    b.start();
    b.give(b.frame(60));
    MemoryState state;
    b.card.visit(state);
    b.out(STOP);
    state.start_loading();
    b.card.visit(state);
    REQUIRE(state.exhausted());
    REQUIRE((b.csr0() & RINT) != 0);
    b.give(b.frame(61));
    REQUIRE(b.word(b.rx + 8 + 6) == 65);
}
