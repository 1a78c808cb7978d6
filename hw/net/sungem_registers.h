// Register offsets and fields of Sun's GEM.
//
// Source: Sun Microsystems, GEM Gigabit Ethernet ASIC Specification; Linux's sungem.h for what
// Apple's copies have.
#pragma once

#include <cstdint>

namespace vestige::hw::gem {

enum Register : std::uint32_t {
    global_config = 0x0004,
    global_status = 0x000c, // reading clears bits 0 to 6
    global_mask = 0x0010,
    global_acknowledge = 0x0014,
    global_status_alias = 0x001c,
    software_reset = 0x1010,

    tx_kick = 0x2000,
    tx_config = 0x2004,
    tx_base_low = 0x2008,
    tx_base_high = 0x200c,
    tx_done = 0x2100,
    tx_fifo_size = 0x2118,

    rx_config = 0x4000,
    rx_base_low = 0x4004,
    rx_base_high = 0x4008,
    rx_kick = 0x4100,
    rx_done = 0x4104,
    rx_fifo_size = 0x4120,

    mac_tx_reset = 0x6000,
    mac_rx_reset = 0x6004,
    mac_tx_config = 0x6030,
    mac_rx_config = 0x6034,
    mac_max_frame = 0x6054,
    mac_address = 0x6080, // three registers, the last two bytes first
    mac_hash = 0x60c0,    // sixteen registers of sixteen bits

    mif_frame = 0x620c,
    mif_config = 0x6210,
};

inline constexpr std::uint32_t status_tx_interrupt = 1 << 0; // a frame that asked for it has left
inline constexpr std::uint32_t status_tx_all = 1 << 1;
inline constexpr std::uint32_t status_tx_done = 1 << 2;
inline constexpr std::uint32_t status_rx_done = 1 << 4;
inline constexpr std::uint32_t status_rx_no_buffer = 1 << 5;
inline constexpr std::uint32_t status_clearing = 0x7f;
inline constexpr unsigned status_tx_index_shift = 19; // tx_done is mirrored from here up

inline constexpr std::uint32_t reset_tx = 1, reset_rx = 2;
inline constexpr std::uint32_t dma_enable = 1;
inline constexpr std::uint32_t mac_enable = 1;

// Entries of a descriptor ring: 32 << field.
inline constexpr unsigned ring_size_shift = 1;
inline constexpr std::uint32_t ring_size_mask = 15;
inline constexpr unsigned largest_ring_size = 8;

inline constexpr unsigned rx_first_byte_shift = 10; // offset of the frame in its buffer
inline constexpr unsigned rx_checksum_shift = 13;   // bytes before the checksummed part
inline constexpr std::uint32_t rx_checksum_mask = 0x7f;

inline constexpr std::uint32_t mac_rx_strip_fcs = 1 << 2;
inline constexpr std::uint32_t mac_rx_promiscuous = 1 << 3;
inline constexpr std::uint32_t mac_rx_promiscuous_group = 1 << 4;
inline constexpr std::uint32_t mac_rx_hash = 1 << 5;
inline constexpr std::uint32_t max_frame_mask = 0x7fff;

// Descriptors: a control word and a buffer address, 64 bits each, little-endian.
inline constexpr unsigned descriptor_size = 16;
inline constexpr std::uint64_t tx_size = 0x7fff;
inline constexpr unsigned tx_checksum_start_shift = 15;
inline constexpr unsigned tx_checksum_place_shift = 21;
inline constexpr std::uint64_t tx_checksum = 1ull << 29;
inline constexpr std::uint64_t tx_end_of_frame = 1ull << 30;
inline constexpr std::uint64_t tx_start_of_frame = 1ull << 31;
inline constexpr std::uint64_t tx_wants_interrupt = 1ull << 32;
inline constexpr unsigned rx_size_shift = 16;
inline constexpr std::uint64_t rx_size_mask = 0x7fff;
inline constexpr std::uint64_t rx_owned_by_card = 1ull << 31;

// The management frame register: start, operation, PHY, register, turnaround, data.
inline constexpr unsigned mif_operation_shift = 28;
inline constexpr unsigned mif_write = 1, mif_read = 2;
inline constexpr unsigned mif_phy_shift = 23;
inline constexpr unsigned mif_register_shift = 18;
inline constexpr std::uint32_t mif_done = 1 << 16;

} // namespace vestige::hw::gem
