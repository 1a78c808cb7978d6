// The numbers of the snapshot file that its writer and its reader share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace vestige::snapshot_format {

inline constexpr std::array<std::uint8_t, 8> magic = {'V', 'E', 'S', 'T', 'I', 'G', 'E', 0x1a};
// Counts changes of the layout, not of what devices store (that is each section's version).
inline constexpr std::uint32_t version = 1;

inline constexpr std::size_t header_size = 64;
// Offsets in the header.
inline constexpr std::size_t at_version = 8;
inline constexpr std::size_t at_directory = 16;
inline constexpr std::size_t at_directory_length = 24;
inline constexpr std::size_t at_file_length = 32;
inline constexpr std::size_t at_directory_checksum = 40;
inline constexpr std::size_t at_header_checksum = 56; // of all before it

// Records in an unpacked section: kind (1 byte), name length (1), name, number (8).
inline constexpr std::uint8_t record_field = 'F'; // number: bytes that follow
inline constexpr std::uint8_t record_begin = 'B'; // number: version
inline constexpr std::uint8_t record_end = 'E';   // no name, number 0

inline constexpr std::size_t max_name = 255;

// zstd packs 128 KiB into no less than 4 bytes: a section that promises more than this is a lie.
inline constexpr std::uint64_t max_ratio = 32768;
// No more history than the compression level in use looks back at (log2 of bytes).
inline constexpr int window_log = 21;
inline constexpr int compression_level = 1;
// Lists of devices are short; memory is stored with its size known to the machine.
inline constexpr std::uint64_t max_list_bytes = 64 << 20;

// FNV-1a: every changed byte changes it.
inline constexpr std::uint64_t checksum_start = 0xcbf29ce484222325;
inline std::uint64_t checksum(std::span<const std::byte> data,
                              std::uint64_t before = checksum_start) {
    for (const std::byte byte : data)
        before = (before ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3;
    return before;
}

} // namespace vestige::snapshot_format
