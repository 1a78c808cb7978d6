// Apple's DMA controller: descriptors, conditions, and programs that mean harm.
#include <catch2/catch.hpp>

#include <vector>

#include "hw/dma/dbdma.h"
#include "tests/device/io_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::ManualClock;
using vestige::test::MemoryState;
using vestige::test::Wires;

namespace {

constexpr unsigned control = 0, status = 4, pointer = 0xc, interrupt_select = 0x10,
                   branch_select = 0x14, wait_select = 0x18;
constexpr unsigned RUN = 0x8000, PAUSE = 0x4000, FLUSH = 0x2000, WAKE = 0x1000, DEAD = 0x800,
                   ACTIVE = 0x400;
constexpr unsigned output_more = 0x0000, output_last = 0x1000, input_more = 0x2000,
                   input_last = 0x3000, store_quad = 0x4600, load_quad = 0x5600, nop = 0x6000,
                   stop = 0x7000;
constexpr unsigned interrupt_always = 0x30, interrupt_true = 0x10, branch_always = 0x0c,
                   branch_true = 0x04, wait_false = 0x02;
constexpr unsigned channel = 0x16;
constexpr std::uint64_t registers = 0x8000'0000;

struct Peer final : DbdmaPeer {
    std::vector<std::byte> to_memory, from_memory;
    std::size_t room = 0;
    std::size_t dma_readable() override { return to_memory.size(); }
    std::size_t dma_writable() override { return room; }
    void dma_read(std::span<std::byte> to) override {
        REQUIRE(to.size() <= to_memory.size());
        std::copy_n(to_memory.begin(), to.size(), to.begin());
        to_memory.erase(to_memory.begin(), to_memory.begin() + static_cast<long>(to.size()));
    }
    void dma_write(std::span<const std::byte> from) override {
        REQUIRE(from.size() <= room);
        room -= from.size();
        from_memory.insert(from_memory.end(), from.begin(), from.end());
    }
};

struct Fixture {
    ManualClock clock;
    Scheduler scheduler{clock};
    Log log;
    Wires wires;
    RamBlock ram{"ram", 1 << 20};
    AddressSpace memory{"memory", log};
    Peer peer;
    Dbdma dbdma{"dbdma", scheduler, memory, log};
    std::uint32_t next = 0x1000;

    Fixture() {
        memory.map_ram("ram", 0, ram, 0, ram.size());
        memory.map_mmio("dbdma", registers, Dbdma::region_size, dbdma, Dbdma::traits);
        dbdma.connect(channel, IrqLine(wires, 2), peer);
    }
    void put(unsigned operation, unsigned count, std::uint32_t address, std::uint32_t data = 0) {
        store_le<std::uint16_t>(ram.data() + next, static_cast<std::uint16_t>(count));
        store_le<std::uint16_t>(ram.data() + next + 2, static_cast<std::uint16_t>(operation));
        store_le<std::uint32_t>(ram.data() + next + 4, address);
        store_le<std::uint32_t>(ram.data() + next + 8, data);
        store_le<std::uint32_t>(ram.data() + next + 12, 0xffffffff);
        next += 16;
    }
    unsigned residual(std::uint32_t at) { return load_le<std::uint16_t>(ram.data() + at + 12); }
    unsigned result(std::uint32_t at) { return load_le<std::uint16_t>(ram.data() + at + 14); }
    void write(unsigned reg, std::uint32_t value) { dbdma.write(channel * 0x100 + reg, 4, value); }
    unsigned read(unsigned reg) {
        return static_cast<unsigned>(dbdma.read(channel * 0x100 + reg, 4));
    }
    void start() {
        write(pointer, 0x1000);
        write(control, RUN << 16 | RUN);
        pass();
    }
    void pass(Time by = 100 * microsecond) { clock.advance(scheduler, by); }
    void give(std::size_t count, unsigned value) {
        peer.to_memory.insert(peer.to_memory.end(), count, static_cast<std::byte>(value));
        dbdma.peer_ready(channel);
        pass();
    }
};

} // namespace

