#include "hw/display/tcx.h"

#include <utility>

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

// Banks, from the card's start.
constexpr std::uint64_t rom_bank = 0x0;
constexpr std::uint64_t dac_bank = 0x20'0000;
constexpr std::uint64_t dhc_bank = 0x24'0000;
constexpr std::uint64_t alt_bank = 0x28'0000;
constexpr std::uint64_t thc_bank = 0x30'0000;
constexpr std::uint64_t thc24_bank = 0x30'1000; // NetBSD writes here even on an 8-bit card
constexpr std::uint64_t tec_bank = 0x70'0000;
constexpr std::uint64_t memory8_bank = 0x80'0000;
constexpr std::uint64_t memory24_bank = 0x200'0000;
constexpr std::uint64_t stippler_bank = 0x400'0000;
constexpr std::uint64_t blitter_bank = 0x600'0000;
constexpr std::uint64_t control_bank = 0xa00'0000;
constexpr std::uint64_t raw_stippler_bank = 0xc00'0000;
constexpr std::uint64_t raw_blitter_bank = 0xe00'0000;

constexpr std::uint64_t page = 0x1000;
constexpr std::uint64_t dhc_size = 0x4000;
constexpr std::uint64_t alt_size = 0x8000;
constexpr std::uint64_t raster_size = 8 * sun_framebuffer_pixels;

// The DAC's bytes are the upper eighth of words.
enum DacRegister : std::uint64_t {
    dac_address = 0,
    dac_color = 4,
    dac_control = 8,
    dac_overlay = 12
};
constexpr unsigned dac_lane = 24;

enum ThcRegister : std::uint64_t {
    thc_timing = 0x800, // horizontal and vertical, refresh
    thc_misc = 0x818,
    thc_cursor_position = 0x8fc, // x in the upper half
    thc_cursor_mask = 0x900,     // where the cursor is
    thc_cursor_bits = 0x980,     // which of its two colours it has there
};
constexpr std::uint32_t misc_video_on = 0x400;
constexpr std::uint32_t misc_reset = misc_video_on; // as Sun's firmware leaves it
// "Vertical sync disable" always reads as one on QEMU's card, which guests of the time accept.
constexpr std::uint32_t misc_always = 0x0200'0000;

constexpr std::int16_t cursor_away = -0x1000; // well off the screen

constexpr unsigned overlay_cursor_clear = 2, overlay_cursor_set = 3;

// The blitter's order: count less one, then the first source pixel, all ones to fill.
constexpr unsigned blit_count_low = 24;
constexpr std::uint32_t blit_count_mask = 0x1f;
constexpr std::uint32_t blit_source_mask = 0xff'ffff;
constexpr std::uint32_t blit_fill = 0xff'ffff;

} // namespace

Tcx::Tcx(std::string name, const SunScreen& screen, std::span<const std::byte> fcode, Log& log)
    : Device(std::move(name)),
      screen_((check_screen(this->name(), screen, 24), screen)),
      rom_(this->name(), fcode),
      planes_(this->name(), screen.depth),
      log_(log) {
    reset();
}

void Tcx::map(AddressSpace& space, std::uint64_t base) {
    const auto ram = [&](const char* bank, std::uint64_t offset, RamBlock& memory) {
        space.map_ram(name() + bank, base + offset, memory, 0, memory.size());
    };
    const auto registers = [&](const char* bank, std::uint64_t offset, std::uint64_t length,
                               MmioHandler& handler) {
        space.map_mmio(name() + bank, base + offset, length, handler, word_traits);
    };
    space.map_rom(name() + " prom", base + rom_bank, rom_.memory(), 0, FcodeRom::size);
    registers(" dac", dac_bank, page, dac_);
    registers(" dhc", dhc_bank, dhc_size, stub_);
    registers(" alt", alt_bank, alt_size, stub_);
    registers(" thc", thc_bank, page, thc_);
    registers(" thc24", thc24_bank, page, stub_);
    registers(" tec", tec_bank, page, stub_);
    ram(" 8-bit", memory8_bank, planes_.memory8());
    ram(" 24-bit", memory24_bank, planes_.memory24());
    registers(" stippler", stippler_bank, raster_size, stippler_);
    registers(" blitter", blitter_bank, raster_size, blitter_);
    ram(" control", control_bank, planes_.control());
    registers(" raw stippler", raw_stippler_bank, raster_size, raw_stippler_);
    registers(" raw blitter", raw_blitter_bank, raster_size, raw_blitter_);
}

// -- read

std::uint64_t Tcx::Dac::read(std::uint64_t offset, unsigned) {
    switch (offset) {
    case dac_color: return std::uint64_t{card.ramdac_.read_color()} << dac_lane;
    case dac_control: return std::uint64_t{card.ramdac_.read_control()} << dac_lane;
    case dac_overlay: return std::uint64_t{card.ramdac_.read_overlay()} << dac_lane;
    default: return 0;
    }
}

