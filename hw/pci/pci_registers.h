// PCI configuration space, header type 0 (PCI Local Bus Specification 2.3, chapter 6).
#pragma once

#include <cstddef>
#include <cstdint>

namespace vestige::hw::pci {

inline constexpr std::size_t config_size = 256;

// Offsets.
inline constexpr unsigned vendor_id = 0x00;
inline constexpr unsigned device_id = 0x02;
inline constexpr unsigned command = 0x04;
inline constexpr unsigned status = 0x06;
inline constexpr unsigned revision = 0x08;
inline constexpr unsigned class_code = 0x09; // three bytes
inline constexpr unsigned cache_line_size = 0x0c;
inline constexpr unsigned latency_timer = 0x0d;
inline constexpr unsigned header_type = 0x0e;
inline constexpr unsigned base_address = 0x10; // six of them
inline constexpr unsigned subsystem_vendor_id = 0x2c;
inline constexpr unsigned subsystem_id = 0x2e;
inline constexpr unsigned rom_address = 0x30;
inline constexpr unsigned capabilities = 0x34;
inline constexpr unsigned interrupt_line = 0x3c;
inline constexpr unsigned interrupt_pin = 0x3d;

// Command bits.
inline constexpr std::uint16_t command_io = 1 << 0;
inline constexpr std::uint16_t command_memory = 1 << 1;
inline constexpr std::uint16_t command_master = 1 << 2;
inline constexpr std::uint16_t command_parity = 1 << 6;
inline constexpr std::uint16_t command_serr = 1 << 8;
inline constexpr std::uint16_t command_interrupt_disable = 1 << 10;

// Status bits.
inline constexpr std::uint16_t status_interrupt = 1 << 3;
inline constexpr std::uint16_t status_fast_back_to_back = 1 << 7;
inline constexpr std::uint16_t status_medium_timing = 1 << 9;
inline constexpr std::uint16_t status_errors = 0xf900; // cleared by writing ones

// Base address bits.
inline constexpr std::uint32_t bar_io = 1;
inline constexpr std::uint32_t bar_prefetchable = 1 << 3;
inline constexpr std::uint32_t rom_enable = 1;

inline constexpr std::uint8_t multifunction = 0x80; // of the header type

} // namespace vestige::hw::pci
