// Brooktree Bt458 RAMDAC: the palette behind Sun's framebuffers of 8 bits a pixel.
//
// Source: Brooktree Bt451/457/458 data sheet (address register, colour and overlay palettes, read
// mask); Sun's use of it as Linux's and NetBSD's drivers show it.
//
// What is simplified, on purpose: blinking, test and command registers keep what is written, and do
// nothing.
#pragma once

#include <array>
#include <cstdint>

namespace vestige {
class StateVisitor;
}

namespace vestige::hw {

// How a card wires the chip's pins to its bus is the card's business. Colours pass as bytes, red,
// green, blue; the address steps on after each blue.
class Bt458 {
  public:
    static constexpr unsigned colors = 256;
    static constexpr unsigned overlays = 4;

    Bt458() { reset(); }

    void write_address(std::uint8_t value);
    void write_color(std::uint8_t value);
    std::uint8_t read_color();
    void write_overlay(std::uint8_t value);
    std::uint8_t read_overlay();
    // The register that the address selects: 4 read mask, 5 blink mask, 6 command, 7 test.
    void write_control(std::uint8_t value);
    std::uint8_t read_control() const;

    // What the screen shows for a pixel of each value, 0x00RRGGBB.
    std::array<std::uint32_t, colors> shown_colors() const;
    std::uint32_t overlay(unsigned index) const { return pack(overlays_[index % overlays]); }

    void reset();
    void visit(StateVisitor& state);

  private:
    using Color = std::array<std::uint8_t, 3>; // red, green, blue
    static constexpr unsigned control_registers = 4;

    static std::uint32_t pack(const Color& color);
    void write_component(Color& color, std::uint8_t value);
    std::uint8_t read_component(const Color& color);
    void step();

    std::uint8_t address_ = 0;
    std::uint8_t component_ = 0; // of the colour: 0 red, 1 green, 2 blue
    Color latch_{};              // red and green wait for blue
    std::array<Color, colors> colors_{};
    std::array<Color, overlays> overlays_{};
    std::array<std::uint8_t, control_registers> control_{};
};

} // namespace vestige::hw