TEST_CASE("DBDMA: input across descriptors, then stop", "[dbdma]") {
    Fixture f;
    f.put(input_more, 600, 0x4000);
    f.put(input_last | interrupt_always, 400, 0x8000);
    f.put(stop, 0, 0);
    f.start();
    REQUIRE(f.read(status) == (RUN | ACTIVE));
    f.give(500, 0x11);
    REQUIRE(f.read(pointer) == 0x1000);
    f.write(control, FLUSH << 16 | FLUSH);
    REQUIRE(f.read(status) == (RUN | ACTIVE));
    REQUIRE(f.residual(0x1000) == 100);
    f.give(500, 0x22);
    REQUIRE(f.read(status) == RUN);
    REQUIRE(f.read(pointer) == 0x1020);
    REQUIRE(f.ram.data()[0x4000 + 499] == std::byte{0x11});
    REQUIRE(f.ram.data()[0x4000 + 500] == std::byte{0x22});
    REQUIRE(f.ram.data()[0x4000 + 600] == std::byte{0});
    REQUIRE(f.ram.data()[0x8000 + 399] == std::byte{0x22});
    REQUIRE(f.residual(0x1000) == 0);
    REQUIRE(f.result(0x1010) == (RUN | ACTIVE));
    REQUIRE(f.wires.rises(2) == 1);
    REQUIRE_FALSE(f.wires.level(2));
    f.write(control, (RUN | WAKE | DEAD) << 16);
    REQUIRE(f.read(status) == 0);
}

