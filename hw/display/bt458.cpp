#include "hw/display/bt458.h"

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr unsigned first_control = 4;
enum Control : unsigned { read_mask }; // counted from first_control

constexpr std::array<std::uint8_t, 3> white{0xff, 0xff, 0xff};

} // namespace

void Bt458::write_address(std::uint8_t value) {
    address_ = value;
    component_ = 0;
}

void Bt458::step() {
    if (++component_ < latch_.size()) return;
    component_ = 0;
    ++address_;
}

void Bt458::write_component(Color& color, std::uint8_t value) {
    latch_[component_] = value;
    if (component_ == latch_.size() - 1) color = latch_;
    step();
}

std::uint8_t Bt458::read_component(const Color& color) {
    const std::uint8_t value = color[component_];
    step();
    return value;
}

void Bt458::write_color(std::uint8_t value) { write_component(colors_[address_], value); }
std::uint8_t Bt458::read_color() { return read_component(colors_[address_]); }

void Bt458::write_overlay(std::uint8_t value) {
    write_component(overlays_[address_ % overlays], value);
}
std::uint8_t Bt458::read_overlay() { return read_component(overlays_[address_ % overlays]); }

void Bt458::write_control(std::uint8_t value) {
    const unsigned index = address_ - first_control;
    if (index < control_registers) control_[index] = value;
}

std::uint8_t Bt458::read_control() const {
    const unsigned index = address_ - first_control;
    return index < control_registers ? control_[index] : 0;
}

std::uint32_t Bt458::pack(const Color& color) {
    return static_cast<std::uint32_t>(color[0]) << 16 | static_cast<std::uint32_t>(color[1]) << 8 |
           color[2];
}

std::array<std::uint32_t, Bt458::colors> Bt458::shown_colors() const {
    std::array<std::uint32_t, colors> shown;
    for (unsigned i = 0; i < colors; ++i)
        shown[i] = pack(colors_[i & control_[read_mask]]);
    return shown;
}

// The chip wakes with anything in it. White where QEMU 7.2 has it, so that text shows on a machine
// whose firmware trusts that.
void Bt458::reset() {
    address_ = component_ = 0;
    latch_ = {};
    colors_ = {};
    colors_.back() = white;
    overlays_ = {white, {}, white, {}};
    control_ = {};
    control_[read_mask] = 0xff;
}

void Bt458::visit(StateVisitor& state) {
    state.field("address", address_);
    state.field("component", component_);
    state.field("latch", latch_);
    state.field("colors", colors_);
    state.field("overlays", overlays_);
    state.field("control", control_);
    if (state.loading()) component_ = static_cast<std::uint8_t>(component_ % latch_.size());
}

} // namespace vestige::hw
