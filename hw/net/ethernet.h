// What every Ethernet card needs to know of frames.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace vestige::hw {

using EthernetAddress = std::array<std::uint8_t, 6>;

inline constexpr unsigned ethernet_header_size = 14;
inline constexpr unsigned ethernet_shortest = 60; // without its checksum
inline constexpr unsigned ethernet_longest = 1514;

// IEEE 802.3's polynomial, bits of each byte from the least significant one, nothing inverted at
// the end. Hash filters of the DP8390 kind use the upper bits of this.
inline std::uint32_t ethernet_crc_big(std::span<const std::byte> data) {
    std::uint32_t crc = 0xffffffff;
    for (const std::byte value : data)
        for (unsigned i = 0; i < 8; ++i) {
            const std::uint32_t top = (crc >> 31) ^ (static_cast<unsigned>(value) >> i & 1);
            crc = crc << 1 ^ (top ? 0x04c11db7u : 0);
        }
    return crc;
}

// The same, mirrored: filters of the LANCE and GEM kind use the upper bits of this.
inline std::uint32_t ethernet_crc_little(std::span<const std::byte> data) {
    std::uint32_t crc = 0xffffffff;
    for (const std::byte value : data) {
        crc ^= static_cast<std::uint32_t>(value);
        for (unsigned i = 0; i < 8; ++i)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return crc;
}

inline bool is_group(std::span<const std::byte> address) {
    return (address[0] & std::byte{1}) != std::byte{0};
}

inline bool is_broadcast(std::span<const std::byte> address) {
    return std::all_of(address.begin(), address.begin() + 6,
                       [](std::byte value) { return value == std::byte{0xff}; });
}

} // namespace vestige::hw
