// Source: Sun, "SPARC Keyboard Specification", version 1 (1990).
#include "hw/input/sun_keyboard.h"

#include <algorithm>
#include <utility>

#include "hw/input/sun_key_table.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum Command : std::uint8_t {
    command_reset = 0x01,
    command_bell_on = 0x02,
    command_bell_off = 0x03,
    command_click_on = 0x0a,
    command_click_off = 0x0b,
    command_leds = 0x0e,
    command_layout = 0x0f,
};

enum Code : std::uint8_t {
    code_released = 0x80,
    code_idle = 0x7f, // no key is held any more
    code_reset = 0xff,
    code_layout = 0xfe,
};

constexpr std::uint8_t type_4_or_5 = 0x04;
constexpr std::uint8_t layout_us_type_5 = 0x21;

constexpr std::size_t queue_limit = 128; // beyond that a keyboard beeps; ours forgets

} // namespace

SunKeyboard::SunKeyboard(std::string name, Log& log) : SerialInput(std::move(name)), log_(log) {}

bool SunKeyboard::all_up() const {
    return std::ranges::none_of(down_, [](std::uint8_t held) { return held != 0; });
}

void SunKeyboard::key(const KeyEvent& event) {
    const auto code = find_key_code(sun_key_table, event.key);
    if (!code) return;
    const bool press = event.action == KeyEvent::Action::press;
    // The host's auto-repeat, or a release of what went down before the window had focus.
    if (press == (down_[*code] != 0)) return;
    if (press && waiting() >= queue_limit) return; // but what went down comes up
    down_[*code] = press;
    if (press)
        send({*code});
    else if (all_up())
        send({static_cast<std::uint8_t>(*code | code_released), code_idle});
    else
        send({static_cast<std::uint8_t>(*code | code_released)});
}

void SunKeyboard::write(std::span<const std::byte> data) {
    for (const std::byte byte : data) {
        const auto value = std::to_integer<std::uint8_t>(byte);
        if (std::exchange(leds_next_, false))
            leds_ = value & (led_num | led_compose | led_scroll | led_caps);
        else
            command(value);
    }
}

void SunKeyboard::command(std::uint8_t value) {
    log_.write(LogItem::device, "{}: command {:02x}", name(), value);
    switch (value) {
    case command_reset: answer_reset(); break;
    case command_leds: leds_next_ = true; break;
    case command_layout:
        forget();
        send({code_layout, layout_us_type_5});
        break;
    case command_bell_on:
    case command_bell_off:
    case command_click_on:
    case command_click_off: break; // there is nothing to be heard
    default: log_.write(LogItem::guest_error, "{}: unknown command {:02x}", name(), value);
    }
}

// The result of the self-test, and what is held: one key, or none.
void SunKeyboard::answer_reset() {
    forget();
    leds_ = 0;
    std::uint8_t first = code_idle;
    if (const auto held = std::ranges::find(down_, 1); held != down_.end())
        first = static_cast<std::uint8_t>(held - down_.begin());
    send({code_reset, type_4_or_5, first});
}

void SunKeyboard::reset() {
    forget();
    down_.fill(0);
    leds_ = 0;
    leds_next_ = false;
}

void SunKeyboard::visit(StateVisitor& state) {
    visit_queue(state);
    state.field("down", down_);
    state.field("leds", leds_);
    state.field("leds_next", leds_next_);
}

} // namespace vestige::hw