std::uint64_t Tcx::Thc::read(std::uint64_t offset, unsigned) {
    const Cursor& cursor = card.cursor_;
    if (offset >= thc_timing && offset < thc_misc) return card.timing_[(offset - thc_timing) / 4];
    if (offset == thc_misc) return card.misc_ | misc_always;
    if (offset == thc_cursor_position)
        return std::uint32_t{static_cast<std::uint16_t>(cursor.x)} << 16 |
               static_cast<std::uint16_t>(cursor.y);
    if (offset >= thc_cursor_mask && offset < thc_cursor_bits)
        return cursor.mask[(offset - thc_cursor_mask) / 4];
    if (offset >= thc_cursor_bits && offset < thc_cursor_bits + 4 * cursor_size)
        return cursor.bits[(offset - thc_cursor_bits) / 4];
    return 0;
}

// -- write

void Tcx::Dac::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    const auto byte = static_cast<std::uint8_t>(value >> dac_lane);
    switch (offset) {
    case dac_address: card.ramdac_.write_address(byte); break;
    case dac_color: card.ramdac_.write_color(byte); break;
    case dac_control: card.ramdac_.write_control(byte); break;
    case dac_overlay: card.ramdac_.write_overlay(byte); break;
    default:
        card.log_.write(LogItem::guest_error, "{}: no DAC register at {:#x}", card.name(), offset);
        return;
    }
    card.publish();
}

void Tcx::Thc::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    const auto word = static_cast<std::uint32_t>(value);
    Cursor& cursor = card.cursor_;
    if (offset >= thc_timing && offset < thc_misc) {
        card.timing_[(offset - thc_timing) / 4] = word;
        return;
    }
    if (offset == thc_misc) {
        card.misc_ = word;
    } else if (offset == thc_cursor_position) {
        cursor.x = static_cast<std::int16_t>(word >> 16);
        cursor.y = static_cast<std::int16_t>(word);
    } else if (offset >= thc_cursor_mask && offset < thc_cursor_bits) {
        cursor.mask[(offset - thc_cursor_mask) / 4] = word;
    } else if (offset >= thc_cursor_bits && offset < thc_cursor_bits + 4 * cursor_size) {
        cursor.bits[(offset - thc_cursor_bits) / 4] = word;
    } else {
        return; // other bits of the hardware that nothing here depends on
    }
    card.publish();
}

void Tcx::Raster::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    const auto word = static_cast<std::uint32_t>(value);
    if (!(offset & 4)) {
        color = word;
        return;
    }
    const auto first = static_cast<std::uint32_t>(offset / 8);
    if (engine == Engine::stippler) {
        planes.stipple(reach, first, word, color);
        return;
    }
    const unsigned count = (word >> blit_count_low & blit_count_mask) + 1;
    const std::uint32_t source = word & blit_source_mask;
    if (source == blit_fill)
        planes.fill(reach, first, count, color);
    else
        planes.copy(reach, first, source, count);
}

// -- the screen

void Tcx::publish() {
    const std::lock_guard lock(published_mutex_);
    published_.blank = !(misc_ & misc_video_on);
    published_.palette = ramdac_.shown_colors();
    published_.cursor_clear = ramdac_.overlay(overlay_cursor_clear);
    published_.cursor_set = ramdac_.overlay(overlay_cursor_set);
    published_.cursor = cursor_;
}

void Tcx::draw_cursor(const Shown& shown, Picture& picture) const {
    const Cursor& cursor = shown.cursor;
    for (unsigned row = 0; row < cursor_size; ++row) {
        for (unsigned column = 0; column < cursor_size; ++column) {
            const std::uint32_t bit = 0x8000'0000u >> column;
            if (!(cursor.mask[row] & bit)) continue;
            const int x = cursor.x + static_cast<int>(column);
            const int y = cursor.y + static_cast<int>(row);
            if (x < 0 || y < 0 || static_cast<unsigned>(x) >= picture.width ||
                static_cast<unsigned>(y) >= picture.height)
                continue;
            picture
                .pixels[static_cast<std::size_t>(y) * picture.width + static_cast<std::size_t>(x)] =
                cursor.bits[row] & bit ? shown.cursor_set : shown.cursor_clear;
        }
    }
}

void Tcx::draw(Picture& picture) const {
    Shown shown;
    {
        const std::lock_guard lock(published_mutex_);
        shown = published_;
    }
    picture.width = screen_.width;
    picture.height = screen_.height;
    picture.pixels.assign(std::size_t{screen_.width} * screen_.height, 0);
    if (shown.blank) return;
    planes_.draw(0, shown.palette, picture.pixels); // rows follow each other without a gap
    draw_cursor(shown, picture);
}

// -- reset and state

void Tcx::reset() {
    planes_.clear();
    ramdac_.reset();
    cursor_ = {};
    cursor_.x = cursor_.y = cursor_away;
    misc_ = misc_reset;
    timing_ = {};
    raster_color_ = 0;
    publish();
}

void Tcx::visit(StateVisitor& state) {
    planes_.visit(state);
    ramdac_.visit(state);
    state.field("cursor_x", cursor_.x);
    state.field("cursor_y", cursor_.y);
    state.field("cursor_mask", cursor_.mask);
    state.field("cursor_bits", cursor_.bits);
    state.field("misc", misc_);
    state.field("timing", timing_);
    state.field("raster_color", raster_color_);
    if (state.loading()) publish();
}

} // namespace vestige::hw
