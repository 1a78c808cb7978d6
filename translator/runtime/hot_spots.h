// Where a guest spends its time, by sampling: the loop says every now and then where it is.
//
// Counting costs generated code nothing this way, and what a guest computes does not depend on it.
#pragma once

#include <array>
#include <cstdint>

namespace vestige::runtime {

class HotSpots {
  public:
    // The guest was seen at pc in a mode. True if that has happened so often, counting from the
    // last time that it was.
    bool seen(std::uint64_t pc, std::uint32_t mode, std::uint32_t often) {
        Spot& spot = spots_[(pc >> 2 ^ pc >> 12 ^ mode * 0x9e37u) % spots_.size()];
        if (spot.pc != pc || spot.mode != mode) {
            // Another one's place: it has to be seen less often than this one.
            if (spot.count > 0 && --spot.count > 0) return false;
            spot = {pc, mode, 1};
            return false;
        }
        if (++spot.count < often) return false;
        spot.count = 0;
        return true;
    }

  private:
    struct Spot {
        std::uint64_t pc = ~std::uint64_t{0};
        std::uint32_t mode = 0;
        std::uint32_t count = 0;
    };
    std::array<Spot, 2048> spots_;
};

} // namespace vestige::runtime
