// Motion that a mouse has not reported yet.
#pragma once

#include <algorithm>
#include <cstdint>

#include "hw/input/input_events.h"
#include "machine/core/state.h"

namespace vestige::hw {

struct MouseMotion {
    // However long nobody asks, the sums stay in range.
    static constexpr std::int32_t most_kept = 1 << 20;

    std::int32_t dx = 0; // to the right
    std::int32_t dy = 0; // downwards

    bool any() const { return dx != 0 || dy != 0; }
    void add(const MouseEvent& event) {
        dx = sum(dx, event.dx);
        dy = sum(dy, event.dy);
    }
    // What a report takes of a sum, within -most to most; the rest is left.
    static std::int32_t take(std::int32_t& from, std::int32_t most) {
        const std::int32_t part = std::clamp(from, -most, most);
        from -= part;
        return part;
    }
    void visit(StateVisitor& state) {
        state.field("dx", dx);
        state.field("dy", dy);
    }

  private:
    static std::int32_t sum(std::int32_t kept, std::int32_t more) {
        const std::int64_t wide = std::int64_t{kept} + more;
        return static_cast<std::int32_t>(std::clamp<std::int64_t>(wide, -most_kept, most_kept));
    }
};

} // namespace vestige::hw
