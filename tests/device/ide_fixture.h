// A Mac's IDE cell with its DMA controller and memory, and the steps that drivers take on it.
#pragma once

#include <catch2/catch.hpp>

#include <memory>
#include <vector>

#include "hw/block/block_backend.h"
#include "hw/ide/ata_disk.h"
#include "hw/ide/atapi_cdrom.h"
#include "hw/ide/macio_ide.h"
#include "tests/device/image_file.h"
#include "tests/device/io_fixture.h"

namespace vestige::test {

enum Reg : unsigned { DATA, FEATURES, COUNT, LOW, MID, HIGH, DEVICE, COMMAND, CONTROL = 0x16 };
inline constexpr unsigned ERR = FEATURES, STATUS = COMMAND;
inline constexpr unsigned BSY = 0x80, DRDY = 0x40, DRQ = 0x08, ERRBIT = 0x01;
inline constexpr unsigned dma_channel = 0x16;
inline constexpr unsigned irq_ide = 13, irq_dma = 2;

using Bytes = std::vector<std::byte>;

struct IdeBench {
    explicit IdeBench(hw::IdeDrive* (*make_master)(IdeBench&),
                      hw::IdeDrive* (*make_slave)(IdeBench&))
        : master(make_master ? make_master(*this) : nullptr),
          slave(make_slave ? make_slave(*this) : nullptr),
          ide("ide", IrqLine(wires, irq_ide),
              {.controller = dbdma, .channel = dma_channel, .irq = IrqLine(wires, irq_dma)},
              {.master = master.get(), .slave = slave.get()}, log) {
        memory.map_ram("ram", 0, ram, 0, ram.size());
    }

    ManualClock clock;
    Scheduler scheduler{clock};
    Log log;
    Wires wires;
    RamBlock ram{"ram", 4 << 20};
    AddressSpace memory{"memory", log};
    hw::Dbdma dbdma{"dbdma", scheduler, memory, log};
    ImageFile image{8 << 20};
    hw::ImageMode mode = hw::ImageMode::read_write;
    std::unique_ptr<hw::IdeDrive> master, slave;
    hw::MacioIde ide;

    void pass(Time by) { clock.advance(scheduler, by); }
    unsigned in(unsigned reg) { return static_cast<unsigned>(ide.read(reg << 4, 1)) & 0xff; }
    void out(unsigned reg, unsigned value) { ide.write(reg << 4, 1, value); }

