// The floppy controller as OpenBIOS's and Linux's drivers use it.
#include <catch2/catch.hpp>

#include <vector>

#include "common/error.h"
#include "hw/block/fdc82077.h"
#include "hw/block/raw_image.h"
#include "tests/device/bus_fixture.h"
#include "tests/device/image_file.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::BusFixture;
using vestige::test::ImageFile;

namespace {

constexpr std::uint64_t base = 0x71400000;
constexpr std::uint64_t image_size = 1474560;
using Bytes = std::vector<unsigned>;

struct Fixture : BusFixture {
    ImageFile file{image_size};
    std::unique_ptr<Fdc82077> fdc;

    explicit Fixture(ImageMode mode = ImageMode::read_write) {
        insert(open_raw_image(file.path(), mode));
    }
    void insert(std::unique_ptr<BlockBackend> image) {
        fdc = std::make_unique<Fdc82077>("fdc", scheduler, IrqLine(cpu, 22), std::move(image), log);
        if (!mapped_) map();
        out(7, 0); // 500 kbit/s
    }
    unsigned in(unsigned offset) { return static_cast<unsigned>(get(base + offset, 1)); }
    void out(unsigned offset, unsigned value) { put(base + offset, value, 1); }
    unsigned status() { return in(4); }
    bool irq() { return cpu.level(22); }

    void command(const Bytes& bytes) {
        for (const unsigned byte : bytes) {
            REQUIRE((status() & 0xe0) == 0x80);
            out(5, byte);
        }
    }
    Bytes result() {
        Bytes bytes;
        while ((status() & 0xf0) == 0xd0 && bytes.size() < 16)
            bytes.push_back(in(5));
        return bytes;
    }
    Bytes run(const Bytes& bytes) {
        command(bytes);
        return result();
    }
    void seek(unsigned cylinder) {
        command({0x0f, 0, cylinder});
        REQUIRE(irq());
        REQUIRE(run({0x08}) == Bytes{0x20, cylinder});
        REQUIRE_FALSE(irq());
    }
    // Waits for a burst and takes it.
    Bytes take(std::size_t count) {
        Bytes bytes;
        for (int waits = 0; bytes.size() < count && waits < 100;) {
            if ((status() & 0xe0) == 0xe0) {
                REQUIRE(irq());
                bytes.push_back(in(5));
                waits = 0;
            } else {
                ++waits;
                advance(100 * microsecond);
            }
        }
        return bytes;
    }
    void feed(std::size_t count, unsigned value) {
        for (int waits = 0; count > 0 && waits < 100;) {
            if ((status() & 0xe0) == 0xa0) {
                out(5, value);
                --count;
            } else {
                ++waits;
                advance(100 * microsecond);
            }
        }
        REQUIRE(count == 0);
    }

  private:
    struct View final : MmioHandler {
        Fixture& fixture;
        explicit View(Fixture& owner) : fixture(owner) {}
        std::uint64_t read(std::uint64_t offset, unsigned size) override {
            return fixture.fdc->read(offset, size);
        }
        void write(std::uint64_t offset, unsigned size, std::uint64_t value) override {
            fixture.fdc->write(offset, size, value);
        }
    };
    void map() {
        bus.map_mmio("fdc", base, Fdc82077::size, view_, Fdc82077::traits);
        mapped_ = true;
    }
    View view_{*this};
    bool mapped_ = false;
};

struct ReadOnly : Fixture {
    ReadOnly() : Fixture(ImageMode::read_only) {}
};

constexpr std::uint64_t offset(unsigned cylinder, unsigned head, unsigned sector) {
    return ((cylinder * 2 + head) * 18 + sector - 1) * 512;
}

} // namespace

