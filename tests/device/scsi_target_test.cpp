// SCSI disks and CD drives, commands in and data out, without a bus between.
#include <catch2/catch.hpp>

#include <memory>
#include <vector>

#include "hw/scsi/scsi_cdrom.h"
#include "hw/scsi/scsi_disk.h"
#include "tests/device/image_file.h"
#include "tests/device/io_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using namespace vestige::test;

namespace {

using Bytes = std::vector<std::byte>;
using Phase = ScsiTarget::Phase;

unsigned u8(const Bytes& data, std::size_t at) { return static_cast<unsigned>(data.at(at)); }
unsigned u16(const Bytes& data, std::size_t at) { return load_be<std::uint16_t>(&data.at(at)); }
unsigned u32(const Bytes& data, std::size_t at) { return load_be<std::uint32_t>(&data.at(at)); }

// An initiator that has a target all to itself.
struct Initiator {
    ScsiTarget& target;

    Phase start(std::initializer_list<unsigned> bytes, unsigned logical_unit = 0) {
        std::vector<std::uint8_t> command;
        for (const unsigned value : bytes)
            command.push_back(static_cast<std::uint8_t>(value));
        target.begin(command, logical_unit);
        return target.phase();
    }
    void ok(std::initializer_list<unsigned> bytes) {
        REQUIRE(start(bytes) == Phase::done);
        REQUIRE_FALSE(target.failed());
    }
    Bytes ask(std::initializer_list<unsigned> bytes, unsigned logical_unit = 0,
              std::size_t piece = 1 << 20) {
        Bytes data;
        start(bytes, logical_unit);
        while (target.phase() == Phase::data_in) {
            const std::size_t size = std::min<std::uint64_t>(piece, target.left());
            data.resize(data.size() + size);
            target.read(std::span(data).last(size));
        }
        REQUIRE(target.phase() == Phase::done);
        REQUIRE_FALSE(target.failed());
        return data;
    }
    void give(std::initializer_list<unsigned> bytes, const Bytes& data, std::size_t piece) {
        REQUIRE(start(bytes) == Phase::data_out);
        REQUIRE(target.left() == data.size());
        for (std::size_t at = 0; at < data.size() && target.phase() == Phase::data_out;) {
            const std::size_t size = std::min(piece, data.size() - at);
            target.write(std::span(data).subspan(at, size));
            at += size;
        }
        REQUIRE(target.phase() == Phase::done);
    }
    unsigned failed() { // key and code of what has just failed
        REQUIRE(target.failed());
        const Bytes sense = ask({3, 0, 0, 0, 18});
        return u8(sense, 2) << 8 | u8(sense, 12);
    }
    unsigned failure(std::initializer_list<unsigned> bytes, unsigned logical_unit = 0) {
        start(bytes, logical_unit);
        return failed();
    }
};

struct DiskBench {
    explicit DiskBench(ImageMode mode = ImageMode::read_write)
        : disk("disk", open_raw_image(image.path(), mode),
               {.model = "VESTIGE HARDDISK", .serial = "VD00001", .revision = "1.0"}, log) {}
    Log log;
    ImageFile image{8 << 20};
    ScsiDisk disk;
    Initiator host{disk};
};

struct CdromBench {
    explicit CdromBench(ScsiCdrom::Kind kind = ScsiCdrom::Kind::sun)
        : drive("cdrom", kind, open_raw_image(image.path(), ImageMode::read_only),
                {.model = "VESTIGE CD-ROM", .serial = "", .revision = "1.0"}, log) {
        drive.reset();
    }
    Log log;
    ImageFile image{(100 << 11) + 512};
    ScsiCdrom drive;
    Initiator host{drive};
};

Bytes pattern(std::size_t size) {
    Bytes data(size);
    for (std::size_t i = 0; i < size; i++)
        data[i] = static_cast<std::byte>(i * 7 + i / 512);
    return data;
}

} // namespace

