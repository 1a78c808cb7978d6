// ATA disks on a Mac's IDE cell: OpenBIOS's polling and Linux's interrupts and DMA.
#include "tests/device/ide_fixture.h"

using namespace vestige;
using namespace vestige::test;

namespace {

Bytes pattern(std::size_t size, unsigned seed) {
    Bytes data(size);
    for (std::byte& b : data) {
        seed = seed * 1664525 + 1013904223;
        b = static_cast<std::byte>(seed >> 24);
    }
    return data;
}

void write_sectors(IdeBench& b, unsigned code, std::uint64_t lba, const Bytes& data,
                   unsigned block) {
    const auto count = static_cast<unsigned>(data.size() / 512);
    b.address(lba, count);
    unsigned status = b.command(code);
    for (std::size_t at = 0; at < data.size(); at += block) {
        REQUIRE((status & (DRQ | ERRBIT)) == DRQ);
        const std::size_t end = std::min(data.size(), at + block);
        b.write_words(
            Bytes(data.begin() + static_cast<long>(at), data.begin() + static_cast<long>(end)));
        status = b.wait();
    }
    REQUIRE((status & (DRQ | ERRBIT)) == 0);
}

Bytes read_sectors(IdeBench& b, unsigned code, std::uint64_t lba, unsigned count, unsigned block) {
    b.address(lba, count);
    unsigned status = b.command(code);
    Bytes data;
    while (status & DRQ) {
        const Bytes part = b.read_words(std::min<std::size_t>(block, count * 512 - data.size()));
        data.insert(data.end(), part.begin(), part.end());
        status = b.wait();
    }
    REQUIRE((status & ERRBIT) == 0);
    return data;
}

} // namespace

TEST_CASE("IDE: OpenBIOS's probe", "[ide]") {
    IdeBench b(make_disk, nullptr);
    const auto present = [&](unsigned drive) {
        b.select(drive);
        b.out(COUNT, 0x55);
        b.out(LOW, 0xaa);
        b.out(COUNT, 0xaa);
        b.out(LOW, 0x55);
        b.out(COUNT, 0x55);
        b.out(LOW, 0xaa);
        return b.in(COUNT) == 0x55 && b.in(LOW) == 0xaa;
    };
    REQUIRE(present(0));
    REQUIRE_FALSE(present(1));
    REQUIRE(b.in(STATUS) == 0);
    b.out(CONTROL, 0x06);
    REQUIRE((b.in(CONTROL)&BSY) == 0); // the absent one is not busy
    b.out(CONTROL, 0x02);
    b.select(0);
    REQUIRE(b.in(COUNT) == 1);
    REQUIRE(b.in(LOW) == 1);
    REQUIRE(b.in(MID) == 0);
    REQUIRE(b.in(HIGH) == 0);
    REQUIRE(b.in(STATUS) == 0x50);
    REQUIRE(b.in(ERR) == 1);
}

TEST_CASE("IDE: nothing on the cable", "[ide]") {
    IdeBench b(nullptr, nullptr);
    REQUIRE(b.in(STATUS) == 0);
    b.out(COUNT, 0x55);
    REQUIRE(b.in(COUNT) == 0);
    b.out(COMMAND, 0xec);
    b.out(CONTROL, 4);
    b.out(CONTROL, 0);
    REQUIRE(b.ide.read(0, 2) == 0);
}

TEST_CASE("ATA: IDENTIFY", "[ide]") {
    IdeBench b(make_disk, nullptr);
    const Bytes id = b.identify();
    REQUIRE(b.word(id, 0) == 0x0040);
    REQUIRE(b.word(id, 60) == 16384);
    REQUIRE(b.word(id, 100) == 16384);
    REQUIRE((b.word(id, 49) & 0x0300) == 0x0300);
    REQUIRE(b.word(id, 27) == ('V' << 8 | 'E'));
    REQUIRE(b.word(id, 1) == 16384 / 16 / 63);
    REQUIRE((b.word(id, 83) & 0x0400) != 0);
    SECTION("transfer modes show") {
        b.out(FEATURES, 3);
        b.out(COUNT, 0x22);
        REQUIRE(b.command(0xef) == 0x50);
        REQUIRE(b.word(b.identify(), 63) == 0x0407);
        b.out(FEATURES, 3);
        b.out(COUNT, 0x46);
        REQUIRE((b.command(0xef) & ERRBIT) != 0);
    }
    SECTION("IDENTIFY PACKET DEVICE is for others") {
        REQUIRE((b.command(0xa1) & ERRBIT) != 0);
        REQUIRE(b.in(ERR) == 4);
    }
}

