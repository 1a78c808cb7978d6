// What a screen shows, as the window and the screenshot want it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vestige::hw {

// Rows from the top, pixels from the left, 0x00RRGGBB each. No width: nothing is shown.
struct Picture {
    unsigned width = 0, height = 0;
    std::vector<std::uint32_t> pixels;
};

// A video card, as those see it who look at its screen.
class DisplaySource {
  public:
    virtual ~DisplaySource() = default;

    // Draws what is on the screen now, into the vector that `picture` has. From any thread: video
    // memory is read as it is, so a picture may be half old and half new.
    virtual void draw(Picture& picture) const = 0;
};

} // namespace vestige::hw
