// Vestige's own boot ROMs, as part of the program.
#pragma once

#include <cstddef>
#include <span>

namespace vestige {

// The ROM for the Power Macintosh boards: 1 MB, to appear at FFF00000-FFFFFFFF, with the reset
// vector at FFF00100. Valid as long as the program runs.
std::span<const std::byte> embedded_rom_powermac();

} // namespace vestige