TEST_CASE("DBDMA: output waits for room", "[dbdma]") {
    Fixture f;
    std::fill_n(f.ram.data() + 0x4000, 10'000, std::byte{0x33});
    f.put(output_last, 10'000, 0x4000);
    f.put(stop, 0, 0);
    f.start();
    REQUIRE(f.peer.from_memory.empty());
    f.peer.room = 9'000;
    f.dbdma.peer_ready(channel);
    f.pass();
    REQUIRE(f.peer.from_memory == std::vector(9'000, std::byte{0x33}));
    REQUIRE((f.read(status) & ACTIVE) != 0);
    SECTION("pause holds it") {
        f.write(control, PAUSE << 16 | PAUSE);
        f.peer.room = 1'000;
        f.dbdma.peer_ready(channel);
        f.pass();
        REQUIRE(f.peer.from_memory.size() == 9'000);
        f.write(control, PAUSE << 16);
        f.pass();
        REQUIRE(f.peer.from_memory.size() == 10'000);
    }
    SECTION("without RUN the rest is given up") {
        f.write(control, RUN << 16);
        f.peer.room = 1'000;
        f.dbdma.peer_ready(channel);
        f.pass();
        REQUIRE(f.peer.from_memory.size() == 9'000);
        REQUIRE(f.read(status) == 0);
    }
}

TEST_CASE("DBDMA: store, load and branches", "[dbdma]") {
    Fixture f;
    f.put(store_quad, 4, 0x5000, 0x12345678);
    f.put(load_quad, 2, 0x5002, 0xaaaabbbb);
    f.put(nop | branch_always, 0, 0, 0x2000);
    f.put(store_quad, 4, 0x5004, 1); // jumped over
    f.next = 0x2000;
    f.put(nop | branch_true | interrupt_true, 0, 0, 0x1030);
    f.put(stop, 0, 0);
    f.write(branch_select, 0x00ff'0081); // s7 and s0
    f.write(interrupt_select, 0x0001'0001);
    f.write(control, 0x0001'0001);
    f.start();
    REQUIRE(load_le<std::uint32_t>(f.ram.data() + 0x5000) == 0x12345678);
    REQUIRE(load_le<std::uint32_t>(f.ram.data() + 0x1018) == 0xaaaa1234);
    REQUIRE(load_le<std::uint32_t>(f.ram.data() + 0x5004) == 0);
    REQUIRE(f.read(pointer) == 0x2010);
    REQUIRE(f.wires.rises(2) == 1);
}

TEST_CASE("DBDMA: waiting for a condition", "[dbdma]") {
    Fixture f;
    f.put(nop | wait_false, 0, 0);
    f.put(stop, 0, 0);
    f.write(wait_select, 0x0004'0004);
    f.start();
    REQUIRE(f.read(status) == (RUN | ACTIVE));
    REQUIRE(f.read(pointer) == 0x1000);
    f.write(control, 0x0004'0004);
    f.pass();
    REQUIRE(f.read(status) == (RUN | 4));
    SECTION("STOP is found again, and WAKE goes on from a changed one") {
        f.next = 0x1010;
        f.put(nop, 0, 0);
        f.put(stop, 0, 0);
        f.write(control, WAKE << 16 | WAKE);
        f.pass();
        REQUIRE(f.read(pointer) == 0x1020);
    }
}

TEST_CASE("DBDMA: what is wrong kills the channel, not the machine", "[dbdma]") {
    Fixture f;
    SECTION("reserved command") { f.put(0x9000, 4, 0); }
    SECTION("bad key") { f.put(0x4500, 4, 0x5000); }
    SECTION("data by a key that is no stream") { f.put(0x2700, 4, 0x5000); }
    f.start();
    REQUIRE(f.read(status) == (RUN | DEAD));
    REQUIRE(f.wires.rises(2) == 1);
    f.write(control, RUN << 16);
    REQUIRE(f.read(status) == 0);
}

TEST_CASE("DBDMA: a loop does not hang the machine", "[dbdma]") {
    Fixture f;
    f.put(nop | branch_always | interrupt_always, 0, 0, 0x1000);
    f.start();
    f.pass(10 * millisecond);
    REQUIRE(f.read(status) == (RUN | ACTIVE | 0x100));
    REQUIRE(f.wires.rises(2) > 1000);
    REQUIRE(f.wires.rises(2) < 200'000);
    f.write(control, RUN << 16);
    f.pass();
    REQUIRE(f.scheduler.next_deadline() == never);
}

TEST_CASE("DBDMA: descriptors that reach for the controller itself", "[dbdma]") {
    Fixture f;
    const std::uint32_t self = registers + channel * 0x100;
    SECTION("stopping itself") {
        f.put(store_quad, 4, self, RUN << 16);
        f.start();
        REQUIRE(f.read(status) == 0);
        f.next = 0x1000;
        f.put(nop, 0, 0);
        f.put(stop, 0, 0);
        f.start();
        REQUIRE(f.read(pointer) == 0x1010);
    }
    SECTION("data into its own registers") {
        f.put(input_last, 0x2000, registers);
        f.start();
        for (unsigned i = 0; i < 0x2000; i++)
            f.peer.to_memory.push_back(static_cast<std::byte>(i * 37));
        f.give(0, 0);
        f.pass(millisecond);
    }
    SECTION("a program in the registers") {
        f.write(pointer, self);
        f.write(control, RUN << 16 | RUN);
        f.pass(millisecond);
    }
    SECTION("the end of the address space") {
        f.write(pointer, 0xfffffff0);
        f.write(control, RUN << 16 | RUN);
        f.pass(millisecond);
    }
    f.dbdma.reset();
    REQUIRE(f.read(status) == 0);
}

TEST_CASE("DBDMA: state", "[dbdma]") {
    Fixture f, g;
    f.put(input_last, 400, 0x4000);
    f.put(stop, 0, 0);
    f.start();
    f.give(100, 0x44);
    MemoryState state;
    f.dbdma.visit(state);
    state.start_loading();
    g.dbdma.visit(state);
    REQUIRE(state.exhausted());
    g.next = 0x1010;
    g.put(stop, 0, 0);
    g.give(300, 0x55);
    REQUIRE(g.read(status) == RUN);
    REQUIRE(g.ram.data()[0x4000 + 99] == std::byte{0});
    REQUIRE(g.ram.data()[0x4000 + 100] == std::byte{0x55});
}
