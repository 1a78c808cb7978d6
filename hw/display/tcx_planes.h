// TCX's frame memory, and what its stippler and blitter do with it.
//
// Sources: NetBSD sys/dev/sbus/tcx.c (the views of memory, the commands), OpenBSD's tcx.c; QEMU 7.2
// for what the emulated card does where the real one is not known.
//
// What is simplified, on purpose: on an S24 the three views show one memory of 26 bits a pixel.
// Here each has memory of its own, so that all are plain RAM: a pixel written in one view is not
// seen in another. The stippler's raster operation is ignored, as the S24 does.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "machine/core/ram.h"

namespace vestige {
class StateVisitor;
}

namespace vestige::hw {

class TcxPlanes {
  public:
    // Which pixels and which control bits an operation changes.
    enum class Reach : std::uint8_t {
        pixels,  // the 8-bit and, on a deep card, the 24-bit view
        control, // the control plane as well ("raw")
    };

    // `depth`: 8 or 24. An 8-bit card has the other views too, but never shows them.
    TcxPlanes(const std::string& card, unsigned depth);

    RamBlock& memory8() { return memory8_; }
    RamBlock& memory24() { return memory24_; } // 4 bytes a pixel: 0, blue, green, red
    RamBlock& control() { return control_; }   // 4 bytes a pixel: the first tells how it is shown

    // `first` is a pixel number; pixels beyond memory are left out.
    // Sets the pixels whose bits are ones, the first in bit 31.
    void stipple(Reach reach, std::uint32_t first, std::uint32_t mask, std::uint32_t color);
    void fill(Reach reach, std::uint32_t first, unsigned count, std::uint32_t color);
    void copy(Reach reach, std::uint32_t to, std::uint32_t from, unsigned count);

    // Colours (0x00RRGGBB) of the pixels from `first` on. Pixels beyond memory are black.
    void draw(std::uint32_t first, std::span<const std::uint32_t, 256> palette,
              std::span<std::uint32_t> to) const;

    void clear();
    void visit(StateVisitor& state);

  private:
    bool deep() const { return depth_ == 24; }
    void set(Reach reach, std::uint32_t pixel, std::uint32_t color);

    const unsigned depth_;
    RamBlock memory8_, memory24_, control_;
};

} // namespace vestige::hw