TEST_CASE("ATA: PIO", "[ide]") {
    IdeBench b(make_disk, nullptr);
    const Bytes data = pattern(5 * 512, 1);
    write_sectors(b, 0x30, 100, data, 512);
    REQUIRE(read_sectors(b, 0x20, 100, 5, 512) == data);
    REQUIRE(static_cast<std::byte>(b.image.at(100 * 512 + 7)) == data[7]);
    SECTION("MULTIPLE") {
        b.address(100, 5);
        REQUIRE((b.command(0xc4) & ERRBIT) != 0); // not set up
        b.out(COUNT, 4);
        REQUIRE(b.command(0xc6) == 0x50);
        REQUIRE(read_sectors(b, 0xc4, 100, 5, 4 * 512) == data);
        const Bytes more = pattern(9 * 512, 2);
        write_sectors(b, 0xc5, 200, more, 4 * 512);
        REQUIRE(read_sectors(b, 0x20, 200, 9, 512) == more);
    }
    SECTION("48-bit addresses") {
        b.address_48(100, 5);
        REQUIRE(b.in(LOW) == 100);
        b.out(CONTROL, 0x80);
        REQUIRE(b.in(LOW) == 0);
        REQUIRE((b.command(0x24) & DRQ) != 0);
        REQUIRE(b.read_words(512) == Bytes(data.begin(), data.begin() + 512));
    }
    SECTION("cylinder, head, sector") {
        b.out(COUNT, 16);
        b.out(DEVICE, 3); // 4 heads of 16 sectors
        REQUIRE(b.command(0x91) == 0x50);
        // sector 100 = cylinder 1, head 2, sector 5
        b.out(COUNT, 1);
        b.out(LOW, 5);
        b.out(MID, 1);
        b.out(HIGH, 0);
        b.out(DEVICE, 2);
        REQUIRE((b.command(0x20) & DRQ) != 0);
        REQUIRE(b.read_words(512) == Bytes(data.begin(), data.begin() + 512));
        b.out(LOW, 0);
        REQUIRE((b.command(0x20) & ERRBIT) != 0);
    }
    SECTION("32-bit data port") {
        b.address(100, 1);
        b.command(0x20);
        REQUIRE(b.ide.read(0, 4) == load_le<std::uint32_t>(data.data()));
    }
}

TEST_CASE("ATA: interrupts", "[ide]") {
    IdeBench b(make_disk, nullptr);
    b.address(0, 2);
    b.out(COMMAND, 0x20);
    REQUIRE_FALSE(b.wires.level(irq_ide));
    REQUIRE((b.in(CONTROL)&BSY) != 0);
    b.pass(millisecond);
    REQUIRE(b.wires.level(irq_ide));
    REQUIRE(b.ide.read(0x300, 4) == 0x40000000);
    b.in(CONTROL); // the alternate status does not acknowledge
    REQUIRE(b.wires.level(irq_ide));
    b.in(STATUS);
    REQUIRE_FALSE(b.wires.level(irq_ide));
    b.read_words(512);
    b.pass(millisecond);
    REQUIRE(b.wires.level(irq_ide));
    b.in(STATUS);
    b.read_words(512);
    b.pass(millisecond);
    REQUIRE(b.wires.rises(irq_ide) == 2); // none after the last block of a read
    b.out(CONTROL, 2);
    b.out(COMMAND, 0xe1);
    b.pass(millisecond);
    REQUIRE_FALSE(b.wires.level(irq_ide));
    b.out(CONTROL, 0);
    REQUIRE(b.wires.level(irq_ide));
}

