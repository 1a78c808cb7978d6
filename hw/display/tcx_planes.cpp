#include "hw/display/tcx_planes.h"

#include <algorithm>
#include <cstring>

#include "common/endian.h"
#include "hw/display/sun_framebuffer.h"

namespace vestige::hw {

namespace {

constexpr std::uint32_t pixels = sun_framebuffer_pixels;
constexpr unsigned stipple_width = 32;

// In the control plane's first byte: not 0 when the pixel's colour is in the 24-bit view.
constexpr unsigned control_direct = 0x03;

// How many of `count` pixels from `first` on there are.
unsigned within(std::uint32_t first, unsigned count) {
    return first >= pixels ? 0 : std::min(count, pixels - first);
}

std::byte* word(const RamBlock& plane, std::uint32_t pixel) {
    return plane.data() + std::size_t{pixel} * 4;
}

} // namespace

TcxPlanes::TcxPlanes(const std::string& card, unsigned depth)
    : depth_(depth),
      memory8_(card + " 8-bit", pixels),
      memory24_(card + " 24-bit", std::uint64_t{pixels} * 4),
      control_(card + " control", std::uint64_t{pixels} * 4) {}

void TcxPlanes::set(Reach reach, std::uint32_t pixel, std::uint32_t color) {
    memory8_.data()[pixel] = static_cast<std::byte>(color);
    if (!deep()) return;
    store_sized(word(memory24_, pixel), 4, color, Endian::big);
    if (reach == Reach::control) store_sized(word(control_, pixel), 4, color, Endian::big);
}

void TcxPlanes::stipple(Reach reach, std::uint32_t first, std::uint32_t mask, std::uint32_t color) {
    const unsigned count = within(first, stipple_width);
    for (unsigned i = 0; i < count; ++i)
        if (mask >> (stipple_width - 1 - i) & 1) set(reach, first + i, color);
}

void TcxPlanes::fill(Reach reach, std::uint32_t first, unsigned count, std::uint32_t color) {
    count = within(first, count);
    for (unsigned i = 0; i < count; ++i)
        set(reach, first + i, color);
}

void TcxPlanes::copy(Reach reach, std::uint32_t to, std::uint32_t from, unsigned count) {
    count = std::min(within(to, count), within(from, count));
    std::memmove(memory8_.data() + to, memory8_.data() + from, count);
    if (!deep() || count == 0) return;
    std::memmove(word(memory24_, to), word(memory24_, from), std::size_t{count} * 4);
    if (reach == Reach::control)
        std::memmove(word(control_, to), word(control_, from), std::size_t{count} * 4);
}

void TcxPlanes::draw(std::uint32_t first, std::span<const std::uint32_t, 256> palette,
                     std::span<std::uint32_t> to) const {
    const unsigned count = within(first, static_cast<unsigned>(to.size()));
    for (unsigned i = 0; i < count; ++i) {
        const std::uint32_t pixel = first + i;
        if (deep() && (std::to_integer<unsigned>(*word(control_, pixel)) & control_direct)) {
            const std::byte* color = word(memory24_, pixel);
            to[i] = std::to_integer<std::uint32_t>(color[3]) << 16 |
                    std::to_integer<std::uint32_t>(color[2]) << 8 |
                    std::to_integer<std::uint32_t>(color[1]);
        } else {
            to[i] = palette[std::to_integer<unsigned>(memory8_.data()[pixel])];
        }
    }
    std::fill(to.begin() + count, to.end(), 0u);
}

void TcxPlanes::clear() {
    memory8_.clear();
    memory24_.clear();
    control_.clear();
}

void TcxPlanes::visit(StateVisitor& state) {
    memory8_.visit(state);
    memory24_.visit(state);
    control_.visit(state);
}

} // namespace vestige::hw
