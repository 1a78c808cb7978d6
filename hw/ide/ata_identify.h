// The 512 bytes with which a disk introduces itself.
#pragma once

#include <cstdint>
#include <span>

#include "hw/ide/ide_drive.h"

namespace vestige::hw {

inline constexpr std::uint32_t default_heads = 16;
inline constexpr std::uint32_t default_sectors_per_track = 63;

struct DiskParameters {
    const DriveIdentity& identity;
    std::uint64_t sectors;
    std::uint32_t current_heads;
    std::uint32_t current_sectors_per_track;
    std::uint32_t most_multiple;
    std::uint32_t multiple;
    std::uint8_t transfer_mode; // as SET FEATURES gave it
    bool write_cache;
    bool smart;
};

void fill_disk_identify(std::span<std::byte> data, const DiskParameters& parameters);
void fill_cdrom_identify(std::span<std::byte> data, const DriveIdentity& identity,
                         std::uint8_t transfer_mode);

// SMART data or thresholds without any attribute, with its checksum.
void fill_smart_page(std::span<std::byte> data);

// PIO, multiword DMA 0-2, Ultra DMA 0-5.
bool is_transfer_mode(std::uint8_t mode);

} // namespace vestige::hw
