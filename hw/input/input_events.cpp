#include "hw/input/input_events.h"

#include <array>

#include "common/assertion.h"
#include "common/endian.h"

namespace vestige::hw {

namespace {

// The form of an event in a recording: a tag, then little-endian fields.
enum class Tag : std::uint8_t { key = 1, mouse = 2 };
constexpr std::size_t key_size = 4;
constexpr std::size_t mouse_size = 14;

} // namespace

InputHub::InputHub(InputGate& gate)
    : gate_(gate),
      channel_(
          gate.add_channel("input", [this](std::span<const std::byte> data) { deliver(data); })) {}

void InputHub::post(const KeyEvent& event) {
    std::array<std::byte, key_size> data{};
    data[0] = static_cast<std::byte>(Tag::key);
    data[1] = static_cast<std::byte>(event.action);
    store_le<std::uint16_t>(&data[2], event.key);
    gate_.post(channel_, data);
}

void InputHub::post(const MouseEvent& event) {
    std::array<std::byte, mouse_size> data{};
    data[0] = static_cast<std::byte>(Tag::mouse);
    data[1] = static_cast<std::byte>(event.buttons);
    store_le<std::int32_t>(&data[2], event.dx);
    store_le<std::int32_t>(&data[6], event.dy);
    store_le<std::int32_t>(&data[10], event.wheel);
    gate_.post(channel_, data);
}

void InputHub::deliver(std::span<const std::byte> data) {
    if (data.size() == key_size && data[0] == static_cast<std::byte>(Tag::key)) {
        const auto action =
            data[1] == std::byte{0} ? KeyEvent::Action::release : KeyEvent::Action::press;
        if (keyboard_) keyboard_->key({.key = load_le<std::uint16_t>(&data[2]), .action = action});
        return;
    }
    VESTIGE_ASSERT(data.size() == mouse_size && data[0] == static_cast<std::byte>(Tag::mouse));
    if (mouse_)
        mouse_->mouse({.dx = load_le<std::int32_t>(&data[2]),
                       .dy = load_le<std::int32_t>(&data[6]),
                       .wheel = load_le<std::int32_t>(&data[10]),
                       .buttons = static_cast<std::uint8_t>(data[1])});
}

} // namespace vestige::hw
