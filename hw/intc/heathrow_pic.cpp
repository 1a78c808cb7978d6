// Sources: Linux arch/powerpc/platforms/powermac/pic.c (register layout, which inputs are levels);
// Apple's "Macintosh Technology in the CHRP" describes the same cell.
#include "hw/intc/heathrow_pic.h"

#include <utility>

#include "common/assertion.h"
#include "common/bits.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

// The bank for inputs 32 to 63 comes first.
enum Register : std::uint64_t {
    event_register = 0x0,
    mask_register = 0x4,
    clear_register = 0x8,
    level_register = 0xc,
};

// Inputs that interrupt as long as they are high (PCI slots and the like) and leave no event
// behind.
constexpr std::array<std::uint32_t, 2> level_triggered = {0x1ff00000, 0};

constexpr std::size_t bank_at(std::uint64_t offset) { return offset < 0x10 ? 1 : 0; }

} // namespace

HeathrowPic::HeathrowPic(std::string name, IrqLine cpu, Log& log)
    : Device(std::move(name)), cpu_(cpu), log_(log) {}

bool HeathrowPic::output() const {
    for (std::size_t i = 0; i < banks_.size(); ++i)
        if (((banks_[i].event | (banks_[i].level & level_triggered[i])) & banks_[i].mask) != 0)
            return true;
    return false;
}

void HeathrowPic::update() { cpu_.set(output()); }

void HeathrowPic::set_irq(unsigned input, bool level) {
    VESTIGE_ASSERT(input < 64);
    const std::size_t index = input / 32;
    const std::uint32_t input_bit = 1u << (input % 32);
    Bank& bank = banks_[index];
    if (level) {
        if ((bank.level & input_bit) == 0) bank.event |= input_bit & ~level_triggered[index];
        bank.level |= input_bit;
    } else {
        bank.level &= ~input_bit;
    }
    update();
}

std::uint64_t HeathrowPic::read(std::uint64_t offset, unsigned) {
    const Bank& bank = banks_[bank_at(offset)];
    switch (offset & 0xc) {
    case event_register: return bank.event;
    case mask_register: return bank.mask;
    case level_register: return bank.level;
    default: return 0; // clear
    }
}

void HeathrowPic::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    Bank& bank = banks_[bank_at(offset)];
    switch (offset & 0xc) {
    case mask_register: bank.mask = static_cast<std::uint32_t>(value); break;
    case clear_register: bank.event &= ~static_cast<std::uint32_t>(value); break;
    default:
        log_.write(LogItem::guest_error, "{}: write of {:#x} to read-only {:#x}", name(), value,
                   offset);
    }
    update();
}

void HeathrowPic::reset() {
    for (Bank& bank : banks_)
        bank.event = bank.mask = 0; // the inputs are their drivers'
    update();
}

void HeathrowPic::visit(StateVisitor& state) {
    for (Bank& bank : banks_) {
        state.field("event", bank.event);
        state.field("mask", bank.mask);
        state.field("level", bank.level);
    }
    if (state.loading()) cpu_.restore(output());
}

} // namespace vestige::hw