TEST_CASE("SCSI disk: what a driver asks first", "[scsi]") {
    DiskBench b;
    b.host.ok({0, 0, 0, 0, 0, 0});
    const Bytes inquiry = b.host.ask({0x12, 0, 0, 0, 255, 0});
    REQUIRE(inquiry.size() == 36);
    REQUIRE(u8(inquiry, 0) == 0);
    REQUIRE(u8(inquiry, 2) == 2);
    REQUIRE(std::string(reinterpret_cast<const char*>(&inquiry[8]), 28) ==
            "VESTIGE VESTIGE HARDDISK1.0 ");
    REQUIRE(b.host.ask({0x12, 0, 0, 0, 5, 0}).size() == 5);
    const Bytes capacity = b.host.ask({0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    REQUIRE(u32(capacity, 0) == 16383);
    REQUIRE(u32(capacity, 4) == 512);
    REQUIRE(u32(b.host.ask({0x9e, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32}), 4) == 16383);
    REQUIRE(b.host.ask({0x12, 1, 0, 0, 255, 0}).size() == 6);
    REQUIRE(u8(b.host.ask({0x12, 1, 0x80, 0, 255, 0}), 3) == 7);
    REQUIRE(b.host.failure({0x12, 1, 0x83, 0, 255, 0}) == 0x524);
    REQUIRE(b.host.failure({0xc7}) == 0x520);
    REQUIRE(u32(b.host.ask({0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0}), 0) == 8);
}

TEST_CASE("SCSI disk: another logical unit is not there", "[scsi]") {
    DiskBench b;
    REQUIRE(u8(b.host.ask({0x12, 0, 0, 0, 36, 0}, 1), 0) == 0x7f);
    REQUIRE(b.host.failure({0x25}, 3) == 0x525);
    const Bytes sense = b.host.ask({3, 0, 0, 0, 18, 0}, 2);
    REQUIRE(u8(sense, 2) == 5);
    REQUIRE(u8(sense, 12) == 0x25);
}

TEST_CASE("SCSI disk: mode pages", "[scsi]") {
    DiskBench b;
    const Bytes all = b.host.ask({0x1a, 0, 0x3f, 0, 255, 0});
    REQUIRE(u8(all, 0) == all.size() - 1);
    REQUIRE(u8(all, 3) == 8);
    REQUIRE((u32(all, 4) & 0xffffff) == 16384);
    REQUIRE((u32(all, 8) & 0xffffff) == 512);
    const Bytes geometry = b.host.ask({0x1a, 8, 4, 0, 255, 0});
    REQUIRE(geometry.size() == 4 + 24);
    REQUIRE(u8(geometry, 4 + 5) == 16);
    const Bytes ten = b.host.ask({0x5a, 8, 3, 0, 0, 0, 0, 0, 255, 0});
    REQUIRE(u16(ten, 0) == ten.size() - 2);
    REQUIRE(u16(ten, 8 + 10) == 63);
    REQUIRE(u8(b.host.ask({0x1a, 8, 0x48, 0, 255, 0}), 6) == 0); // nothing can be changed
    REQUIRE(u8(b.host.ask({0x1a, 8, 0x08, 0, 255, 0}), 6) == 4);
    REQUIRE(b.host.failure({0x1a, 0, 0x1c, 0, 255, 0}) == 0x524);
    REQUIRE(b.host.failure({0x1a, 0, 0xff, 0, 255, 0}) == 0x539);
    // What it said can be given back; something else cannot.
    b.host.give({0x15, 0x10, 0, 0, static_cast<unsigned>(all.size()), 0}, all, 7);
    REQUIRE_FALSE(b.disk.failed());
    Bytes other(12, std::byte{0});
    other[3] = std::byte{8};
    other[10] = std::byte{4}; // blocks of 1024
    b.host.give({0x15, 0x10, 0, 0, 12, 0}, other, 12);
    REQUIRE(b.host.failed() == 0x526);
    b.host.give({0x15, 0x10, 0, 0, 2, 0}, Bytes(2), 2);
    REQUIRE(b.host.failed() == 0x51a);
}

TEST_CASE("SCSI disk: reading and writing in pieces of any size", "[scsi]") {
    DiskBench b;
    const Bytes data = pattern(8 * 512);
    for (const std::size_t piece : {1u, 13u, 512u, 700u, 4096u}) {
        CAPTURE(piece);
        b.host.give({0x2a, 0, 0, 0, 0, 100, 0, 0, 8, 0}, data, piece);
        REQUIRE_FALSE(b.disk.failed());
        REQUIRE(b.host.ask({0x28, 0, 0, 0, 0, 100, 0, 0, 8, 0}, 0, piece) == data);
        b.host.give({0x0a, 0, 0, 100, 8, 0}, Bytes(4096), 4096);
    }
    b.host.give({0xaa, 0, 0, 0, 0, 100, 0, 0, 0, 8, 0, 0}, data, 4096);
    REQUIRE(b.host.ask({0x08, 0, 0, 100, 8, 0}) == data);
    REQUIRE(b.host.ask({0xa8, 0, 0, 0, 0, 100, 0, 0, 0, 8, 0, 0}) == data);
    REQUIRE(b.host.ask({0x88, 0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 8, 0, 0}) == data);
    REQUIRE(b.host.ask({0x08, 0, 0, 0, 0, 0}).size() == 256 * 512);
    b.host.ok({0x28, 0, 0, 0, 0, 100, 0, 0, 0, 0});
    b.host.ok({0x2f, 0, 0, 0, 0, 100, 0, 0, 8, 0});
    b.host.give({0x2f, 2, 0, 0, 0, 100, 0, 0, 8, 0}, data, 1000);
    REQUIRE_FALSE(b.disk.failed());
    b.host.give({0x2f, 2, 0, 0, 0, 101, 0, 0, 8, 0}, data, 1000);
    REQUIRE(b.host.failed() == 0xe1d);
    b.host.ok({0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    REQUIRE(b.image.at(100 * 512 + 3) == 21);
}

TEST_CASE("SCSI disk: what is beyond the end, and what may not be written", "[scsi]") {
    DiskBench b(ImageMode::read_only);
    REQUIRE(b.host.ask({0x28, 0, 0, 0, 0x3f, 0xff, 0, 0, 1, 0}).size() == 512);
    REQUIRE(b.host.failure({0x28, 0, 0, 0, 0x3f, 0xff, 0, 0, 2, 0}) == 0x521);
    REQUIRE(b.host.failure({0x28, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0}) == 0x521);
    REQUIRE(b.host.failure({0x88, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}) ==
            0x521);
    REQUIRE(b.host.failure({0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0}) == 0x727);
    REQUIRE(u8(b.host.ask({0x1a, 0, 0x3f, 0, 4, 0}), 2) == 0x80);
}

TEST_CASE("SCSI disk: stop, start, reset of the bus, commands that are given up", "[scsi]") {
    DiskBench b;
    b.host.ok({0x1b, 0, 0, 0, 0, 0});
    REQUIRE(b.host.failure({0, 0, 0, 0, 0, 0}) == 0x204);
    b.host.ok({0x1b, 0, 0, 0, 1, 0});
    b.host.ok({0, 0, 0, 0, 0, 0});
    // A block of which only a part has come is not written.
    const Bytes data = pattern(1024);
    b.host.start({0x2a, 0, 0, 0, 0, 5, 0, 0, 2, 0});
    b.disk.write(std::span(data).first(700));
    b.disk.bus_reset();
    REQUIRE(b.disk.phase() == Phase::idle);
    REQUIRE(b.image.at(5 * 512 + 3) == 21);
    REQUIRE(b.image.at(6 * 512 + 3) == 0);
    REQUIRE(b.host.ask({0x12, 0, 0, 0, 36, 0}).size() == 36);
    REQUIRE(b.host.failure({0, 0, 0, 0, 0, 0}) == 0x629);
    b.host.ok({0, 0, 0, 0, 0, 0});
    b.disk.bus_reset();
    REQUIRE(u8(b.host.ask({3, 0, 0, 0, 18, 0}), 12) == 0x29);
    b.host.ok({0, 0, 0, 0, 0, 0});
}

TEST_CASE("SCSI disk: state in the middle of a write", "[scsi]") {
    DiskBench b, c;
    const Bytes data = pattern(1024);
    b.host.start({0x2a, 0, 0, 0, 0, 5, 0, 0, 2, 0});
    b.disk.write(std::span(data).first(700));
    MemoryState state;
    b.disk.visit(state);
    state.start_loading();
    c.disk.visit(state);
    REQUIRE(state.exhausted());
    REQUIRE(c.disk.left() == 324);
    c.disk.write(std::span(data).subspan(700));
    REQUIRE(c.disk.phase() == Phase::done);
    REQUIRE(static_cast<std::byte>(c.image.at(6 * 512 + 100)) == data[612]);
    REQUIRE(static_cast<std::byte>(c.image.at(6 * 512 + 511)) == data[1023]);
}

TEST_CASE("SCSI CD-ROM: blocks of 512 bytes, or of 2048", "[scsi]") {
    CdromBench b;
    b.image.fill(16 * 2048, 2048, 'a');
    const Bytes inquiry = b.host.ask({0x12, 0, 0, 0, 36, 0});
    REQUIRE(u8(inquiry, 0) == 5);
    REQUIRE(u8(inquiry, 1) == 0x80);
    REQUIRE(u8(inquiry, 2) == 2);
    REQUIRE(u32(b.host.ask({0x25}), 0) == 101 * 4 - 1);
    REQUIRE(u32(b.host.ask({0x25}), 4) == 512);
    REQUIRE(b.host.ask({0x28, 0, 0, 0, 0, 67, 0, 0, 1}) == Bytes(512, std::byte{'a'}));
    REQUIRE(b.host.ask({0x08, 0, 0, 68, 1}) == Bytes(512, std::byte{0}));
    REQUIRE(b.host.ask({0x28, 0, 0, 0, 1, 147, 0, 0, 1}).size() == 512); // beyond the image's end
    REQUIRE(b.host.failure({0x28, 0, 0, 0, 1, 148, 0, 0, 1}) == 0x521);
    REQUIRE(u32(b.host.ask({0x43, 0, 0, 0, 0, 0, 0xaa, 0, 12}), 8) == 404);
    REQUIRE(b.host.ask({0xbe, 0, 0, 0, 0, 16, 0, 0, 1, 0x10}) == Bytes(2048, std::byte{'a'}));

    Bytes select(12, std::byte{0});
    select[3] = std::byte{8};
    select[10] = std::byte{8}; // 2048
    b.host.give({0x15, 0x10, 0, 0, 12, 0}, select, 12);
    REQUIRE_FALSE(b.drive.failed());
    REQUIRE(u32(b.host.ask({0x25}), 4) == 2048);
    REQUIRE(b.host.ask({0x28, 0, 0, 0, 0, 16, 0, 0, 1}) == Bytes(2048, std::byte{'a'}));
    REQUIRE((u32(b.host.ask({0x1a, 0, 1, 0, 255}), 8) & 0xffffff) == 2048);
    select[10] = std::byte{9};
    b.host.give({0x15, 0x10, 0, 0, 12, 0}, select, 12);
    REQUIRE(b.host.failed() == 0x526);
    b.drive.bus_reset();
    REQUIRE(b.host.failure({0x25}) == 0x629);
    REQUIRE(u32(b.host.ask({0x25}), 4) == 512);
}

TEST_CASE("SCSI CD-ROM: as a packet device it is another drive", "[scsi]") {
    CdromBench b(ScsiCdrom::Kind::atapi);
    REQUIRE(u8(b.host.ask({0x12, 0, 0, 0, 36, 0}), 3) == 0x21);
    REQUIRE(u32(b.host.ask({0x25}), 4) == 2048);
    REQUIRE(u16(b.host.ask({0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 128}), 6) == 0); // no block descriptor
}

TEST_CASE("SCSI CD-ROM: state, and the disc that must be the same", "[scsi]") {
    CdromBench b, c;
    b.host.start({0x28, 0, 0, 0, 0, 64, 0, 0, 4});
    Bytes piece(700);
    b.drive.read(piece);
    MemoryState state;
    b.drive.visit(state);
    c.image.fill(16 * 2048, 2048, 'c');
    state.start_loading();
    c.drive.visit(state);
    REQUIRE(state.exhausted());
    REQUIRE(c.drive.left() == 2048 - 700);
    c.drive.read(piece);
    REQUIRE(piece[0] == std::byte{'c'});
    c.drive.eject(ScsiCdrom::Eject::force);
    c.drive.read(std::span(piece).first(10));
    REQUIRE(c.host.failed() == 0x311);
    state.start_loading();
    REQUIRE_THROWS(c.drive.visit(state));
}

TEST_CASE("SCSI targets: whatever an initiator asks, they stay on their feet", "[scsi]") {
    DiskBench d;
    CdromBench c;
    std::uint32_t seed = 4711;
    const auto random = [&] { return seed = seed * 1664525 + 1013904223, seed >> 4; };
    constexpr unsigned likely[] = {0x03, 0x04, 0x08, 0x0a, 0x12, 0x15, 0x1a, 0x25, 0x28,
                                   0x2a, 0x2f, 0x43, 0x46, 0x4a, 0x51, 0x55, 0x5a, 0x88,
                                   0x8a, 0x9e, 0xa0, 0xa8, 0xaa, 0xad, 0xbd, 0xbe};
    Bytes piece(70'000);
    for (unsigned round = 0; round < 20'000; ++round) {
        ScsiTarget& target = random() % 2 ? static_cast<ScsiTarget&>(d.disk) : c.drive;
        std::array<std::uint8_t, 16> command{};
        // Small numbers, so that some of the ranges are there.
        for (std::uint8_t& byte : command)
            byte = static_cast<std::uint8_t>(random() % 3   ? 0
                                             : random() % 2 ? random() % 8
                                                            : random());
        command[0] = static_cast<std::uint8_t>(random() % 4 ? likely[random() % std::size(likely)]
                                                            : random());
        target.begin(command, random() % 16 ? 0 : random() % 8);
        for (unsigned i = 0; i < 8 && target.left() > 0; ++i) {
            const auto part = std::span(piece).first(
                std::min<std::uint64_t>(target.left(), random() % piece.size()));
            if (target.phase() == Phase::data_in)
                target.read(part);
            else if (target.phase() == Phase::data_out)
                target.write(part);
        }
        if (random() % 64 == 0) target.bus_reset();
        if (random() % 4) target.end();
    }
    d.disk.reset();
    d.host.ok({0, 0, 0, 0, 0, 0});
}
