// What Sun's SBus framebuffers have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "machine/core/ram.h"

namespace vestige::hw {

// What the screen is, as the machine's options say it. Sun's monitors of the time showed
// 1024 x 768 or 1152 x 900.
struct SunScreen {
    unsigned width = 1024, height = 768; // pixels
    unsigned depth = 8;                  // bits a pixel; 24 on TCX alone
};

// Pixels that the cards have memory for: a byte each where the depth is 8.
inline constexpr std::uint64_t sun_framebuffer_pixels = 1u << 20;

// Throws UserError unless `card` can show the screen: `width` x `height` fit its memory, and the
// depth is 8 (or, up to `deepest`, 24).
void check_screen(const std::string& card, const SunScreen& screen, unsigned deepest);

// The ROM at the start of a card: its identification and FCode, which the firmware runs.
class FcodeRom {
  public:
    static constexpr std::uint64_t size = 64 * 1024;

    // `fcode` empty: firmware finds no driver. Throws UserError when it is larger than the ROM.
    FcodeRom(const std::string& card, std::span<const std::byte> fcode);

    RamBlock& memory() { return memory_; }

  private:
    RamBlock memory_;
};

} // namespace vestige::hw