TEST_CASE_METHOD(Fixture, "FDC: drivers find a post-1991 82077") {
    CHECK(in(0) != 0xff); // Linux takes that for no controller
    CHECK(in(2) == 0x04);
    CHECK(status() == 0x80);
    CHECK_FALSE(irq());
    CHECK(run({0x0e}).size() == 10);
    command({0x13});
    CHECK(status() == 0x90); // wants more
    command({0, 0x1a, 0});
    CHECK(status() == 0x80);
    CHECK(run({0x0e})[8] == 0x1a);
    command({0x12});
    CHECK(status() == 0x90);
    command({0});
    CHECK(run({0x14}) == Bytes{0});
    CHECK(run({0x18}) == Bytes{0x80}); // no part id
    CHECK(run({0x10}) == Bytes{0x90});
    CHECK(run({0x94}) == Bytes{0x10});
    CHECK(run({0x08}) == Bytes{0x80}); // nothing to sense
    command({0x03, 0xcf, 0x03});
    const Bytes registers = run({0x0e});
    CHECK(registers[4] == 0xcf);
    CHECK(registers[5] == 0x03);
    CHECK(registers[7] == 0x80);
}

TEST_CASE_METHOD(Fixture, "FDC: both resets interrupt and tell of four drives") {
    for (const bool by_output : {true, false}) {
        if (by_output) {
            out(2, 0x08);
            CHECK(status() == 0);
            CHECK_FALSE(irq());
            out(5, 0x08); // nobody hears it
            out(2, 0x0c);
        } else {
            out(4, 0x80);
        }
        CHECK(irq());
        CHECK(status() == 0x80);
        for (unsigned drive = 0; drive < 4; ++drive)
            CHECK(run({0x08}) == Bytes{0xc0 | drive, 0});
        CHECK_FALSE(irq());
        CHECK(run({0x08}) == Bytes{0x80});
    }
}

TEST_CASE_METHOD(Fixture, "FDC: seeks, drive status and the disk change line") {
    CHECK(in(7) == 0x80);
    CHECK(run({0x04, 4}) == Bytes{0x3c});
    seek(5);
    CHECK(in(7) == 0);
    CHECK(run({0x04, 0}) == Bytes{0x28});
    CHECK((in(0) & 0x10) != 0);
    command({0x07, 0});
    CHECK(run({0x08}) == Bytes{0x20, 0});
    command({0x07, 1}); // there is one drive
    CHECK(run({0x08})[0] == 0x71);
    command({0x0f, 0, 255});
    CHECK(run({0x08}) == Bytes{0x20, 82});
}

TEST_CASE_METHOD(Fixture, "FDC: reading, a terminal count ends it after a sector") {
    file.fill(offset(3, 1, 17), 512, 'a');
    file.fill(offset(3, 1, 18), 512, 'b');
    seek(3);
    command({0xe6, 4, 3, 1, 17, 2, 18, 0x1b, 0xff});
    CHECK((status() & 0xb0) == 0x30); // busy, no byte yet
    CHECK_FALSE(irq());
    CHECK(take(512) == Bytes(512, 'a'));
    CHECK_FALSE(irq());
    fdc->terminal_count();
    CHECK(irq());
    CHECK(result() == Bytes{0x04, 0, 0, 3, 1, 18, 2});
    CHECK_FALSE(irq());
    CHECK(status() == 0x80);
    // In the middle of a sector, that one counts as read.
    command({0xe6, 4, 3, 1, 17, 2, 18, 0x1b, 0xff});
    take(612);
    fdc->terminal_count();
    CHECK(result() == Bytes{0x04, 0, 0, 4, 0, 1, 2});
    fdc->terminal_count(); // means nothing now
    CHECK(status() == 0x80);
}

TEST_CASE_METHOD(Fixture, "FDC: reading to the end of a track, and of a cylinder") {
    for (unsigned sector = 1; sector <= 18; ++sector) {
        file.fill(offset(0, 0, sector), 512, static_cast<char>(sector));
        file.fill(offset(0, 1, sector), 512, static_cast<char>(100 + sector));
    }
    command({0x66, 0, 0, 0, 18, 2, 18, 0x1b, 0xff});
    CHECK(take(512) == Bytes(512, 18));
    CHECK(result() == Bytes{0, 0, 0, 1, 0, 1, 2});
    command({0xe6, 0, 0, 0, 1, 2, 18, 0x1b, 0xff});
    const Bytes bytes = take(36 * 512);
    REQUIRE(bytes.size() == 36 * 512);
    CHECK(bytes[17 * 512] == 18);
    CHECK(bytes[18 * 512] == 101);
    CHECK(bytes.back() == 118);
    CHECK(result() == Bytes{4, 0, 0, 1, 0, 1, 2});
}

