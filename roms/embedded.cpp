#include "roms/embedded.h"

// Defined in embedded_image.S, a pair for each image.
extern "C" {
extern const std::byte vestige_rom_powermac_start[];
extern const std::byte vestige_rom_powermac_end[];
extern const std::byte vestige_rom_ss5_start[];
extern const std::byte vestige_rom_ss5_end[];
extern const std::byte vestige_rom_leon3_start[];
extern const std::byte vestige_rom_leon3_end[];
}

namespace vestige {

std::span<const std::byte> embedded_rom_powermac() {
    return {vestige_rom_powermac_start, vestige_rom_powermac_end};
}

std::span<const std::byte> embedded_rom_ss5() {
    return {vestige_rom_ss5_start, vestige_rom_ss5_end};
}

std::span<const std::byte> embedded_rom_leon3() {
    return {vestige_rom_leon3_start, vestige_rom_leon3_end};
}

} // namespace vestige
