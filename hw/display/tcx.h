// Sun's TCX ("S24" with 24 bits): the framebuffer of the SPARCstation 4 and 5.
//
// Sources: NetBSD sys/dev/sbus/tcxreg.h, Linux drivers/video/fbdev/tcx.c (registers); QEMU 7.2's
// memory tree (where each bank is and how large).
//
// What is simplified, on purpose: the vertical interrupt never comes; the transform engine (TEC),
// DHC and ALT read as zeros; timing registers keep what is written.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>

#include "common/log.h"
#include "hw/display/bt458.h"
#include "hw/display/picture.h"
#include "hw/display/sun_framebuffer.h"
#include "hw/display/tcx_planes.h"
#include "machine/core/address_space.h"
#include "machine/core/device.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

class Tcx final : public Device, public DisplaySource {
  public:
    // From the card's start: 16 MB banks up to here, with gaps.
    static constexpr std::uint64_t card_size = 0xf00'0000;

    // `fcode`: the contents of QEMU,tcx.bin. Throws UserError for a screen that the card has not.
    Tcx(std::string name, const SunScreen& screen, std::span<const std::byte> fcode, Log& log);

    // Puts the card's banks into an address space; wiring, once.
    void map(AddressSpace& space, std::uint64_t base);

    void draw(Picture& picture) const override;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    static constexpr MmioTraits word_traits{.endian = Endian::big, .min_size = 4, .max_size = 4};
    static constexpr unsigned cursor_size = 32;
    static constexpr unsigned timing_registers = 6;
    using CursorPlane = std::array<std::uint32_t, cursor_size>; // a row each, the left pixel first

    struct Dac final : MmioHandler {
        explicit Dac(Tcx& card_in) : card(card_in) {}
        std::uint64_t read(std::uint64_t offset, unsigned size) override;
        void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
        Tcx& card;
    };
    // Hardware configuration: video timing and the cursor.
    struct Thc final : MmioHandler {
        explicit Thc(Tcx& card_in) : card(card_in) {}
        std::uint64_t read(std::uint64_t offset, unsigned size) override;
        void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
        Tcx& card;
    };
    struct Stub final : MmioHandler {
        std::uint64_t read(std::uint64_t, unsigned) override { return 0; }
        void write(std::uint64_t, unsigned, std::uint64_t) override {}
    };
    // Stippler and blitter: 8 bytes a pixel, first the colour, then the order to draw.
    struct Raster final : MmioHandler {
        enum class Engine : std::uint8_t { stippler, blitter };
        Raster(TcxPlanes& planes_in, std::uint32_t& color_in, Engine engine_in,
               TcxPlanes::Reach reach_in)
            : planes(planes_in), color(color_in), engine(engine_in), reach(reach_in) {}
        std::uint64_t read(std::uint64_t, unsigned) override { return 0; }
        void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
        TcxPlanes& planes;
        std::uint32_t& color;
        Engine engine;
        TcxPlanes::Reach reach;
    };
    struct Cursor {
        std::int16_t x = 0, y = 0; // of its upper left corner
        CursorPlane mask{}, bits{};
    };
    // What draw() needs, as the registers are now.
    struct Shown {
        bool blank = false;
        std::array<std::uint32_t, Bt458::colors> palette{};
        std::uint32_t cursor_clear = 0, cursor_set = 0; // colours where its bit is 0 and 1
        Cursor cursor;
    };

    void publish();
    void draw_cursor(const Shown& shown, Picture& picture) const;

    const SunScreen screen_;
    FcodeRom rom_;
    TcxPlanes planes_;
    Bt458 ramdac_;
    Cursor cursor_;
    std::uint32_t misc_ = 0;
    std::array<std::uint32_t, timing_registers> timing_{};
    std::uint32_t raster_color_ = 0;

    Dac dac_{*this};
    Thc thc_{*this};
    Stub stub_;
    Raster stippler_{planes_, raster_color_, Raster::Engine::stippler, TcxPlanes::Reach::pixels};
    Raster blitter_{planes_, raster_color_, Raster::Engine::blitter, TcxPlanes::Reach::pixels};
    Raster raw_stippler_{planes_, raster_color_, Raster::Engine::stippler,
                         TcxPlanes::Reach::control};
    Raster raw_blitter_{planes_, raster_color_, Raster::Engine::blitter, TcxPlanes::Reach::control};
    Log& log_;

    mutable std::mutex published_mutex_;
    Shown published_;
};

} // namespace vestige::hw