TEST_CASE_METHOD(Fixture, "FDC: writing") {
    seek(79);
    command({0xc5, 4, 79, 1, 18, 2, 18, 0x1b, 0xff});
    feed(512, 'w');
    CHECK(result() == Bytes{4, 0, 0, 80, 0, 1, 2});
    CHECK(file.at(offset(79, 1, 18)) == 'w');
    CHECK(file.at(image_size - 1) == 'w');
    CHECK(file.at(offset(79, 1, 18) - 1) == 0);
    command({0xc5, 4, 79, 1, 1, 2, 18, 0x1b, 0xff});
    feed(612, 'x');
    fdc->terminal_count();
    CHECK(result() == Bytes{4, 0, 0, 79, 1, 3, 2});
    CHECK(file.at(offset(79, 1, 2) + 99) == 'x');
    CHECK(file.at(offset(79, 1, 2) + 100) == 0);
    CHECK(file.at(offset(79, 1, 3)) == 0);
}

TEST_CASE_METHOD(Fixture, "FDC: formatting fills the track") {
    file.fill(offset(1, 0, 1), 18 * 512, 'o');
    seek(1);
    command({0x4d, 0, 2, 18, 0x6c, 0xf6});
    for (unsigned sector = 18; sector > 0; --sector)
        for (const unsigned byte : {1u, 0u, sector, 2u})
            feed(1, byte);
    CHECK(result() == Bytes{0, 0, 0, 1, 0, 1, 2});
    CHECK(file.at(offset(1, 0, 1)) == '\xf6');
    CHECK(file.at(offset(1, 0, 18) + 511) == '\xf6');
    CHECK(file.at(offset(1, 1, 1)) == 0);
    command({0x4d, 0, 2, 0, 0x6c, 0xf6}); // no sectors at all
    advance(second);
    CHECK(result().size() == 7);
}

TEST_CASE_METHOD(Fixture, "FDC: what is not on the disk is looked for, and not found") {
    const auto fails = [&](const Bytes& bytes, unsigned status_1, unsigned status_2) {
        command(bytes);
        advance(100 * millisecond);
        CHECK((status() & 0x80) == 0);
        advance(second);
        CHECK(irq());
        const Bytes got = result();
        REQUIRE(got.size() == 7);
        CHECK((got[0] & 0xc0) == 0x40);
        CHECK(got[1] == status_1);
        CHECK(got[2] == status_2);
        CHECK(status() == 0x80);
    };
    fails({0x66, 0, 0, 0, 19, 2, 18, 0x1b, 0xff}, 4, 0);
    fails({0x66, 0, 0, 0, 0, 2, 18, 0x1b, 0xff}, 4, 0);
    fails({0x66, 0, 0, 1, 1, 2, 18, 0x1b, 0xff}, 4, 0);    // the other side
    fails({0x66, 0, 0, 0, 1, 3, 18, 0x1b, 0xff}, 4, 0);    // 1024 bytes
    fails({0x66, 0, 9, 0, 1, 2, 18, 0x1b, 0xff}, 4, 0x10); // another cylinder
    fails({0x66, 1, 0, 0, 1, 2, 18, 0x1b, 0xff}, 1, 0);    // another drive
    out(7, 2);                                             // at 250 kbit/s there is nothing
    fails({0x66, 0, 0, 0, 1, 2, 18, 0x1b, 0xff}, 1, 0);
    fails({0x4a, 0}, 1, 0);
    out(7, 0);
    CHECK(run({0x4a, 0}).empty());
    advance(millisecond);
    CHECK(result() == Bytes{0, 0, 0, 0, 0, 1, 2});
    // A last sector beyond the track's: the search fails behind it.
    command({0x66, 0, 0, 0, 18, 2, 99, 0x1b, 0xff});
    CHECK(take(512).size() == 512);
    advance(second);
    CHECK(result() == Bytes{0x40, 4, 0, 0, 0, 19, 2});
}

