// The ATAPI CD drive: OpenBIOS's PIO packets, Linux's, DMA, discs that come and go.
#include "tests/device/ide_fixture.h"

using namespace vestige;
using namespace vestige::test;
using vestige::hw::AtapiCdrom;

namespace {

unsigned u8(const Bytes& data, std::size_t at) { return static_cast<unsigned>(data.at(at)); }
unsigned u16(const Bytes& data, std::size_t at) { return load_be<std::uint16_t>(&data.at(at)); }
unsigned u32(const Bytes& data, std::size_t at) { return load_be<std::uint32_t>(&data.at(at)); }

AtapiCdrom& drive(IdeBench& b) { return static_cast<AtapiCdrom&>(*b.master); }

} // namespace

TEST_CASE("ATAPI: signature and identity", "[ide]") {
    IdeBench b(make_cdrom, nullptr);
    REQUIRE(b.in(MID) == 0x14);
    REQUIRE(b.in(HIGH) == 0xeb);
    REQUIRE(b.in(STATUS) == 0);
    REQUIRE((b.command(0xec) & ERRBIT) != 0);
    REQUIRE(b.in(MID) == 0x14);
    const Bytes id = b.identify(0xa1);
    REQUIRE(b.word(id, 0) == 0x85c0);
    REQUIRE(b.word(id, 27) == ('V' << 8 | 'E'));
    b.out(COMMAND, 0x08);
    REQUIRE(b.in(STATUS) == 0);
    REQUIRE(b.in(COUNT) == 1);
}

TEST_CASE("ATAPI: what a driver asks first", "[ide]") {
    IdeBench b(make_cdrom, nullptr);
    REQUIRE((b.packet({0}) & ERRBIT) == 0); // ready at once, no unit attention after power-on
    const Bytes inquiry = b.ask({0x12, 0, 0, 0, 36});
    REQUIRE(inquiry.size() == 36);
    REQUIRE(u8(inquiry, 0) == 5);
    REQUIRE(u8(inquiry, 8) == 'V');
    REQUIRE(b.ask({0x12, 0, 0, 0, 5}).size() == 5);
    REQUIRE(b.ask({0x12, 0, 0, 0, 0}).empty());
    REQUIRE((b.packet({0x1b, 0, 0, 0, 1}) & ERRBIT) == 0);
    const Bytes capacity = b.ask({0x25});
    REQUIRE(u32(capacity, 0) == 4095);
    REQUIRE(u32(capacity, 4) == 2048);
    const Bytes toc = b.ask({0x43, 0, 0, 0, 0, 0, 0, 0, 100});
    REQUIRE(toc.size() == 20);
    REQUIRE(u16(toc, 0) == 18);
    REQUIRE(u8(toc, 6) == 1);
    REQUIRE(u8(toc, 14) == 0xaa);
    REQUIRE(u32(toc, 16) == 4096);
    const Bytes msf = b.ask({0x43, 2, 0, 0, 0, 0, 0xaa, 0, 12});
    REQUIRE(msf.size() == 12);
    REQUIRE(u32(msf, 8) == (56u << 8 | 46)); // 0 min 56 s 46 frames
}

TEST_CASE("ATAPI: pages and features", "[ide]") {
    IdeBench b(make_cdrom, nullptr);
    const Bytes page = b.ask({0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 128});
    REQUIRE(page.size() == 30);
    REQUIRE(u16(page, 0) == 28);
    REQUIRE(u8(page, 8) == 0x2a);
    REQUIRE(u8(page, 9) == 20);
    REQUIRE(b.ask({0x5a, 0, 0x3f, 0, 0, 0, 0, 0, 255}).size() == 8 + 8 + 16 + 22);
    REQUIRE(b.failure({0x5a, 0, 0x1c, 0, 0, 0, 0, 0, 255}) == 0x524);
    const Bytes features = b.ask({0x46, 0, 0, 0, 0, 0, 0, 0, 255});
    REQUIRE(u32(features, 0) == features.size() - 4);
    REQUIRE(u16(features, 6) == 0x0008);
    REQUIRE(b.ask({0x46, 2, 0, 3, 0, 0, 0, 0, 255}).size() == 16);
    REQUIRE(u8(b.ask({0x51, 0, 0, 0, 0, 0, 0, 0, 34}), 2) == 0x0e);
    REQUIRE(b.failure({0xad, 0, 0, 0, 0, 0, 0, 0, 8, 0}) == 0x530); // not a DVD
    REQUIRE(b.failure({0xe5}) == 0x520);
    REQUIRE(b.failure({0x4a, 0, 0, 0, 0x10, 0, 0, 0, 8}) == 0x524); // only polled
}

