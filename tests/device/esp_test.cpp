// ESP, its DMA channel and two targets, driven as OpenBIOS and Linux drive them.
#include <catch2/catch.hpp>

#include <memory>
#include <vector>

#include "hw/dma/sparc32_dma.h"
#include "hw/scsi/esp.h"
#include "hw/scsi/scsi_cdrom.h"
#include "hw/scsi/scsi_disk.h"
#include "tests/device/dvma_memory.h"
#include "tests/device/image_file.h"
#include "tests/device/io_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using namespace vestige::test;

namespace {

enum Reg : unsigned {
    TCLOW = 0x00,
    TCMED = 0x04,
    FIFO = 0x08,
    CMD = 0x0c,
    STATUS = 0x10,
    BUSID = STATUS,
    INTRPT = 0x14,
    SSTEP = 0x18,
    FFLAGS = 0x1c,
    CFG1 = 0x20,
    CFG2 = 0x2c,
    CFG3 = 0x30,
    TCHI = 0x38,
};
enum Cmd : unsigned {
    DMA = 0x80,
    FLUSH = 0x01,
    RESET_CHIP = 0x02,
    RESET_BUS = 0x03,
    TI = 0x10,
    ICCS = 0x11,
    MSGACC = 0x12,
    PAD = 0x18,
    SATN = 0x1a,
    SEL = 0x41,
    SELATN = 0x42,
    SELATNS = 0x43,
    ENSEL = 0x44,
    DISSEL = 0x45,
    SELATN3 = 0x46,
};
enum Intr : unsigned { FC = 0x08, BS = 0x10, DC = 0x20, ILLEGAL = 0x40, RESET = 0x80 };
enum Phase : unsigned { DOUT, DIN, CDB, ST, MOUT = 6, MIN = 7 };
enum Dcsr : unsigned { D_INT = 1, D_INTEN = 0x10, D_RESET = 0x80, D_WRITE = 0x100, D_EN = 0x200 };
constexpr unsigned TC = 0x10;
constexpr unsigned irq_scsi = 18, irq_ethernet = 16;

using Bytes = std::vector<std::byte>;

Bytes bytes_of(std::initializer_list<unsigned> values) {
    Bytes data;
    for (const unsigned value : values)
        data.push_back(static_cast<std::byte>(value));
    return data;
}

struct Bench {
    ManualClock clock;
    Scheduler scheduler{clock};
    Log log;
    Wires wires;
    DvmaMemory memory{4 << 20};
    ImageFile disk_image{8 << 20}, disc_image{1 << 20};
    ScsiDisk disk{"disk", open_raw_image(disk_image.path(), ImageMode::read_write),
                  DriveIdentity{"VESTIGE HARDDISK", "VD00001", "1.0"}, log};
    ScsiCdrom cdrom{"cdrom", ScsiCdrom::Kind::sun,
                    open_raw_image(disc_image.path(), ImageMode::read_only),
                    DriveIdentity{"VESTIGE CD-ROM", "", "1.0"}, log};
    Sparc32Dma dma{"dma",
                   {.scsi = IrqLine(wires, irq_scsi), .ethernet = IrqLine(wires, irq_ethernet)},
                   memory,
                   log};
    Esp esp{"esp",
            scheduler,
            dma.scsi_interrupt(),
            dma.scsi_port(),
            {nullptr, nullptr, nullptr, &disk, nullptr, nullptr, &cdrom, nullptr},
            log};

    Bench() {
        cdrom.reset();
        esp.reset();
    }

    void pass(Time by) { clock.advance(scheduler, by); }
    unsigned in(unsigned reg) { return static_cast<unsigned>(esp.read(reg, 1)); }
    void out(unsigned reg, unsigned value) { esp.write(reg, 1, value); }
    unsigned dcsr() { return static_cast<unsigned>(dma.read(0, 4)); }
    void set_dcsr(unsigned value) { dma.write(0, 4, value); }

