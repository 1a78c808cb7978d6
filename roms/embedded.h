// Vestige's own boot ROMs, as part of the program. Valid as long as the program runs.
#pragma once

#include <cstddef>
#include <span>

namespace vestige {

// The ROM for the Power Macintosh boards: 1 MB, to appear at FFF00000-FFFFFFFF, with the reset
// vector at FFF00100.
std::span<const std::byte> embedded_rom_powermac();

// The ROM for the SPARCstation 5: at most 512 KB, to appear at 70000000. It begins with the trap
// table, so that reset's entry is its first word.
std::span<const std::byte> embedded_rom_ss5();

// The ROM for LEON3 systems: the same, to appear at 0.
std::span<const std::byte> embedded_rom_leon3();

} // namespace vestige
