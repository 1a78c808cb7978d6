// ATA/ATAPI-6 (INCITS 361-2002), clauses 8.15 and 8.16 (IDENTIFY DEVICE, IDENTIFY PACKET DEVICE).
#include "hw/ide/ata_identify.h"

#include <algorithm>

namespace vestige::hw {

namespace {

constexpr std::uint64_t most_sectors_28 = 0x0fff'ffff;
constexpr std::uint64_t most_cylinders = 16383;

enum TransferMode : std::uint8_t { // in SET FEATURES' count register
    mode_pio_default = 0x00,
    mode_pio = 0x08,
    mode_multiword = 0x20,
    mode_ultra = 0x40,
};
constexpr unsigned multiword_supported = 0x07;
constexpr unsigned ultra_supported = 0x3f;

struct Words {
    std::span<std::byte> data;
    void put(unsigned word, unsigned value) { put_identify_word(data, word, value); }
    void put_32(unsigned word, std::uint64_t value) {
        put(word, value & 0xffff);
        put(word + 1, value >> 16 & 0xffff);
    }
    void text(unsigned word, unsigned count, const std::string& value) {
        put_identify_text(data.subspan(2 * word, 2 * count), value);
    }

    // What disks and CD drives have in common: strings and DMA modes.
    void common(const DriveIdentity& identity, std::uint8_t mode) {
        text(10, 10, identity.serial);
        text(23, 4, identity.revision);
        text(27, 20, identity.model);
        const unsigned kind = mode & 0xf8, active = 1u << (mode & 7);
        put(63, multiword_supported | (kind == mode_multiword ? active << 8 : 0));
        put(64, 0x0003); // PIO modes 3 and 4
        for (unsigned word = 65; word <= 68; word++)
            put(word, 120); // cycle times in ns
        put(88, ultra_supported | (kind == mode_ultra ? active << 8 : 0));
    }
};

} // namespace

bool is_transfer_mode(std::uint8_t mode) {
    const unsigned number = mode & 7u;
    switch (mode & 0xf8) {
    case mode_pio_default: return number <= 1;
    case mode_pio: return number <= 4;
    case mode_multiword: return (multiword_supported >> number & 1) != 0;
    case mode_ultra: return (ultra_supported >> number & 1) != 0;
    default: return false;
    }
}

void fill_disk_identify(std::span<std::byte> data, const DiskParameters& p) {
    std::ranges::fill(data, std::byte{0});
    Words w{data};
    w.common(p.identity, p.transfer_mode);
    const auto cylinders = [&](std::uint64_t heads, std::uint64_t per_track) {
        return static_cast<unsigned>(std::min(most_cylinders, p.sectors / (heads * per_track)));
    };
    w.put(0, 0x0040); // a fixed disk
    w.put(1, cylinders(default_heads, default_sectors_per_track));
    w.put(3, default_heads);
    w.put(6, default_sectors_per_track);
    w.put(47, 0x8000 | p.most_multiple);
    w.put(48, 0x0001); // 32-bit data port
    w.put(49, 0x0b00); // IORDY, LBA, DMA
    w.put(51, 0x0200);
    w.put(53, 0x0007); // words 54-58, 64-70 and 88 are valid
    const unsigned current = cylinders(p.current_heads, p.current_sectors_per_track);
    w.put(54, current);
    w.put(55, p.current_heads);
    w.put(56, p.current_sectors_per_track);
    w.put_32(57, std::uint64_t{current} * p.current_heads * p.current_sectors_per_track);
    w.put(59, p.multiple ? 0x0100 | p.multiple : 0);
    w.put_32(60, std::min(p.sectors, most_sectors_28));
    w.put(80, 0x0070); // ATA-4 to ATA-6
    w.put(82, 0x4021); // NOP, write cache, SMART
    w.put(83, 0x7400); // FLUSH CACHE (EXT), 48 bits
    w.put(84, 0x4000);
    w.put(85, 0x4000u | (p.write_cache ? 0x20 : 0) | (p.smart ? 1 : 0));
    w.put(86, 0x3400);
    w.put(87, 0x4000);
    w.put(93, 0x6001); // 80 wires, device 0 passed
    w.put_32(100, p.sectors & 0xffff'ffff);
    w.put_32(102, p.sectors >> 32);
}

void fill_cdrom_identify(std::span<std::byte> data, const DriveIdentity& identity,
                         std::uint8_t transfer_mode) {
    std::ranges::fill(data, std::byte{0});
    Words w{data};
    w.common(identity, transfer_mode);
    w.put(0, 0x85c0); // ATAPI, CD-ROM, removable, DRQ within 50 us, packets of 12 bytes
    w.put(48, 0x0001);
    w.put(49, 0x0b00); // IORDY, LBA, DMA
    w.put(53, 0x0006);
    w.put(80, 0x0070);
    w.put(82, 0x4210); // NOP, DEVICE RESET, PACKET
    w.put(83, 0x4000);
    w.put(84, 0x4000);
    w.put(85, 0x4210);
    w.put(87, 0x4000);
    w.put(93, 0x6001);
}

void fill_smart_page(std::span<std::byte> data) {
    std::ranges::fill(data, std::byte{0});
    data[0] = std::byte{0x10}; // structure revision
    unsigned sum = 0;
    for (const std::byte value : data.first(data.size() - 1))
        sum += static_cast<unsigned>(value);
    data.back() = static_cast<std::byte>(0u - sum);
}

} // namespace vestige::hw
