// What Sun's firmware keeps in the NVRAM: its variables, and who the machine is (the IDPROM).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "hw/net/ethernet.h"

namespace vestige::hw {

inline constexpr std::size_t idprom_size = 32;
// Where it lies in an 8 KB NVRAM: right before the clock.
inline constexpr std::size_t idprom_offset = 0x1fd8;

struct SunIdentity {
    std::uint8_t machine_type; // 80h: SPARCstation 5, 72h: SPARCstation 10 and 20, 57h: sun4u
    EthernetAddress ethernet;
    std::uint32_t serial; // 24 bits; with the machine type it is the host id
};

// The serial number that QEMU's machines have: the end of the Ethernet address.
constexpr std::uint32_t serial_of(const EthernetAddress& ethernet) {
    return static_cast<std::uint32_t>(ethernet[3] << 16 | ethernet[4] << 8 | ethernet[5]);
}

std::array<std::byte, idprom_size> make_idprom(const SunIdentity& identity);

// Fills an NVRAM of 8 KB but for its clock: OpenBIOS's partitions with its variables
// ("name=value"), and the IDPROM. Throws UserError if the variables do not fit.
void format_sun_nvram(std::span<std::byte> contents, std::span<const std::string> variables,
                      const SunIdentity& identity);

} // namespace vestige::hw
