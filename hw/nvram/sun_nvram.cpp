// Sources: "The Sun NVRAM/hostid FAQ" (the IDPROM's layout); Linux arch/sparc/kernel/idprom.c,
// which checks format and sum; QEMU 7.2's machines for where the partitions end.
#include "hw/nvram/sun_nvram.h"

#include <algorithm>

#include "common/assertion.h"
#include "hw/nvram/chrp_nvram.h"

namespace vestige::hw {

namespace {

enum IdpromOffset : std::size_t {
    idprom_format = 0,
    idprom_machine = 1,
    idprom_ethernet = 2,
    // 8: the date of manufacture, unknown
    idprom_serial = 12,
    idprom_sum = 15, // the bytes up to here, exclusive or
};
constexpr std::uint8_t format_1 = 1;

constexpr std::size_t partitions_end = 0x1fd0;
// OpenBIOS cannot grow a partition: its variables get this much from the start.
constexpr std::size_t system_size = 0x1000;

} // namespace

std::array<std::byte, idprom_size> make_idprom(const SunIdentity& identity) {
    std::array<std::byte, idprom_size> idprom{};
    idprom[idprom_format] = std::byte{format_1};
    idprom[idprom_machine] = std::byte{identity.machine_type};
    std::ranges::transform(identity.ethernet, idprom.begin() + idprom_ethernet,
                           [](std::uint8_t value) { return std::byte{value}; });
    for (unsigned i = 0; i < 3; ++i)
        idprom[idprom_serial + i] = static_cast<std::byte>(identity.serial >> (16 - 8 * i));
    for (std::size_t i = 0; i < idprom_sum; ++i)
        idprom[idprom_sum] ^= idprom[i];
    return idprom;
}

void format_sun_nvram(std::span<std::byte> contents, std::span<const std::string> variables,
                      const SunIdentity& identity) {
    VESTIGE_ASSERT(contents.size() >= idprom_offset + idprom_size);
    std::ranges::fill(contents, std::byte{0});
    chrp::format(contents.first(partitions_end), variables, system_size);
    std::ranges::copy(make_idprom(identity), contents.begin() + idprom_offset);
}

} // namespace vestige::hw
