#include "hw/display/cgthree.h"

#include <utility>

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

// Banks, from the card's start.
constexpr std::uint64_t rom_bank = 0;
constexpr std::uint64_t register_bank = 0x40'0000;
constexpr std::uint64_t memory_bank = 0x80'0000;

constexpr std::uint64_t register_size = 0x20;
constexpr MmioTraits register_traits{.endian = Endian::big, .min_size = 1, .max_size = 4};

// The RAMDAC's registers, a word each: address and control are the word's low byte, the palettes
// take all four bytes one after the other. As bytes, only the first of each word answers.
enum DacRegister : std::uint64_t {
    dac_address = 0,
    dac_color = 4,
    dac_control = 8,
    dac_overlay = 12
};
constexpr std::uint64_t first_byte_register = 0x10;

enum ByteRegister : unsigned { control, status }; // timing follows
constexpr std::uint8_t control_interrupts = 0x80;
constexpr std::uint8_t control_video = 0x40;
constexpr std::uint8_t control_timing = 0x20;
constexpr std::uint8_t status_pending = 0x80;
// The monitor's sense pins (1152 x 900, 76 Hz) and the card: color. Constant, as on QEMU's card.
constexpr std::uint8_t status_identity = 0x61;

constexpr Time frame_time = second / 76;

} // namespace

CgThree::CgThree(std::string name, Scheduler& scheduler, const SunScreen& screen,
                 std::span<const std::byte> fcode, IrqLine interrupt, Log& log)
    : Device(std::move(name)),
      screen_((check_screen(this->name(), screen, 8), screen)),
      rom_(this->name(), fcode),
      memory_(this->name() + " memory", sun_framebuffer_pixels),
      retrace_timer_(scheduler, [this] { retrace(); }),
      interrupt_(interrupt),
      log_(log) {
    reset();
}

void CgThree::map(AddressSpace& space, std::uint64_t base) {
    space.map_rom(name() + " prom", base + rom_bank, rom_.memory(), 0, FcodeRom::size);
    space.map_mmio(name() + " registers", base + register_bank, register_size, *this,
                   register_traits);
    space.map_ram(name() + " memory", base + memory_bank, memory_, 0, memory_.size());
}

// -- interrupts

bool CgThree::interrupts_enabled() const { return (registers_[control] & control_interrupts) != 0; }

void CgThree::update_irq() { interrupt_.set(retrace_pending_ && interrupts_enabled()); }

void CgThree::retrace() {
    retrace_pending_ = true;
    schedule_retrace();
    update_irq();
}

// Nobody hears of a retrace that does not interrupt, so none is timed.
void CgThree::schedule_retrace() {
    if (!interrupts_enabled())
        retrace_timer_.cancel();
    else if (!retrace_timer_.armed())
        retrace_timer_.arm_in(frame_time);
}

// -- read

std::uint8_t CgThree::read_byte(unsigned index) const {
    if (index != status) return registers_[index];
    return static_cast<std::uint8_t>(status_identity | (retrace_pending_ ? status_pending : 0));
}

std::uint64_t CgThree::read(std::uint64_t offset, unsigned size) {
    std::uint64_t value = 0;
    if (offset >= first_byte_register) {
        for (unsigned i = 0; i < size; ++i)
            value = value << 8 | read_byte(static_cast<unsigned>(offset - first_byte_register) + i);
        return value;
    }
    switch (offset) {
    case dac_color:
        for (unsigned i = 0; i < size; ++i)
            value = value << 8 | ramdac_.read_color();
        return value;
    case dac_control: return ramdac_.read_control();
    case dac_overlay:
        for (unsigned i = 0; i < size; ++i)
            value = value << 8 | ramdac_.read_overlay();
        return value;
    default: return 0;
    }
}

// -- write

void CgThree::write_byte(unsigned index, std::uint8_t value) {
    if (index == status) {
        retrace_pending_ = false;
    } else {
        registers_[index] = value;
        if (index == control) schedule_retrace();
    }
    update_irq();
}

void CgThree::write(std::uint64_t offset, unsigned size, std::uint64_t value) {
    const auto byte = [&](unsigned i) {
        return static_cast<std::uint8_t>(value >> (8 * (size - 1 - i)));
    };
    if (offset >= first_byte_register) {
        for (unsigned i = 0; i < size; ++i)
            write_byte(static_cast<unsigned>(offset - first_byte_register) + i, byte(i));
        publish();
        return;
    }
    switch (offset) {
    case dac_address: ramdac_.write_address(static_cast<std::uint8_t>(value)); break;
    case dac_color:
        for (unsigned i = 0; i < size; ++i)
            ramdac_.write_color(byte(i));
        break;
    case dac_control: ramdac_.write_control(static_cast<std::uint8_t>(value)); break;
    case dac_overlay:
        for (unsigned i = 0; i < size; ++i)
            ramdac_.write_overlay(byte(i));
        break;
    default:
        log_.write(LogItem::guest_error, "{}: {} bytes written within a register, at {:#x}", name(),
                   size, offset);
        return;
    }
    publish();
}

// -- the screen

void CgThree::publish() {
    const std::lock_guard lock(published_mutex_);
    published_.width = published_.stride = screen_.width;
    published_.height = screen_.height;
    published_.depth = 8;
    published_.blank = !(registers_[control] & control_video);
    published_.palette = ramdac_.shown_colors();
}

void CgThree::draw(Picture& picture) const {
    Scanout scanout;
    {
        const std::lock_guard lock(published_mutex_);
        scanout = published_;
    }
    draw_scanout(scanout, memory_.span(), picture);
}

// -- reset and state

void CgThree::reset() {
    memory_.clear();
    ramdac_.reset();
    registers_ = {};
    registers_[control] = control_video | control_timing; // as Sun's firmware leaves it
    retrace_pending_ = false;
    retrace_timer_.cancel();
    update_irq();
    publish();
}

void CgThree::visit(StateVisitor& state) {
    memory_.visit(state);
    ramdac_.visit(state);
    state.field("registers", registers_);
    state.field("retrace_pending", retrace_pending_);
    retrace_timer_.visit(state, "retrace");
    if (!state.loading()) return;
    interrupt_.restore(retrace_pending_ && interrupts_enabled());
    publish();
}

} // namespace vestige::hw