    unsigned wait() { // until not busy
        for (int i = 0; i < 10'000 && (in(CONTROL)&BSY); i++)
            pass(microsecond);
        return in(STATUS);
    }
    void select(unsigned drive) { out(DEVICE, drive << 4); }
    unsigned command(unsigned code) {
        out(COMMAND, code);
        return wait();
    }
    void address(std::uint64_t lba, unsigned count) {
        out(COUNT, count & 0xff);
        out(LOW, lba & 0xff);
        out(MID, lba >> 8 & 0xff);
        out(HIGH, lba >> 16 & 0xff);
        out(DEVICE, (in(DEVICE)&0x10) | 0x40 | (lba >> 24 & 0x0f));
    }
    void address_48(std::uint64_t lba, unsigned count) {
        out(COUNT, count >> 8);
        out(LOW, lba >> 24 & 0xff);
        out(MID, lba >> 32 & 0xff);
        out(HIGH, lba >> 40 & 0xff);
        address(lba & 0xff'ffff, count);
    }
    Bytes read_words(std::size_t bytes) {
        Bytes data(bytes);
        for (std::size_t i = 0; i < bytes; i += 2)
            store_le(&data[i], static_cast<std::uint16_t>(ide.read(0, 2)));
        return data;
    }
    void write_words(const Bytes& data) {
        for (std::size_t i = 0; i < data.size(); i += 2)
            ide.write(0, 2, load_le<std::uint16_t>(&data[i]));
    }
    Bytes identify(unsigned code = 0xec) {
        REQUIRE((command(code) & (BSY | DRQ | ERRBIT)) == DRQ);
        Bytes data = read_words(512);
        REQUIRE((wait() & (BSY | DRQ)) == 0);
        return data;
    }
    static unsigned word(const Bytes& data, unsigned index) {
        return load_le<std::uint16_t>(&data[2 * index]);
    }

    // -- DBDMA, as pata_macio sets it up: descriptors of at most ff00h bytes, then STOP
    void dma_program(std::uint32_t buffer, std::uint32_t size, bool to_memory) {
        std::uint32_t at = 0x1000;
        const auto put = [&](unsigned operation, unsigned count, std::uint32_t address) {
            store_le<std::uint16_t>(ram.data() + at, static_cast<std::uint16_t>(count));
            store_le<std::uint16_t>(ram.data() + at + 2, static_cast<std::uint16_t>(operation));
            store_le<std::uint32_t>(ram.data() + at + 4, address);
            store_le<std::uint64_t>(ram.data() + at + 8, 0);
            at += 16;
        };
        while (size > 0) {
            const std::uint32_t length = std::min<std::uint32_t>(size, 0xff00);
            size -= length;
            put((to_memory ? 0x2000u : 0u) | (size == 0 ? 0x1000u : 0u), length, buffer);
            buffer += length;
        }
        put(0x7000, 0, 0);
        dbdma.write(dma_channel * 0x100 + 0x0c, 4, 0x1000);
    }
    void dma_run() { dbdma.write(dma_channel * 0x100, 4, 0x80008000); }
    void dma_stop() { dbdma.write(dma_channel * 0x100, 4, 0x98000000); }
    unsigned dma_status() { return static_cast<unsigned>(dbdma.read(dma_channel * 0x100 + 4, 4)); }

    // -- ATAPI
    unsigned packet(std::initializer_list<unsigned> bytes, unsigned features = 0,
                    unsigned limit = 0xfffe) {
        Bytes data;
        for (const unsigned value : bytes)
            data.push_back(static_cast<std::byte>(value));
        data.resize(12);
        out(FEATURES, features);
        out(MID, limit & 0xff);
        out(HIGH, limit >> 8);
        REQUIRE((command(0xa0) & (BSY | DRQ | ERRBIT)) == DRQ);
        REQUIRE(in(COUNT) == 1);
        write_words(data);
        return features & 1 ? 0 : wait();
    }
    // A packet that answers with data by PIO.
    Bytes ask(std::initializer_list<unsigned> bytes, unsigned limit = 0xfffe) {
        Bytes data;
        unsigned status = packet(bytes, 0, limit);
        while (status & DRQ) {
            REQUIRE((in(COUNT)&3) == 2);
            const unsigned count = in(MID) | in(HIGH) << 8;
            REQUIRE(count <= limit);
            const Bytes part = read_words((count + 1) & ~1u);
            data.insert(data.end(), part.begin(), part.begin() + count);
            status = wait();
        }
        REQUIRE((status & ERRBIT) == 0);
        REQUIRE((in(COUNT)&3) == 3);
        return data;
    }
    // Key and code of a packet that fails.
    unsigned failure(std::initializer_list<unsigned> bytes) {
        REQUIRE((packet(bytes) & (DRQ | ERRBIT)) == ERRBIT);
        const Bytes sense = ask({3, 0, 0, 0, 18});
        return static_cast<unsigned>(sense[2]) << 8 | static_cast<unsigned>(sense[12]);
    }
};

inline hw::IdeDrive* make_disk(IdeBench& bench) {
    return new hw::AtaDisk(
        "disk", bench.scheduler, hw::open_raw_image(bench.image.path(), bench.mode),
        {.model = "VESTIGE HARDDISK", .serial = "VG00001", .revision = "0.1"}, bench.log);
}
inline hw::IdeDrive* make_read_only_disk(IdeBench& bench) {
    bench.mode = hw::ImageMode::read_only;
    return make_disk(bench);
}
inline hw::IdeDrive* make_snapshot_disk(IdeBench& bench) {
    bench.mode = hw::ImageMode::snapshot;
    return make_disk(bench);
}
inline hw::IdeDrive* make_cdrom(IdeBench& bench) {
    return new hw::AtapiCdrom(
        "cdrom", bench.scheduler, hw::open_raw_image(bench.image.path(), hw::ImageMode::read_only),
        {.model = "VESTIGE DVD-ROM", .serial = "VG00003", .revision = "0.1"}, bench.log);
}
inline hw::IdeDrive* make_empty_cdrom(IdeBench& bench) {
    return new hw::AtapiCdrom("cdrom", bench.scheduler, nullptr,
                              {.model = "VESTIGE DVD-ROM", .serial = "VG00003", .revision = "0.1"},
                              bench.log);
}

} // namespace vestige::test
