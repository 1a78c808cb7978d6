// What a person does to the machine, in terms of no particular keyboard or bus.
#pragma once

#include <cstdint>

#include <linux/input-event-codes.h> // KEY_*: the neutral names of keys

#include "machine/core/input_gate.h"

namespace vestige::hw {

struct KeyEvent {
    enum class Action : std::uint8_t { release, press };
    std::uint16_t key; // KEY_*, by position on a US keyboard
    Action action;
};

// Relative motion, in the host's pixels, and the buttons as they are now.
struct MouseEvent {
    static constexpr std::uint8_t left = 1;
    static constexpr std::uint8_t right = 2;
    static constexpr std::uint8_t middle = 4;

    std::int32_t dx;    // to the right
    std::int32_t dy;    // downwards
    std::int32_t wheel; // clicks away from the user
    std::uint8_t buttons;
};

class KeyboardSink {
  public:
    virtual ~KeyboardSink() = default;
    virtual void key(const KeyEvent& event) = 0;
};

class MouseSink {
  public:
    virtual ~MouseSink() = default;
    virtual void mouse(const MouseEvent& event) = 0;
};

// Carries keys and mouse motion from any thread through the input gate to the keyboard and the
// mouse of the machine. Of several keyboards or mice the one connected last hears the events, as
// the one that a user plugged in on purpose.
class InputHub {
  public:
    explicit InputHub(InputGate& gate);

    // Wiring. The sinks outlive the hub's last delivery.
    void connect(KeyboardSink& keyboard) { keyboard_ = &keyboard; }
    void connect(MouseSink& mouse) { mouse_ = &mouse; }

    // From any thread.
    void post(const KeyEvent& event);
    void post(const MouseEvent& event);

  private:
    void deliver(std::span<const std::byte> data);

    InputGate& gate_;
    InputGate::Channel channel_;
    KeyboardSink* keyboard_ = nullptr;
    MouseSink* mouse_ = nullptr;
};

} // namespace vestige::hw