    // Until the interrupt, then what the registers say.
    struct Outcome {
        unsigned phase, ended, step, interrupt;
        bool operator==(const Outcome&) const = default;
    };
    Outcome wait() {
        for (int i = 0; i < 10'000 && !(dcsr() & D_INT); i++)
            pass(microsecond);
        REQUIRE((dcsr() & D_INT) != 0);
        REQUIRE((in(STATUS)&0x80) != 0);
        Outcome outcome;
        outcome.phase = in(STATUS)&7;
        outcome.ended = in(STATUS)&TC;
        outcome.step = in(SSTEP);
        outcome.interrupt = in(INTRPT);
        REQUIRE((dcsr() & D_INT) == 0);
        return outcome;
    }
    void count(unsigned value) {
        out(TCLOW, value & 0xff);
        out(TCMED, value >> 8 & 0xff);
    }
    Outcome by_dma(unsigned code, std::uint32_t address, unsigned size, bool to_memory) {
        count(size);
        set_dcsr((dcsr() & D_INTEN) | D_EN | (to_memory ? D_WRITE : 0u));
        dma.write(4, 4, address);
        out(CMD, code | DMA);
        return wait();
    }
    Outcome select(unsigned id, const Bytes& identify_and_command, unsigned code = SELATN) {
        memory.put(0x1000, identify_and_command);
        out(BUSID, id);
        return by_dma(code, 0x1000, static_cast<unsigned>(identify_and_command.size()), false);
    }
    // Status and message, and the target lets go.
    unsigned end() {
        out(CMD, FLUSH);
        out(CMD, ICCS);
        REQUIRE(wait().interrupt == FC);
        REQUIRE((in(FFLAGS)&0x1f) == 2);
        const unsigned status = in(FIFO);
        REQUIRE(in(FIFO) == 0);
        out(CMD, MSGACC);
        REQUIRE(wait().interrupt == DC);
        out(CMD, ENSEL);
        pass(millisecond);
        REQUIRE((dcsr() & D_INT) == 0);
        return status;
    }
    Bytes ask(unsigned id, const Bytes& command, unsigned size) {
        REQUIRE(select(id, command) == Outcome{DIN, TC, 4, FC | BS});
        REQUIRE(by_dma(TI, 0x20000, size, true) == Outcome{ST, TC, 0, BS});
        REQUIRE(end() == 0);
        return memory.get(0x20000, size);
    }
};

using Outcome = Bench::Outcome;

const Bytes test_unit_ready = bytes_of({0x80, 0, 0, 0, 0, 0, 0});
const Bytes inquiry = bytes_of({0x80, 0x12, 0, 0, 0, 36, 0});

} // namespace

TEST_CASE("ESP: which chip a driver finds", "[esp]") {
    Bench b;
    REQUIRE((b.dcsr() & 0xf0000000) == 0xa0000000);
    b.out(CMD, RESET_CHIP);
    b.out(CMD, DMA);
    b.out(CFG2, 0x0c);
    REQUIRE((b.in(CFG2)&0x1f) == 0x0c);
    b.out(CFG3, 5);
    REQUIRE(b.in(CFG3) == 5);
    b.out(CFG2, 0x40);
    b.out(CMD, DMA);
    REQUIRE(b.in(TCHI) == 0); // FAS100A
    b.out(CFG2, 0);
    // A reset of the bus is told, unless nobody wants to know.
    b.out(CFG1, 0x47);
    b.out(CMD, RESET_BUS);
    REQUIRE((b.dcsr() & D_INT) == 0);
    b.out(CFG1, 0x07);
    b.out(CMD, RESET_BUS);
    REQUIRE(b.wait().interrupt == RESET);
    REQUIRE(b.select(3, test_unit_ready) == Outcome{ST, TC, 4, FC | BS});
    REQUIRE(b.end() == 2); // the target tells it
    REQUIRE(b.select(3, test_unit_ready) == Outcome{ST, TC, 4, FC | BS});
    REQUIRE(b.end() == 0);
}

TEST_CASE("ESP: a selection that nobody answers", "[esp]") {
    Bench b;
    const Outcome outcome = b.select(2, inquiry);
    REQUIRE(outcome == Outcome{0, 0, 0, DC});
    REQUIRE(b.select(7, inquiry).interrupt == DC);
    b.out(CMD, TI);
    REQUIRE(b.wait().interrupt == ILLEGAL);
    b.out(CMD, 0x27); // a target's command
    REQUIRE(b.wait().interrupt == ILLEGAL);
    b.out(CMD, DISSEL);
    REQUIRE(b.wait().interrupt == FC);
}

TEST_CASE("ESP: commands by DMA, as Linux issues them", "[esp]") {
    Bench b;
    REQUIRE(static_cast<char>(b.ask(3, inquiry, 36)[8]) == 'V');
    REQUIRE(static_cast<unsigned>(b.ask(6, inquiry, 36)[0]) == 5);
    // More room than there is data: the counter tells what is left.
    REQUIRE(b.select(3, bytes_of({0x80, 0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0})).phase == DIN);
    REQUIRE(b.by_dma(TI, 0x20000, 256, true) == Outcome{ST, 0, 0, BS});
    REQUIRE((b.in(TCLOW) | b.in(TCMED) << 8) == 248);
    REQUIRE(b.dma.read(4, 4) == 0x20008);
    REQUIRE(b.end() == 0);
    // Less: the phase stays.
    REQUIRE(b.select(3, inquiry).phase == DIN);
    REQUIRE(b.by_dma(TI, 0x20000, 5, true) == Outcome{DIN, TC, 0, BS});
    REQUIRE(b.by_dma(TI, 0x20005, 31, true) == Outcome{ST, TC, 0, BS});
    REQUIRE(b.end() == 0);
}

TEST_CASE("ESP: writing and reading many blocks", "[esp]") {
    Bench b;
    Bytes data(128 * 1024);
    for (std::size_t i = 0; i < data.size(); i++)
        data[i] = static_cast<std::byte>(i * 13 + i / 4096);
    b.memory.put(0x100000, data);
    REQUIRE(b.select(3, bytes_of({0xc0, 0x2a, 0, 0, 0, 1, 0, 0, 1, 0, 0})).phase == DOUT);
    REQUIRE(b.by_dma(TI, 0x100000, 0, false) == Outcome{DOUT, TC, 0, BS}); // 64 KB
    REQUIRE(b.by_dma(TI, 0x110000, 0, false) == Outcome{ST, TC, 0, BS});
    REQUIRE(b.end() == 0);
    REQUIRE(b.disk_image.at(256 * 512) == 0);
    REQUIRE(static_cast<std::byte>(b.disk_image.at(256 * 512 + 77)) == data[77]);
    REQUIRE(b.select(3, bytes_of({0xc0, 0x28, 0, 0, 0, 1, 0, 0, 1, 0, 0})).phase == DIN);
    const unsigned before = b.memory.writes();
    REQUIRE(b.by_dma(TI, 0x200000, 0, true) == Outcome{DIN, TC, 0, BS});
    REQUIRE(b.by_dma(TI, 0x210000, 0, true) == Outcome{ST, TC, 0, BS});
    REQUIRE(b.memory.writes() - before == 2); // not byte by byte
    REQUIRE(b.end() == 0);
    REQUIRE(b.memory.get(0x200000, 128 * 1024) == data);
}

TEST_CASE("ESP: 24 bits of count", "[esp]") {
    Bench b;
    REQUIRE(b.select(3, bytes_of({0xc0, 0x28, 0, 0, 0, 0, 0, 0, 1, 0, 0})).phase == DIN);
    b.out(CFG2, 0x40);
    b.out(TCHI, 2);
    REQUIRE(b.by_dma(TI, 0x100000, 0, true) == Outcome{ST, TC, 0, BS});
    REQUIRE(b.in(TCHI) == 0);
    REQUIRE(b.end() == 0);
}

TEST_CASE("ESP: sense after a failure", "[esp]") {
    Bench b;
    REQUIRE(b.select(3, bytes_of({0x80, 0xc5, 0, 0, 0, 0, 0})) == Outcome{ST, TC, 4, FC | BS});
    REQUIRE(b.end() == 2);
    const Bytes sense = b.ask(3, bytes_of({0x80, 3, 0, 0, 0, 18, 0}), 18);
    REQUIRE(static_cast<unsigned>(sense[2]) == 5);
    REQUIRE(static_cast<unsigned>(sense[12]) == 0x20);
    // The image cannot be read any more.
    REQUIRE(b.select(6, bytes_of({0x80, 0x28, 0, 0, 0, 0, 0, 0, 0, 4, 0})).phase == DIN);
    REQUIRE(b.by_dma(TI, 0x20000, 512, true).phase == DIN);
    b.cdrom.eject(ScsiCdrom::Eject::force);
    REQUIRE(b.by_dma(TI, 0x20200, 1536, true) == Outcome{ST, 0, 0, BS});
    REQUIRE((b.in(TCLOW) | b.in(TCMED) << 8) == 1536);
    REQUIRE(b.end() == 2);
}

TEST_CASE("ESP: OpenBIOS never ends a command", "[esp]") {
    Bench b;
    b.out(CMD, RESET_CHIP);
    for (int i = 0; i < 3; i++) {
        REQUIRE(b.select(3, inquiry) == Outcome{DIN, TC, 4, FC | BS});
        REQUIRE(b.by_dma(TI, 0x20000, 36, true) == Outcome{ST, TC, 0, BS});
        REQUIRE(b.select(6, inquiry).phase == DIN); // and then not even its data
    }
    REQUIRE_FALSE(b.wires.rises(irq_scsi)); // it polls
}

TEST_CASE("ESP: the channel is turned on after the command", "[esp]") {
    Bench b;
    b.memory.put(0x1000, inquiry);
    b.out(BUSID, 3);
    b.count(7);
    b.out(CMD, SELATN | DMA);
    b.pass(millisecond);
    REQUIRE((b.dcsr() & D_INT) == 0);
    b.dma.write(4, 4, 0x1000);
    b.set_dcsr(D_EN | D_INTEN);
    REQUIRE(b.wait().phase == DIN);
    REQUIRE(b.wires.rises(irq_scsi) == 1);
    // Set for the wrong direction it waits as well.
    b.count(36);
    b.dma.write(4, 4, 0x20000);
    b.out(CMD, TI | DMA);
    b.pass(millisecond);
    REQUIRE((b.dcsr() & D_INT) == 0);
    b.set_dcsr(D_EN | D_WRITE);
    REQUIRE(b.wait() == Outcome{ST, TC, 0, BS});
    REQUIRE(static_cast<char>(b.memory.get(0x20008, 1)[0]) == 'V');
}

TEST_CASE("ESP: everything through the FIFO", "[esp]") {
    Bench b;
    b.out(BUSID, 3);
    for (const std::byte byte : inquiry)
        b.out(FIFO, static_cast<unsigned>(byte));
    b.out(CMD, SELATN);
    REQUIRE(b.wait() == Outcome{DIN, 0, 4, FC | BS});
    std::string text;
    for (int i = 0; i < 36; i++) {
        b.out(CMD, TI);
        REQUIRE(b.wait().interrupt == BS);
        REQUIRE((b.in(FFLAGS)&0x1f) == 1);
        text += static_cast<char>(b.in(FIFO));
    }
    REQUIRE(text.substr(8, 7) == "VESTIGE");
    REQUIRE((b.in(STATUS)&7) == ST);
    REQUIRE(b.end() == 0);

    // A write of one block, sixteen bytes at a time; the command comes after the selection.
    b.out(CMD, SEL);
    b.pass(millisecond);
    for (const unsigned byte : {0x0a, 0, 0, 9, 1, 0})
        b.out(FIFO, byte);
    REQUIRE(b.wait() == Outcome{DOUT, 0, 4, FC | BS});
    for (unsigned i = 0; i < 512; i++) {
        b.out(FIFO, i & 0xff);
        if (i % 16 != 15) continue;
        b.out(CMD, TI);
        REQUIRE(b.wait().interrupt == BS);
    }
    REQUIRE(b.end() == 0);
    REQUIRE(b.disk_image.at(9 * 512 + 100) == 100);
    for (int i = 0; i < 17; i++)
        b.out(FIFO, 0);
    REQUIRE((b.in(STATUS)&0x40) != 0); // too many
}

TEST_CASE("ESP: offers of synchronous transfers are rejected, tags are not", "[esp]") {
    Bench b;
    REQUIRE(b.select(3, bytes_of({0x80}), SELATNS) == Outcome{MOUT, TC, 1, FC | BS});
    b.memory.put(0x1000, bytes_of({1, 3, 1, 50, 15}));
    REQUIRE(b.by_dma(TI, 0x1000, 5, false).phase == MIN);
    b.out(CMD, FLUSH);
    b.out(CMD, TI);
    REQUIRE(b.wait().interrupt == FC);
    REQUIRE(b.in(FIFO) == 7);
    b.out(CMD, MSGACC);
    REQUIRE(b.wait() == Outcome{CDB, TC, 0, BS});
    b.memory.put(0x1000, bytes_of({0x12, 0, 0, 0, 36, 0}));
    REQUIRE(b.by_dma(TI, 0x1000, 6, false) == Outcome{DIN, TC, 0, BS});
    REQUIRE(b.by_dma(TI, 0x20000, 36, true).phase == ST);
    REQUIRE(b.end() == 0);

    REQUIRE(b.select(3, bytes_of({0xc0, 0x20, 0x55, 0, 0, 0, 0, 0, 0}), SELATN3) ==
            Outcome{ST, TC, 4, FC | BS});
    REQUIRE(b.end() == 0);
    // Another logical unit.
    REQUIRE(b.select(3, bytes_of({0x81, 0, 0, 0, 0, 0, 0})).phase == ST);
    REQUIRE(b.end() == 2);
    // Attention in the middle: the target asks for a message when its message is taken.
    REQUIRE(b.select(3, test_unit_ready).phase == ST);
    b.out(CMD, FLUSH);
    b.out(CMD, ICCS);
    b.wait();
    b.in(FIFO), b.in(FIFO);
    b.out(CMD, SATN);
    b.out(CMD, MSGACC);
    REQUIRE(b.wait() == Outcome{MOUT, TC, 0, BS});
    b.out(FIFO, 8); // NOP
    b.out(CMD, TI);
    REQUIRE(b.wait().interrupt == DC);
    // BUS DEVICE RESET ends it at once.
    REQUIRE(b.select(3, bytes_of({0x80}), SELATNS).phase == MOUT);
    b.out(FIFO, 0x0c);
    b.out(CMD, TI);
    REQUIRE(b.wait().interrupt == DC);
    REQUIRE(b.select(3, test_unit_ready).phase == ST);
    REQUIRE(b.end() == 2);
}

TEST_CASE("ESP: a command that the count cuts short, and padding", "[esp]") {
    Bench b;
    REQUIRE(b.select(3, bytes_of({0x80, 0x12, 0, 0})) == Outcome{CDB, TC, 3, FC | BS});
    b.memory.put(0x1000, bytes_of({0, 36, 0}));
    REQUIRE(b.by_dma(TI, 0x1000, 3, false).phase == DIN);
    b.count(256);
    b.out(CMD, PAD | DMA);
    REQUIRE(b.wait().phase == ST);
    REQUIRE(b.end() == 0);
    REQUIRE(b.select(3, bytes_of({0x80, 0x0a, 0, 0, 20, 1, 0})).phase == DOUT);
    b.count(512);
    b.out(CMD, PAD | DMA);
    REQUIRE(b.wait() == Outcome{ST, TC, 0, BS});
    REQUIRE(b.end() == 0);
}

TEST_CASE("ESP: the channel's registers", "[esp]") {
    Bench b;
    b.dma.write(0x10 + 0xc, 4, 0xff000000);
    REQUIRE(b.dma.read(0x1c, 4) == 0xff000000);
    REQUIRE(b.dma.read(0x2c, 4) == 0xff000000); // the alias
    b.dma.write(0x20, 4, 0x1234);
    REQUIRE(b.dma.read(0x14, 4) == 0x1234);
    REQUIRE(b.dma.read(0x10, 4) == 0xa4000000); // and the control register kept out of it
    REQUIRE(b.dma.read(0x00, 4) == 0xa0000000);
    b.set_dcsr(0x3f); // invalidating is done at once, errors cannot be made
    REQUIRE(b.dcsr() == 0xa0000010);
    // A count that ends stops the channel.
    REQUIRE(b.select(3, inquiry).phase == DIN);
    b.dma.write(8, 4, 20);
    b.dma.write(4, 4, 0x20000);
    b.set_dcsr(D_EN | D_WRITE | 0x2000);
    b.count(36);
    b.out(CMD, TI | DMA);
    b.pass(millisecond);
    REQUIRE((b.dcsr() & 0x4001) == 0x4000);
    REQUIRE(b.in(TCLOW) == 16);
    b.set_dcsr(D_RESET);
    b.set_dcsr(0);
    REQUIRE((b.in(STATUS)&7) == 0);
    b.out(CMD, TI);
    REQUIRE(b.wait().interrupt == ILLEGAL); // the reset has let go of the bus
}

TEST_CASE("ESP: its state survives in the middle of a transfer", "[esp]") {
    Bench b, c;
    c.disk_image.fill(0, 4096, 'z');
    REQUIRE(b.select(3, bytes_of({0x80, 8, 0, 0, 0, 8, 0})).phase == DIN);
    REQUIRE(b.by_dma(TI, 0x20000, 100, true).phase == DIN);
    b.count(3996);
    b.out(CMD, TI | DMA); // its time has not come
    MemoryState state;
    const auto visit = [&](Bench& bench) {
        bench.disk.visit(state);
        bench.cdrom.visit(state);
        bench.dma.visit(state);
        bench.esp.visit(state);
    };
    visit(b);
    state.start_loading();
    visit(c);
    REQUIRE(state.exhausted());
    REQUIRE(c.wait() == Outcome{ST, TC, 0, BS});
    REQUIRE(c.memory.get(0x20000 + 4095, 1)[0] == std::byte{'z'});
    REQUIRE(c.end() == 0);
}

TEST_CASE("ESP: whatever a guest writes, it stays on its feet", "[esp]") {
    Bench b;
    // Its own registers are in what it reaches by DMA, too.
    b.memory.hook = [&](std::uint32_t address, std::span<const std::byte> from) {
        if (address % 0x10000 != 0 || from.empty()) return;
        b.out(CMD, static_cast<unsigned>(from[0]));
        b.set_dcsr(D_RESET);
        b.set_dcsr(0);
    };
    std::uint32_t seed = 4711;
    const auto random = [&] { return seed = seed * 1664525 + 1013904223, seed >> 4; };
    for (std::uint32_t at = 0; at < 0x10000; at += 4)
        b.memory.put(at, bytes_of({random() % 256, random() % 256, random() % 4, random() % 2}));
    constexpr unsigned codes[] = {0x00, 0x01, 0x10, 0x11, 0x12, 0x18, 0x1a, 0x1b, 0x41, 0x42, 0x43,
                                  0x46, 0x80, 0x90, 0x90, 0x90, 0x91, 0x98, 0xc1, 0xc2, 0xc3, 0xc6};
    for (unsigned round = 0; round < 20000; ++round) {
        switch (random() % 8) {
        case 0: b.out(BUSID, random() % 3 ? 3 : 6); break;
        case 1: b.out(random() % 16 * 4, random() & 0xff); break;
        case 2: b.in(random() % 16 * 4); break;
        case 3: b.dma.write(random() % 16 * 4 % 0x30, 4, random() % 0x20000); break;
        case 4: b.set_dcsr(D_EN | (random() % 2 ? D_WRITE : 0u)); break;
        case 5:
        case 6: b.out(CMD, codes[random() % std::size(codes)]); break;
        default: b.pass((random() % 100) * microsecond);
        }
    }
    b.set_dcsr(D_RESET);
    b.set_dcsr(0);
    b.out(CFG1, 7);
    b.out(CFG2, 0);
    b.out(CMD, RESET_BUS);
    b.wait();
    b.memory.hook = {};
    b.select(3, test_unit_ready);
    b.end();
    REQUIRE(static_cast<char>(b.ask(3, inquiry, 36)[8]) == 'V');
}
