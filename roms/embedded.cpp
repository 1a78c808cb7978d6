#include "roms/embedded.h"

// Defined in embedded_image.S.
extern "C" {
extern const std::byte vestige_rom_powermac_start[];
extern const std::byte vestige_rom_powermac_end[];
}

namespace vestige {

std::span<const std::byte> embedded_rom_powermac() {
    return {vestige_rom_powermac_start, vestige_rom_powermac_end};
}

} // namespace vestige