TEST_CASE("ATA: errors", "[ide]") {
    IdeBench b(make_disk, nullptr);
    SECTION("beyond the end") {
        b.address(16383, 2);
        REQUIRE((b.command(0x20) & (DRQ | ERRBIT)) == ERRBIT);
        REQUIRE(b.in(ERR) == 0x10);
        b.address(16383, 1);
        REQUIRE((b.command(0x20) & (DRQ | ERRBIT)) == DRQ);
    }
    SECTION("beyond the end, 48 bits") {
        b.address_48(0xffff'ffff'ffff, 0);
        b.out(COMMAND, 0x35);
        REQUIRE((b.wait() & ERRBIT) != 0);
    }
    SECTION("unknown") {
        REQUIRE((b.command(0x77) & ERRBIT) != 0);
        REQUIRE(b.in(ERR) == 4);
    }
    SECTION("a command while one runs is ignored") {
        b.address(0, 1);
        b.out(COMMAND, 0x20);
        b.out(COMMAND, 0xec);
        b.out(LOW, 0x77);
        b.wait();
        REQUIRE(b.in(LOW) == 0);
        REQUIRE(b.read_words(512) == Bytes(512));
    }
    SECTION("a reset ends everything") {
        b.address(0, 1);
        b.out(COMMAND, 0x20);
        b.out(CONTROL, 4);
        REQUIRE((b.in(STATUS)&BSY) != 0);
        b.out(CONTROL, 0);
        REQUIRE(b.in(STATUS) == 0x50);
        b.pass(second);
        REQUIRE_FALSE(b.wires.level(irq_ide));
    }
}

TEST_CASE("ATA: flush, power, SMART, native size", "[ide]") {
    IdeBench b(make_disk, nullptr);
    REQUIRE(b.command(0xe7) == 0x50);
    REQUIRE(b.command(0xea) == 0x50);
    b.command(0xe5);
    REQUIRE(b.in(COUNT) == 0xff);
    b.out(DEVICE, 0x40);
    b.command(0xf8);
    REQUIRE(b.in(LOW) == 0xff);
    REQUIRE(b.in(MID) == 0x3f);
    const auto smart = [&](unsigned feature) {
        b.out(FEATURES, feature);
        b.out(MID, 0x4f);
        b.out(HIGH, 0xc2);
        return b.command(0xb0);
    };
    REQUIRE(smart(0xda) == 0x50);
    REQUIRE(b.in(HIGH) == 0xc2);
    REQUIRE((smart(0xd0) & DRQ) != 0);
    unsigned sum = 0;
    for (const std::byte value : b.read_words(512))
        sum += static_cast<unsigned>(value);
    REQUIRE(sum % 256 == 0);
    REQUIRE(smart(0xd9) == 0x50);
    REQUIRE((smart(0xda) & ERRBIT) != 0);
}

TEST_CASE("ATA: DMA in both orders of starting", "[ide]") {
    IdeBench b(make_disk, nullptr);
    const Bytes data = pattern(256 * 512, 3); // two descriptors, more than one piece
    std::copy(data.begin(), data.end(), b.ram.data() + 0x10000);
    b.dma_program(0x10000, 256 * 512, false);
    b.address(1000, 0);
    b.out(COMMAND, 0xca);
    b.dma_run();
    b.pass(10 * millisecond);
    REQUIRE(b.wires.level(irq_ide));
    REQUIRE((b.dma_status() & 0x8c00) == 0x8000); // RUN, not DEAD, not ACTIVE
    REQUIRE(b.wait() == 0x50);
    b.dma_stop();
    REQUIRE(b.dma_status() == 0);

    b.dma_program(0x80000, 256 * 512, true);
    b.dma_run(); // first the channel
    b.pass(millisecond);
    REQUIRE((b.dma_status() & 0x400) != 0);
    b.address_48(1000, 256);
    b.out(COMMAND, 0x25);
    b.pass(10 * millisecond);
    REQUIRE(b.wires.level(irq_ide));
    REQUIRE(b.wait() == 0x50);
    REQUIRE(Bytes(b.ram.data() + 0x80000, b.ram.data() + 0x80000 + data.size()) == data);
    REQUIRE((b.dma_status() & 0x400) == 0);
}

TEST_CASE("ATA: a read-only image", "[ide]") {
    IdeBench b(make_read_only_disk, nullptr);
    b.address(0, 1);
    REQUIRE((b.command(0x30) & (DRQ | ERRBIT)) == ERRBIT);
    REQUIRE(b.in(ERR) == 4);
    REQUIRE(read_sectors(b, 0x20, 0, 1, 512) == Bytes(512));
}

TEST_CASE("ATA: master and slave", "[ide]") {
    IdeBench b(make_snapshot_disk, make_cdrom);
    b.select(0);
    REQUIRE(b.word(b.identify(), 0) == 0x0040);
    b.select(1);
    REQUIRE(b.word(b.identify(0xa1), 0) == 0x85c0);
    b.out(COMMAND, 0x90); // both
    REQUIRE(b.wires.level(irq_ide));
    REQUIRE(b.in(STATUS) == 0x50); // the master is selected again
    b.select(1);
    REQUIRE(b.in(MID) == 0x14);
    REQUIRE(b.in(HIGH) == 0xeb);
    // An interrupt of the one that is not selected waits.
    b.select(0);
    b.out(COMMAND, 0xe1);
    b.pass(millisecond);
    REQUIRE(b.wires.level(irq_ide));
    b.select(1);
    REQUIRE_FALSE(b.wires.level(irq_ide));
    b.select(0);
    REQUIRE(b.wires.level(irq_ide));
}