TEST_CASE_METHOD(Fixture, "FDC: implied seeks") {
    file.fill(offset(9, 0, 1), 512, '9');
    command({0x13, 0, 0x50, 0});
    command({0x66, 0, 9, 0, 1, 2, 1, 0x1b, 0xff});
    CHECK(take(512) == Bytes(512, '9'));
    CHECK(result()[0] == 0);
}

TEST_CASE_METHOD(ReadOnly, "FDC: a protected disk is not written") {
    CHECK((run({0x04, 0})[0] & 0x40) != 0);
    command({0xc5, 0, 0, 0, 1, 2, 18, 0x1b, 0xff});
    advance(second);
    CHECK(result() == Bytes{0x40, 2, 0, 0, 0, 1, 2});
    command({0x4d, 0, 2, 18, 0x6c, 0xf6});
    advance(second);
    CHECK(result()[1] == 2);
}

TEST_CASE_METHOD(Fixture, "FDC: an empty drive") {
    insert(nullptr);
    CHECK(in(7) == 0x80);
    command({0x07, 0});
    CHECK(run({0x08}) == Bytes{0x20, 0}); // OpenBIOS waits for this
    seek(3);
    CHECK(in(7) == 0x80);
    command({0xe6, 0, 3, 0, 1, 2, 18, 0x1b, 0xff});
    advance(second);
    CHECK(result() == Bytes{0x40, 1, 0, 3, 0, 1, 2});
    command({0x4d, 0, 2, 18, 0x6c, 0xf6});
    advance(second);
    CHECK(result()[1] == 1);
}

TEST_CASE_METHOD(Fixture, "FDC: whatever is written where, it answers") {
    std::uint32_t random = 1;
    for (int i = 0; i < 100'000; ++i) {
        random = random * 1664525 + 1013904223;
        const unsigned offset = random >> 29, value = (random >> 16) & 0xff;
        if ((random >> 12 & 7) == 0)
            out(offset, value);
        else if ((random >> 12 & 7) < 5)
            out(5, value);
        else
            in(5);
        if ((random >> 8 & 15) == 0) fdc->terminal_count();
        if ((random >> 8 & 15) == 1) advance(millisecond);
    }
    fdc->reset();
    CHECK(status() == 0x80);
    CHECK(run({0x10}) == Bytes{0x90});
}

TEST_CASE_METHOD(Fixture, "FDC: images of other sizes are refused") {
    ImageFile odd(512 * 100);
    CHECK_THROWS_AS(insert(open_raw_image(odd.path(), ImageMode::read_only)), UserError);
    ImageFile small(737280);
    insert(open_raw_image(small.path(), ImageMode::read_only));
    out(7, 2);
    command({0x66, 0, 0, 0, 9, 2, 9, 0x1b, 0xff});
    CHECK(take(512).size() == 512);
}

TEST_CASE_METHOD(Fixture, "FDC: state in the middle of a transfer") {
    file.fill(offset(0, 0, 1), 512, 's');
    file.fill(offset(0, 0, 2), 512, 't');
    command({0x66, 0, 0, 0, 1, 2, 2, 0x1b, 0xff});
    take(100);
    test::MemoryState state;
    fdc->visit(state);
    fdc->reset();
    CHECK_FALSE(irq());
    state.start_loading();
    fdc->visit(state);
    CHECK(state.exhausted());
    CHECK_FALSE(irq()); // told nobody
    CHECK(in(5) == 's');
    CHECK((in(0) & 0x80) != 0);
    for (int i = 0; i < 411; ++i)
        in(5);
    CHECK(take(512) == Bytes(512, 't'));
    CHECK(result() == Bytes{0, 0, 0, 1, 0, 1, 2});
    insert(nullptr);
    state.start_loading();
    CHECK_THROWS_AS(fdc->visit(state), UserError);
}
