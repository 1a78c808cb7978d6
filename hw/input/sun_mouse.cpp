// Source: Mouse Systems, "Optical Mouse Technical Reference, Models M2 and M3" (1985), five-byte
// format.
#include "hw/input/sun_mouse.h"

namespace vestige::hw {

namespace {

// The first byte; a clear bit is a button that is held.
enum First : unsigned {
    first_mark = 0x80,
    first_left = 0x04,
    first_middle = 0x02,
    first_right = 0x01,
};

constexpr std::int32_t most_motion = 127; // of a signed byte, symmetric

} // namespace

void SunMouse::mouse(const MouseEvent& event) {
    motion_.add(event);
    buttons_ = event.buttons & (MouseEvent::left | MouseEvent::right | MouseEvent::middle);
    if (waiting() == 0) report();
}

// One report at a time: what moves meanwhile goes into the next. The motion while a report is being
// sent comes last in it, as a second pair; ours has what did not fit into the first.
void SunMouse::report() {
    if (!motion_.any() && buttons_ == reported_buttons_) return;
    reported_buttons_ = buttons_;
    unsigned first = first_mark | first_left | first_middle | first_right;
    if (buttons_ & MouseEvent::left) first &= ~first_left;
    if (buttons_ & MouseEvent::middle) first &= ~first_middle;
    if (buttons_ & MouseEvent::right) first &= ~first_right;
    const auto right = [&] {
        return static_cast<std::uint8_t>(MouseMotion::take(motion_.dx, most_motion));
    };
    const auto up = [&] {
        return static_cast<std::uint8_t>(-MouseMotion::take(motion_.dy, most_motion));
    };
    send({static_cast<std::uint8_t>(first), right(), up(), right(), up()});
}

void SunMouse::reset() {
    forget();
    motion_ = {};
    buttons_ = reported_buttons_ = 0;
}

void SunMouse::visit(StateVisitor& state) {
    visit_queue(state);
    motion_.visit(state);
    state.field("buttons", buttons_);
    state.field("reported_buttons", reported_buttons_);
}

} // namespace vestige::hw
