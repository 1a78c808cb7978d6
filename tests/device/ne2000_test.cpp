#include <catch2/catch.hpp>

#include "hw/net/ne2000.h"
#include "tests/device/io_fixture.h"

using namespace vestige;
using namespace vestige::hw;

namespace {

constexpr EthernetAddress card_address = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

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

std::vector<std::byte> frame_to(const EthernetAddress& address, std::size_t size) {
    std::vector<std::byte> frame(size);
    for (std::size_t i = 0; i < size; ++i)
        frame[i] = i < 6 ? static_cast<std::byte>(address[i]) : static_cast<std::byte>(i);
    return frame;
}

struct Fixture {
    test::Wires irq;
    Wire wire;
    Log log;
    Ne2000 card{"nic", IrqLine(irq, 3), wire, card_address, log};

    void out(unsigned port, unsigned value) { card.write(port, 1, value); }
    unsigned in(unsigned port) { return static_cast<unsigned>(card.read(port, 1)); }

    // As Linux's 8390 library starts a card: ring 4C00-8000, transmit buffer at 4000.
    void start() {
        out(0x0, 0x21);
        out(0xe, 0x49);
        out(0xd, 0x02);
        out(0xc, 0x20);
        out(0x1, 0x4c);
        out(0x3, 0x4c);
        out(0x2, 0x80);
        out(0x7, 0xff);
        out(0x0, 0x61);
        for (unsigned i = 0; i < 6; ++i)
            out(0x1 + i, card_address[i]);
        out(0x7, 0x4d);
        out(0x0, 0x21);
        out(0xf, 0x3f);
        out(0x0, 0x22);
        out(0xd, 0x00);
        out(0xc, 0x04);
    }
    void remote(unsigned command, unsigned address, unsigned count) {
        out(0xa, count & 0xff);
        out(0xb, count >> 8);
        out(0x8, address & 0xff);
        out(0x9, address >> 8);
        out(0x0, command);
    }
    std::vector<std::uint8_t> read_memory(unsigned address, unsigned count) {
        remote(0x0a, address, count);
        std::vector<std::uint8_t> data;
        for (unsigned i = 0; i < count; i += 2) {
            const auto word = card.read(0x10, 2);
            data.push_back(static_cast<std::uint8_t>(word));
            data.push_back(static_cast<std::uint8_t>(word >> 8));
        }
        return data;
    }
};

} // namespace

TEST_CASE_METHOD(Fixture, "NE2000: the PROM as a driver reads it, a byte from each word") {
    CHECK(in(0x7) == 0x80);
    out(0x0, 0x21);
    out(0xe, 0x49);
    remote(0x0a, 0, 32);
    for (unsigned i = 0; i < 6; ++i)
        CHECK(in(0x10) == card_address[i]);
    for (unsigned i = 6; i < 14; ++i)
        in(0x10);
    CHECK(in(0x10) == 0x57);
    CHECK_FALSE(in(0x7) & 0x40);
    CHECK(in(0x10) == 0x57);
    CHECK(in(0x7) & 0x40); // 32 bytes moved
    CHECK(in(0xa) == 0x50);
    CHECK(in(0xb) == 0x43);
}

TEST_CASE_METHOD(Fixture, "NE2000: sending") {
    start();
    const auto frame = frame_to(card_address, 60);
    remote(0x12, 0x4000, 60);
    for (unsigned i = 0; i < 60; i += 4)
        card.write(0x10, 4, load_le<std::uint32_t>(frame.data() + i));
    CHECK(in(0x7) & 0x40);
    out(0x7, 0x40);
    out(0x4, 0x40);
    out(0x5, 60);
    out(0x6, 0);
    out(0x0, 0x26);
    REQUIRE(wire.sent.size() == 1);
    CHECK(wire.sent[0] == frame);
    CHECK(in(0x7) == 0x02);
    CHECK(irq.level(3));
    out(0x7, 0x02);
    CHECK_FALSE(irq.level(3));
    CHECK(in(0x0) == 0x22); // the transmit bit is clear again
}