TEST_CASE("ATAPI: reading by PIO", "[ide]") {
    IdeBench b(make_cdrom, nullptr);
    b.image.fill(16 * 2048, 2048, 'a');
    b.image.fill(17 * 2048, 2048, 'b');
    const Bytes data = b.ask({0x28, 0, 0, 0, 0, 16, 0, 0, 2}, 2048 * 2);
    REQUIRE(data.size() == 4096);
    REQUIRE(data[0] == std::byte{'a'});
    REQUIRE(data[4095] == std::byte{'b'});
    REQUIRE(b.ask({0xa8, 0, 0, 0, 0, 16, 0, 0, 0, 2}, 3000) == data); // in uneven blocks
    REQUIRE(b.ask({0xbe, 0, 0, 0, 0, 16, 0, 0, 2, 0x10}) == data);
    const Bytes raw = b.ask({0xbe, 0, 0, 0, 0, 16, 0, 0, 2, 0xf8}, 1000);
    REQUIRE(raw.size() == 2 * 2352);
    REQUIRE(u8(raw, 1) == 0xff);
    REQUIRE(u8(raw, 13) == 2); // sector 16 is at 00:02:16
    REQUIRE(u8(raw, 14) == 0x16);
    REQUIRE(raw[16] == std::byte{'a'});
    REQUIRE(raw[2352 + 16] == std::byte{'b'});
    REQUIRE((b.packet({0x28, 0, 0, 0, 0, 16, 0, 0, 0}) & (DRQ | ERRBIT)) == 0);
    REQUIRE(b.failure({0x28, 0, 0, 0, 0x0f, 0xff, 0, 0, 2}) == 0x521);
    REQUIRE(b.failure({0xa8, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}) == 0x521);
}

TEST_CASE("ATAPI: reading by DMA", "[ide]") {
    IdeBench b(make_cdrom, nullptr);
    b.image.fill(100 * 2048, 40 * 2048, 'd');
    b.dma_program(0x10000, 40 * 2048, true);
    b.packet({0x28, 0, 0, 0, 0, 100, 0, 0, 40}, 1);
    b.dma_run();
    b.pass(10 * millisecond);
    REQUIRE(b.wires.level(irq_ide));
    REQUIRE((b.wait() & (DRQ | ERRBIT)) == 0);
    REQUIRE((b.in(COUNT)&3) == 3);
    REQUIRE((b.dma_status() & 0x400) == 0);
    REQUIRE(b.ram.data()[0x10000 + 40 * 2048 - 1] == std::byte{'d'});
    b.dma_stop();
    SECTION("less than the program has room for") {
        b.dma_program(0x10000, 255, true);
        b.packet({0x12, 0, 0, 0, 255}, 1);
        b.dma_run();
        b.pass(10 * millisecond);
        REQUIRE(b.wires.level(irq_ide));
        REQUIRE((b.dma_status() & 0x400) != 0); // for the driver to flush and stop
        b.dma_stop();
        REQUIRE(b.ram.data()[0x10000] == std::byte{5});
    }
}

TEST_CASE("ATAPI: discs come and go", "[ide]") {
    IdeBench b(make_empty_cdrom, nullptr);
    ImageFile disc(100 * 2048 + 512);
    REQUIRE(b.failure({0}) == 0x23a);
    REQUIRE(u8(b.ask({0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8}), 5) == 0);
    drive(b).insert(hw::open_raw_image(disc.path(), hw::ImageMode::read_only));
    const Bytes event = b.ask({0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8});
    REQUIRE(u8(event, 4) == 2);
    REQUIRE(u8(event, 5) == 2);
    REQUIRE(b.failure({0}) == 0x628);
    REQUIRE((b.packet({0}) & ERRBIT) == 0);
    REQUIRE(u32(b.ask({0x25}), 0) == 100); // the part of a sector at the end counts
    REQUIRE(b.ask({0x28, 0, 0, 0, 0, 100, 0, 0, 1}).size() == 2048);
    // Locked, it comes out by force alone; the guest hears of the wish.
    b.packet({0x1e, 0, 0, 0, 1});
    REQUIRE(b.failure({0x1b, 0, 0, 0, 2}) == 0x553);
    REQUIRE_FALSE(drive(b).eject(AtapiCdrom::Eject::ask));
    REQUIRE(u8(b.ask({0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8}), 4) == 1);
    b.packet({0x1e, 0, 0, 0, 0});
    b.packet({0x1b, 0, 0, 0, 2});
    REQUIRE(b.failure({0x28, 0, 0, 0, 0, 0, 0, 0, 1}) == 0x23a);
    b.packet({0x1b, 0, 0, 0, 3});
    REQUIRE(b.failure({0}) == 0x628);
    REQUIRE(drive(b).eject(AtapiCdrom::Eject::ask));
    REQUIRE(b.failure({0}) == 0x23a);
    SECTION("taken out in the middle of a read") {
        drive(b).insert(hw::open_raw_image(disc.path(), hw::ImageMode::read_only));
        b.failure({0});
        b.packet({0x28, 0, 0, 0, 0, 0, 0, 0, 8}, 0, 2048);
        drive(b).eject(AtapiCdrom::Eject::force);
        b.read_words(2048);
        REQUIRE((b.wait() & (DRQ | ERRBIT)) == ERRBIT);
    }
}

TEST_CASE("ATAPI: state in the middle of a reply", "[ide]") {
    IdeBench b(make_cdrom, nullptr), c(make_cdrom, nullptr);
    c.image.fill(0, 4096, 'x');
    b.packet({0x28, 0, 0, 0, 0, 0, 0, 0, 2}, 0, 2048);
    b.read_words(2048);
    MemoryState state;
    b.master->visit(state);
    b.ide.visit(state);
    state.start_loading();
    c.master->visit(state);
    c.ide.visit(state);
    REQUIRE(state.exhausted());
    REQUIRE((c.wait() & DRQ) != 0);
    REQUIRE(c.read_words(2048)[2047] == std::byte{'x'});
    REQUIRE((c.wait() & (DRQ | ERRBIT)) == 0);
}
