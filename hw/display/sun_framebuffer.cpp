#include "hw/display/sun_framebuffer.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/error.h"

namespace vestige::hw {

void check_screen(const std::string& card, const SunScreen& screen, unsigned deepest) {
    const bool deep = screen.depth == 8 || (screen.depth == 24 && deepest == 24);
    const bool fits = screen.width >= 8 && screen.height >= 1 && screen.width <= 2048 &&
                      std::uint64_t{screen.width} * screen.height <= sun_framebuffer_pixels;
    if (deep && fits) return;
    throw UserError(fmt::format("{} cannot show {}x{}x{} (1024x768 and 1152x900 are usual, of {})",
                                card, screen.width, screen.height, screen.depth,
                                deepest == 24 ? "8 or 24 bits" : "8 bits"));
}

FcodeRom::FcodeRom(const std::string& card, std::span<const std::byte> fcode)
    : memory_(card + " prom", size) {
    if (fcode.size() > size)
        throw UserError(fmt::format("the FCode file for {} has {} bytes, its ROM {}: is it another "
                                    "file?",
                                    card, fcode.size(), size));
    std::copy(fcode.begin(), fcode.end(), memory_.data());
}

} // namespace vestige::hw
