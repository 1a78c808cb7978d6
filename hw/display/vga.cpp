#include "hw/display/vga.h"

#include <algorithm>
#include <cstring>

namespace vestige::hw {

namespace {

enum Dispi : unsigned {
    dispi_id,
    dispi_width,
    dispi_height,
    dispi_depth,
    dispi_enable,
    dispi_bank,
    dispi_virtual_width,
    dispi_virtual_height,
    dispi_x_offset,
    dispi_y_offset,
    dispi_memory, // in 64 KB
};

enum DispiEnable : std::uint16_t {
    enable_on = 0x01,
    enable_capabilities = 0x02, // width, height and depth read as their limits
    enable_palette_8bit = 0x20,
    enable_keep_memory = 0x80,
};

constexpr std::uint16_t dispi_newest = 0xb0c5;
constexpr std::uint16_t widest = 16000;
constexpr std::uint16_t highest = 12000;
constexpr std::uint16_t deepest = 32;

enum Port : unsigned {
    crt_index_mono = 0x3b4,
    crt_data_mono = 0x3b5,
    status_mono = 0x3ba,
    attribute_write = 0x3c0,
    attribute_read = 0x3c1,
    miscellaneous_write = 0x3c2, // reads input status 0
    sequencer_index = 0x3c4,
    sequencer_data = 0x3c5,
    palette_mask = 0x3c6,
    palette_read_index = 0x3c7, // reads the DAC's state
    palette_write_index = 0x3c8,
    palette_data = 0x3c9,
    feature_read = 0x3ca,
    miscellaneous_read = 0x3cc,
    graphics_index = 0x3ce,
    graphics_data = 0x3cf,
    crt_index = 0x3d4,
    crt_data = 0x3d5,
    status = 0x3da, // writes the feature control
};

// Of the attribute index: the palette is the screen's, not the CPU's. Without it the screen is
// black.
constexpr std::uint8_t attribute_screen_on = 0x20;
constexpr std::uint8_t miscellaneous_color = 0x01; // the CRT's ports are at 3Dx, not 3Bx
constexpr std::uint8_t retrace_bits = 0x09;        // vertical retrace, display disabled

std::uint32_t to_8bit(std::uint8_t value) { return (value & 0x3fu) << 2 | (value & 0x3fu) >> 4; }

} // namespace

Vga::Vga(std::string memory_name, std::uint64_t memory_size, Endian order)
    : memory_(std::move(memory_name), memory_size), reset_order_(order), order_(order) {
    reset();
}

// -- DISPI

bool Vga::shows_linear_mode() const { return (dispi_[dispi_enable] & enable_on) != 0; }

std::uint16_t Vga::read_dispi(unsigned index) const {
    if (index == dispi_memory) return static_cast<std::uint16_t>(memory_.size() >> 16);
    if (index >= dispi_count) return 0;
    if (dispi_[dispi_enable] & enable_capabilities) {
        if (index == dispi_width) return widest;
        if (index == dispi_height) return highest;
        if (index == dispi_depth) return deepest;
    }
    return dispi_[index];
}

void Vga::write_dispi(unsigned index, std::uint16_t value) {
    switch (index) {
    case dispi_id:
        // The driver writes the version that it wants; older ones are all spoken.
        if (value >= 0xb0c0 && value <= dispi_newest) dispi_[dispi_id] = value;
        return;
    case dispi_enable: enable_dispi(value); break;
    case dispi_width:
    case dispi_height:
    case dispi_depth:
    case dispi_bank:
    case dispi_virtual_width:
    case dispi_x_offset:
    case dispi_y_offset: dispi_[index] = value; break;
    default: return; // read-only or unknown
    }
    if (shows_linear_mode()) repair_mode();
    publish();
}

void Vga::enable_dispi(std::uint16_t value) {
    const bool was_on = shows_linear_mode();
    dispi_[dispi_enable] = value;
    if (was_on || !(value & enable_on)) return;
    dispi_[dispi_virtual_width] = dispi_[dispi_width];
    dispi_[dispi_x_offset] = dispi_[dispi_y_offset] = 0;
    repair_mode();
    if (!(value & enable_keep_memory)) {
        const std::size_t size = std::size_t{dispi_[dispi_virtual_width]} *
                                 bytes_per_pixel(dispi_[dispi_depth]) * dispi_[dispi_height];
        std::memset(memory_.data(), 0, std::min<std::size_t>(size, memory_.size()));
    }
}

// What cannot be shown becomes the nearest that can, as drivers that probe expect.
void Vga::repair_mode() {
    auto& depth = dispi_[dispi_depth];
    constexpr std::uint16_t depths[] = {8, 15, 16, 24, 32};
    if (std::find(std::begin(depths), std::end(depths), depth) == std::end(depths)) depth = 8;
    const unsigned pixel_size = bytes_per_pixel(depth);
    const auto whole_eights = [](unsigned value) {
        return static_cast<std::uint16_t>(std::clamp(value & ~7u, 8u, unsigned{widest}));
    };
    auto& width = dispi_[dispi_width];
    auto& virtual_width = dispi_[dispi_virtual_width];
    width = whole_eights(width);
    virtual_width = std::max(width, whole_eights(virtual_width));
    const unsigned stride = virtual_width * pixel_size;
    const unsigned rows = static_cast<unsigned>(memory_.size() / stride);
    auto& height = dispi_[dispi_height];
    height = static_cast<std::uint16_t>(
        std::clamp<unsigned>(height, 1, std::max(1u, std::min<unsigned>(rows, highest))));
    dispi_[dispi_virtual_height] = static_cast<std::uint16_t>(std::min(rows, 0xffffu));
    // A window that hangs over the edge of memory goes back to the corner.
    if (dispi_[dispi_y_offset] + height > rows) dispi_[dispi_y_offset] = 0;
    if (dispi_[dispi_x_offset] + width > virtual_width) dispi_[dispi_x_offset] = 0;
}

void Vga::set_pixel_order(Endian order) {
    order_ = order;
    publish();
}

// -- the ports

std::uint8_t Vga::read_port(unsigned port) {
    switch (port) {
    case attribute_write: return attribute_data_next_ ? 0 : attribute_index_;
    case attribute_read: return attribute_[attribute_index_ & 0x1f];
    case palette_mask: return palette_mask_;
    case palette_read_index: return palette_reading_ ? 3 : 0;
    case palette_write_index: return palette_write_;
    case palette_data: return read_palette();
    case feature_read: return feature_;
    case miscellaneous_read: return miscellaneous_;
    case status:
    case status_mono:
        attribute_data_next_ = false;
        // Nothing is timed here: each look finds the beam elsewhere, so loops that wait end.
        return retrace_ ^= retrace_bits;
    default: return read_indexed(port);
    }
}

std::uint8_t Vga::read_indexed(unsigned port) const {
    switch (port) {
    case sequencer_index: return sequencer_index_;
    case sequencer_data: return sequencer_[sequencer_index_ & 7];
    case graphics_index: return graphics_index_;
    case graphics_data: return graphics_[graphics_index_ & 15];
    case crt_index:
    case crt_index_mono: return crt_index_;
    case crt_data:
    case crt_data_mono: return crt_[crt_index_ & 63];
    default: return 0;
    }
}

void Vga::write_port(unsigned port, std::uint8_t value) {
    switch (port) {
    case attribute_write:
        if (attribute_data_next_)
            attribute_[attribute_index_ & 0x1f] = value;
        else
            attribute_index_ = value & 0x3f;
        attribute_data_next_ = !attribute_data_next_;
        publish();
        break;
    case miscellaneous_write: miscellaneous_ = value; break;
    case palette_mask: palette_mask_ = value; break;
    case palette_read_index:
        palette_read_ = value;
        palette_component_ = 0;
        palette_reading_ = true;
        break;
    case palette_write_index:
        palette_write_ = value;
        palette_component_ = 0;
        palette_reading_ = false;
        break;
    case palette_data: write_palette(value); break;
    case status:
    case status_mono: feature_ = value; break;
    default: write_indexed(port, value);
    }
}

void Vga::write_indexed(unsigned port, std::uint8_t value) {
    switch (port) {
    case sequencer_index: sequencer_index_ = value; break;
    case sequencer_data: sequencer_[sequencer_index_ & 7] = value; break;
    case graphics_index: graphics_index_ = value; break;
    case graphics_data: graphics_[graphics_index_ & 15] = value; break;
    case crt_index:
    case crt_index_mono: crt_index_ = value; break;
    case crt_data:
    case crt_data_mono: crt_[crt_index_ & 63] = value; break;
    default: break;
    }
}

void Vga::write_palette(std::uint8_t value) {
    palette_latch_[palette_component_] = value;
    if (++palette_component_ < 3) return;
    palette_component_ = 0;
    std::copy(palette_latch_.begin(), palette_latch_.end(), palette_.begin() + palette_write_ * 3);
    ++palette_write_;
    publish();
}

std::uint8_t Vga::read_palette() {
    const std::uint8_t value = palette_[palette_read_ * 3u + palette_component_];
    if (++palette_component_ == 3) {
        palette_component_ = 0;
        ++palette_read_;
    }
    return value;
}

// -- the screen

void Vga::publish() {
    const std::lock_guard lock(published_mutex_);
    Scanout& scanout = published_;
    if (!shows_linear_mode()) {
        scanout.width = scanout.height = 0;
        return;
    }
    scanout.width = dispi_[dispi_width];
    scanout.height = dispi_[dispi_height];
    scanout.depth = dispi_[dispi_depth];
    scanout.order = order_;
    const unsigned pixel_size = bytes_per_pixel(scanout.depth);
    scanout.stride = dispi_[dispi_virtual_width] * pixel_size;
    scanout.start = std::uint64_t{dispi_[dispi_y_offset]} * scanout.stride +
                    dispi_[dispi_x_offset] * pixel_size;
    scanout.blank = !(attribute_index_ & attribute_screen_on);
    const bool wide = (dispi_[dispi_enable] & enable_palette_8bit) != 0;
    for (unsigned i = 0; i < scanout.palette.size(); ++i) {
        std::uint32_t color = 0;
        for (unsigned part = 0; part < 3; ++part) {
            const std::uint8_t value = palette_[3 * i + part];
            color = color << 8 | (wide ? value : to_8bit(value));
        }
        scanout.palette[i] = color;
    }
}

void Vga::draw(Picture& picture) const {
    Scanout scanout;
    {
        const std::lock_guard lock(published_mutex_);
        scanout = published_;
    }
    draw_scanout(scanout, memory_.span(), picture);
}

void Vga::reset() {
    dispi_ = {};
    dispi_[dispi_id] = dispi_newest;
    order_ = reset_order_;
    attribute_index_ = 0;
    attribute_data_next_ = false;
    attribute_ = {};
    sequencer_index_ = graphics_index_ = crt_index_ = 0;
    sequencer_ = {};
    graphics_ = {};
    crt_ = {};
    miscellaneous_ = miscellaneous_color;
    feature_ = retrace_ = 0;
    palette_mask_ = 0xff;
    palette_write_ = palette_read_ = palette_component_ = 0;
    palette_reading_ = false;
    palette_ = {};
    publish();
}

void Vga::visit(StateVisitor& state) {
    state.bytes("memory", memory_.span());
    state.field("dispi", dispi_);
    state.field("pixel_order", order_);
    state.field("attribute_index", attribute_index_);
    state.field("attribute_data_next", attribute_data_next_);
    state.field("attribute", attribute_);
    state.field("sequencer_index", sequencer_index_);
    state.field("graphics_index", graphics_index_);
    state.field("crt_index", crt_index_);
    state.field("sequencer", sequencer_);
    state.field("graphics", graphics_);
    state.field("crt", crt_);
    state.field("miscellaneous", miscellaneous_);
    state.field("feature", feature_);
    state.field("retrace", retrace_);
    state.field("palette_mask", palette_mask_);
    state.field("palette_write", palette_write_);
    state.field("palette_read", palette_read_);
    state.field("palette_component", palette_component_);
    state.field("palette_reading", palette_reading_);
    state.field("palette_latch", palette_latch_);
    state.field("palette", palette_);
    if (!state.loading()) return;
    palette_component_ = static_cast<std::uint8_t>(palette_component_ % 3);
    if (shows_linear_mode()) repair_mode();
    publish();
}

} // namespace vestige::hw
