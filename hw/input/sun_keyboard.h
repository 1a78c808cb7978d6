// Sun type 5 keyboard, on a serial line of 1200 baud.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "common/log.h"
#include "hw/input/input_events.h"
#include "hw/input/serial_input.h"

namespace vestige::hw {

class SunKeyboard final : public SerialInput, public KeyboardSink {
  public:
    enum Led : std::uint8_t { led_num = 1, led_compose = 2, led_scroll = 4, led_caps = 8 };

    SunKeyboard(std::string name, Log& log);

    void key(const KeyEvent& event) override;
    // Commands from the machine.
    void write(std::span<const std::byte> data) override;

    std::uint8_t leds() const { return leds_; }

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    void command(std::uint8_t value);
    void answer_reset();
    bool all_up() const;

    Log& log_;
    std::array<std::uint8_t, 128> down_{}; // 1: the key with that code is held
    std::uint8_t leds_ = 0;
    bool leds_next_ = false; // the next byte is not a command but the LEDs
};

} // namespace vestige::hw