TEST_CASE("ATA: state in the middle of a transfer", "[ide]") {
    IdeBench b(make_snapshot_disk, nullptr), c(make_snapshot_disk, nullptr);
    const Bytes data = pattern(3 * 512, 4);
    write_sectors(b, 0x30, 40, data, 512);
    b.address(40, 3);
    b.command(0x20);
    b.read_words(512);
    b.wait();
    b.read_words(100);
    MemoryState state;
    b.master->visit(state);
    b.ide.visit(state);
    state.start_loading();
    c.master->visit(state);
    c.ide.visit(state);
    REQUIRE(state.exhausted());
    const Bytes rest = c.read_words(412);
    REQUIRE(rest == Bytes(data.begin() + 612, data.begin() + 1024));
    c.wait();
    REQUIRE(c.read_words(512) == Bytes(data.begin() + 1024, data.end()));
    REQUIRE(c.wait() == 0x50);
}

TEST_CASE("IDE: a hostile guest does no harm", "[ide]") {
    IdeBench b(make_snapshot_disk, make_cdrom);
    b.memory.map_mmio("ide", 0x8000'0000, hw::MacioIde::region_size, b.ide, hw::MacioIde::traits);
    b.memory.map_mmio("dbdma", 0x8000'8000, hw::Dbdma::region_size, b.dbdma, hw::Dbdma::traits);
    constexpr unsigned commands[] = {0x08, 0x20, 0x24, 0x25, 0x30, 0x34, 0x35,
                                     0x91, 0xa0, 0xa0, 0xa0, 0xa1, 0xb0, 0xc4,
                                     0xc5, 0xc6, 0xc8, 0xca, 0xe7, 0xec, 0xef};
    constexpr unsigned packets[] = {0x00, 0x03, 0x12, 0x1b, 0x1e, 0x25, 0x28, 0x43,
                                    0x46, 0x4a, 0x51, 0x5a, 0xa8, 0xad, 0xbd, 0xbe};
    unsigned seed = 99;
    const auto random = [&] {
        seed = seed * 1664525 + 1013904223;
        return seed >> 8;
    };
    for (int i = 0; i < 60'000; i++) {
        switch (random() % 8) {
        case 0: b.in(random() % 24); break;
        case 1: b.out(random() % 8, random() & 0x5f); break; // small addresses, either drive
        case 2:
            b.out(COMMAND, random() % 8 ? commands[random() % std::size(commands)] : random());
            break;
        case 3:
            // A packet with a small address, or the data of a write.
            b.ide.write(0, 2, packets[random() % std::size(packets)] | (random() & 0xff) << 8);
            for (unsigned words = random() % 8 ? 5 : 300; words > 0; words--)
                b.ide.write(0, 2, random() % 2 ? 0 : random() & 0xff0f);
            break;
        case 4:
            for (unsigned words = random() % 600; words > 0; words--)
                b.ide.read(0, 4);
            break;
        case 5: {
            // A descriptor that aims at memory or at the registers, and a start now and then.
            std::byte* const at = b.ram.data() + 0x1000 + random() % 4 * 16;
            store_le<std::uint32_t>(at, random() << 12 | random());
            store_le<std::uint32_t>(at + 4, random() % 2 ? random() % (5 << 20)
                                                         : 0x80000000 + random() % 0xa000);
            store_le<std::uint32_t>(at + 8, 0x1000 + random() % 64);
            b.dbdma.write(dma_channel * 0x100 + 0x0c, 4, 0x1000);
            b.dbdma.write(dma_channel * 0x100, 4, random() % 4 ? 0x80008000 : random() << 8);
            break;
        }
        case 6: b.out(CONTROL, random() % 64 ? 0 : random()); break;
        case 7: b.pass(random() % 200 * microsecond); break;
        }
    }
    b.dbdma.reset();
    b.master->reset();
    b.slave->reset();
    b.ide.reset();
    b.select(0);
    REQUIRE(b.word(b.identify(), 60) == 16384);
}
