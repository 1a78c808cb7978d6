// From video memory to a picture.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "common/endian.h"
#include "hw/display/picture.h"

namespace vestige::hw {

// How a card reads its memory, as its registers are now.
struct Scanout {
    unsigned width = 0, height = 0; // pixels; 0: the screen is off
    unsigned depth = 8;             // bits a pixel: 8 (through the palette), 15, 16, 24 or 32
    Endian order = Endian::little;  // of pixels of more than a byte
    std::uint64_t start = 0;        // bytes from the start of memory to the first pixel
    std::uint32_t stride = 0;       // bytes from one row to the next
    bool blank = false;             // black, whatever memory holds
    std::array<std::uint32_t, 256> palette{}; // 0x00RRGGBB
};

unsigned bytes_per_pixel(unsigned depth);

// Rows that lie outside `memory` are black: a guest may program anything.
void draw_scanout(const Scanout& scanout, std::span<const std::byte> memory, Picture& picture);

} // namespace vestige::hw
