// Apple Extended Keyboard and mouse on the Apple Desktop Bus.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "hw/input/adb.h"
#include "hw/input/input_events.h"
#include "hw/input/mouse_motion.h"

namespace vestige::hw {

// The keyboard's code for a neutral key, if it has that key.
std::optional<std::uint8_t> adb_key_code(std::uint16_t key);

class AdbKeyboard final : public AdbDevice, public KeyboardSink {
  public:
    explicit AdbKeyboard(std::string name);

    void key(const KeyEvent& event) override;

    void flush() override { queue_.clear(); }
    bool has_data() const override { return !queue_.empty(); }

  private:
    AdbData talk_register(unsigned index) override;
    void listen_register(unsigned index, std::span<const std::uint8_t> data) override;
    bool supports_handler(std::uint8_t handler) const override;
    void reset_device() override;
    void visit_device(StateVisitor& state) override;
    std::uint8_t modifiers() const;

    std::deque<std::uint8_t> queue_;       // transitions: code, bit 7 set for a release
    std::array<std::uint8_t, 128> down_{}; // 1: the key with that code is held
    std::uint8_t leds_ = 7;                // num, caps, scroll lock; 0 is lit
    bool caps_locked_ = false;             // the key that stays down
};

class AdbMouse final : public AdbDevice, public MouseSink {
  public:
    explicit AdbMouse(std::string name);

    void mouse(const MouseEvent& event) override;

    void flush() override;
    bool has_data() const override;

  private:
    AdbData talk_register(unsigned index) override;
    void listen_register(unsigned, std::span<const std::uint8_t>) override {}
    bool supports_handler(std::uint8_t handler) const override;
    void reset_device() override;
    void visit_device(StateVisitor& state) override;

    MouseMotion motion_;
    std::uint8_t buttons_ = 0;
    std::uint8_t reported_buttons_ = 0;
};

} // namespace vestige::hw
