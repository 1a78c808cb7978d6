#include "hw/display/scanout.h"

#include <algorithm>

namespace vestige::hw {

namespace {

// `bits` of a colour from bit `low`, stretched so that all ones stay all ones.
std::uint32_t stretch(std::uint32_t value, unsigned low, unsigned bits) {
    const std::uint32_t part = value >> low & ((1u << bits) - 1);
    return part << (8 - bits) | part >> (2 * bits - 8);
}

std::uint32_t from_rgb(std::uint32_t value, unsigned green_bits) {
    return stretch(value, 5 + green_bits, 5) << 16 | stretch(value, 5, green_bits) << 8 |
           stretch(value, 0, 5);
}

template <unsigned size, typename Convert>
void draw_row(const std::byte* from, std::span<std::uint32_t> to, Endian order, Convert convert) {
    for (std::uint32_t& pixel : to) {
        pixel = convert(static_cast<std::uint32_t>(load_sized(from, size, order)));
        from += size;
    }
}

} // namespace

unsigned bytes_per_pixel(unsigned depth) { return (depth + 7) / 8; }

void draw_scanout(const Scanout& scanout, std::span<const std::byte> memory, Picture& picture) {
    picture.width = scanout.width;
    picture.height = scanout.height;
    picture.pixels.assign(std::size_t{scanout.width} * scanout.height, 0);
    if (scanout.blank) return;
    const std::uint64_t row_bytes = std::uint64_t{scanout.width} * bytes_per_pixel(scanout.depth);
    for (unsigned y = 0; y < scanout.height; ++y) {
        const std::uint64_t at = scanout.start + std::uint64_t{y} * scanout.stride;
        if (at > memory.size() || row_bytes > memory.size() - at) return;
        const std::byte* from = memory.data() + at;
        const auto to =
            std::span(picture.pixels).subspan(std::size_t{y} * scanout.width, scanout.width);
        switch (scanout.depth) {
        case 8:
            draw_row<1>(from, to, scanout.order,
                        [&](std::uint32_t value) { return scanout.palette[value]; });
            break;
        case 15:
            draw_row<2>(from, to, scanout.order,
                        [](std::uint32_t value) { return from_rgb(value, 5); });
            break;
        case 16:
            draw_row<2>(from, to, scanout.order,
                        [](std::uint32_t value) { return from_rgb(value, 6); });
            break;
        case 24:
            for (std::uint32_t& pixel : to) {
                const auto byte = [&](unsigned i) { return static_cast<std::uint32_t>(from[i]); };
                pixel = scanout.order == Endian::little ? byte(2) << 16 | byte(1) << 8 | byte(0)
                                                        : byte(0) << 16 | byte(1) << 8 | byte(2);
                from += 3;
            }
            break;
        case 32:
            draw_row<4>(from, to, scanout.order,
                        [](std::uint32_t value) { return value & 0xffffff; });
            break;
        default: return;
        }
    }
}

} // namespace vestige::hw
