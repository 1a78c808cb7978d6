// A VGA with Bochs' DISPI extension, as QEMU's "std" card has it: what is the same on every bus.
//
// Source: Bochs' VBE DISPI interface (iodev/vga.h, vgabios/vbe.c: register numbers and meaning);
// QEMU's docs/specs/standard-vga.rst; IBM VGA registers as FreeVGA documents them.
//
// What is simplified, on purpose: only the linear modes that DISPI sets are shown. The planes, text
// modes and the window at A0000 are absent; the CRT, sequencer and graphics registers keep what is
// written.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>

#include "hw/display/picture.h"
#include "hw/display/scanout.h"
#include "machine/core/ram.h"
#include "machine/core/state.h"

namespace vestige::hw {

class Vga final : public DisplaySource {
  public:
    // `order`: of the framebuffer's pixels at reset.
    Vga(std::string memory_name, std::uint64_t memory_size, Endian order);

    RamBlock& memory() { return memory_; }

    // I/O ports 3B0 to 3DF.
    std::uint8_t read_port(unsigned port);
    void write_port(unsigned port, std::uint8_t value);

    // DISPI registers 0 to 10.
    std::uint16_t read_dispi(unsigned index) const;
    void write_dispi(unsigned index, std::uint16_t value);

    Endian pixel_order() const { return order_; }
    void set_pixel_order(Endian order);

    void draw(Picture& picture) const override;

    void reset();
    void visit(StateVisitor& state);

  private:
    static constexpr unsigned dispi_count = 11;

    bool shows_linear_mode() const;
    void enable_dispi(std::uint16_t value);
    void repair_mode();
    std::uint8_t read_indexed(unsigned port) const;
    void write_indexed(unsigned port, std::uint8_t value);
    void write_palette(std::uint8_t value);
    std::uint8_t read_palette();
    // Hands the registers' meaning to whoever draws on another thread.
    void publish();

    RamBlock memory_;
    const Endian reset_order_;

    std::array<std::uint16_t, dispi_count> dispi_{};
    Endian order_;
    std::uint8_t attribute_index_ = 0;
    bool attribute_data_next_ = false; // the flip-flop behind port 3C0
    std::array<std::uint8_t, 32> attribute_{};
    std::uint8_t sequencer_index_ = 0, graphics_index_ = 0, crt_index_ = 0;
    std::array<std::uint8_t, 8> sequencer_{};
    std::array<std::uint8_t, 16> graphics_{};
    std::array<std::uint8_t, 64> crt_{};
    std::uint8_t miscellaneous_ = 0, feature_ = 0, retrace_ = 0;
    std::uint8_t palette_mask_ = 0xff, palette_write_ = 0, palette_read_ = 0;
    std::uint8_t palette_component_ = 0; // 0 red, 1 green, 2 blue
    bool palette_reading_ = false;
    std::array<std::uint8_t, 3> palette_latch_{};
    std::array<std::uint8_t, 256 * 3> palette_{};

    mutable std::mutex published_mutex_;
    Scanout published_;
};

} // namespace vestige::hw
