// Sun's optical mouse, on a serial line: three buttons, the Mouse Systems protocol.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "hw/input/input_events.h"
#include "hw/input/mouse_motion.h"
#include "hw/input/serial_input.h"

namespace vestige::hw {

class SunMouse final : public SerialInput, public MouseSink {
  public:
    explicit SunMouse(std::string name) : SerialInput(std::move(name)) {}

    void mouse(const MouseEvent& event) override;
    void write(std::span<const std::byte>) override {} // it does not listen

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    void sent() override { report(); }
    void report();

    MouseMotion motion_;
    std::uint8_t buttons_ = 0;
    std::uint8_t reported_buttons_ = 0;
};

} // namespace vestige::hw