TEST_CASE_METHOD(Fixture, "NE2000: receiving into the ring, round its end") {
    start();
    using Receipt = NetBackend::Receipt;
    CHECK(wire.give(frame_to(card_address, 42)) == Receipt::taken);
    CHECK(in(0x7) == 0x01);
    CHECK(irq.level(3));
    auto memory = read_memory(0x4d00, 64);
    CHECK(memory[0] == 0x01);
    CHECK(memory[1] == 0x4e); // next page
    CHECK(memory[2] == 64);   // padded to 60, and a checksum
    CHECK(memory[4] == card_address[0]);
    CHECK(memory[4 + 41] == 41);
    CHECK(memory[4 + 42] == 0);

    // Others' frames and, unasked, multicasts are not for us; broadcasts are.
    wire.give(frame_to({0x52, 0x54, 0, 0, 0, 1}, 60));
    wire.give(frame_to({0x01, 0, 0x5e, 0, 0, 1}, 60));
    out(0x0, 0x62);
    CHECK(in(0x7) == 0x4e);
    wire.give(frame_to({0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 60));
    CHECK(in(0x7) == 0x4f);
    // The all-hosts group, where its hash bit is set.
    out(0x0, 0x22);
    out(0xc, 0x0c);
    out(0x0, 0x62);
    for (unsigned i = 0; i < 8; ++i)
        out(0x8 + i, 0xff);
    wire.give(frame_to({0x01, 0, 0x5e, 0, 0, 1}, 60));
    CHECK(in(0x7) == 0x50);
    out(0x0, 0x22);

    wire.give(frame_to(card_address, 60));
    // Full frames until there is no room; reading makes some.
    unsigned taken = 0;
    while (wire.give(frame_to(card_address, 1514)) == Receipt::taken)
        REQUIRE(++taken < 100);
    CHECK(taken == 7);
    // Five pages are left, and five are not enough: a full ring would look like an empty one.
    CHECK(wire.give(frame_to(card_address, 1272)) == Receipt::no_room);
    const unsigned before = wire.resumed;
    out(0x3, 0x70);
    CHECK(wire.resumed == before + 1);
    CHECK(wire.give(frame_to(card_address, 1514)) == Receipt::taken);
    out(0x0, 0x62);
    const unsigned current = in(0x7);
    out(0x0, 0x22);
    CHECK(current == 0x4d);
    // The last frame began below 8000 and went on at 4C00.
    const unsigned last_start = (0x51 + 7 * 6) * 0x100;
    memory = read_memory(last_start, 1518);
    CHECK(memory[1] == current);
    bool same = true;
    for (unsigned i = 6; i < 1514; ++i)
        same = same && memory[4 + i] == static_cast<std::uint8_t>(i);
    CHECK(same);
}

TEST_CASE_METHOD(Fixture, "NE2000: the reset port and stopping") {
    start();
    in(0x1f);
    CHECK(in(0x7) & 0x80);
    CHECK(in(0x0) & 0x01);
    CHECK(wire.give(frame_to(card_address, 60)) == NetBackend::Receipt::taken);
    CHECK_FALSE(in(0x7) & 0x01);
}

TEST_CASE_METHOD(Fixture, "NE2000: nothing that a guest writes leaves its memory") {
    // A small generator: the point is breadth, and that it is the same each time.
    std::uint32_t seed = 12345;
    const auto random = [&] { return seed = seed * 1664525 + 1013904223, seed >> 8; };
    for (unsigned round = 0; round < 200'000; ++round) {
        const unsigned size = 1u << random() % 3;
        const unsigned port = random() % 40;
        switch (random() % 3) {
        case 0: card.write(port, size, random()); break;
        case 1: card.read(port, size); break;
        default:
            if (random() % 8 == 0) {
                out(0x0, 0x22);
                wire.give(frame_to(card_address, 14 + random() % 1501));
            }
        }
        wire.sent.clear();
    }
    SUCCEED();
}

TEST_CASE_METHOD(Fixture, "NE2000: its state survives") {
    start();
    wire.give(frame_to(card_address, 60));
    test::MemoryState state;
    card.visit(state);
    in(0x1f);
    state.start_loading();
    card.visit(state);
    CHECK(state.exhausted());
    CHECK(in(0x7) == 0x01);
    CHECK(read_memory(0x4d00, 2)[1] == 0x4e);
}
