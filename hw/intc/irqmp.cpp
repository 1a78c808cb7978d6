#include "hw/intc/irqmp.h"

#include <bit>
#include <utility>

#include "common/assertion.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum Register : std::uint64_t {
    level_register = 0x00,
    pending_register = 0x04,
    force_register = 0x08, // the first processor's, where there is but one
    clear_register = 0x0c,
    status_register = 0x10,
    broadcast_register = 0x14,
    first_mask = 0x40, // a word a processor, here and below
    first_force = 0x80,
    first_extended = 0xc0,
};

constexpr std::uint32_t inputs = 0xfffe; // 1 to 15
constexpr unsigned status_count_low = 28;
constexpr std::uint32_t status_broadcast = 1u << 27; // "broadcast is available"

unsigned highest(std::uint32_t lines) {
    return lines == 0 ? 0 : 31 - static_cast<unsigned>(std::countl_zero(lines));
}

} // namespace

Irqmp::Irqmp(std::string name, std::vector<Processor> processors, Log& log)
    : Device(std::move(name)), processors_(std::move(processors)), log_(log) {
    VESTIGE_ASSERT(!processors_.empty() && processors_.size() <= most_processors);
    reset();
}

// -- interrupts

unsigned Irqmp::level_for(unsigned index) const {
    const std::uint32_t wanted = (pending_ | force_[index]) & mask_[index];
    const std::uint32_t first = wanted & priority_;
    return highest(first != 0 ? first : wanted);
}

void Irqmp::update() {
    for (unsigned i = 0; i < processors_.size(); ++i) {
        const unsigned level = level_for(i);
        if (level == requested_[i]) continue;
        if (requested_[i] != 0) processors_[i].levels->set_irq(requested_[i], false);
        requested_[i] = static_cast<std::uint8_t>(level);
        if (level != 0) processors_[i].levels->set_irq(level, true);
    }
}

void Irqmp::raise(std::uint32_t lines) {
    pending_ |= lines & ~broadcast_;
    for (unsigned i = 0; i < processors_.size(); ++i)
        force_[i] |= lines & broadcast_;
}

void Irqmp::set_irq(unsigned input, bool level) {
    VESTIGE_ASSERT(input < 16);
    const std::uint32_t line = 1u << input & inputs;
    lines_ = level ? lines_ | line : lines_ & ~line;
    if (level) raise(line);
    update();
}

// A forced interrupt gives up its force bit; else the pending one goes.
void Irqmp::acknowledge(unsigned index, unsigned level) {
    VESTIGE_ASSERT(index < processors_.size() && level < 16);
    const std::uint32_t line = 1u << level;
    if (force_[index] & line)
        force_[index] &= ~line;
    else
        pending_ &= ~line;
    raise(lines_);
    update();
}

void Irqmp::start_processors(std::uint32_t which) {
    for (unsigned i = 0; i < processors_.size(); ++i) {
        if (!(which & power_down_ & 1u << i)) continue;
        power_down_ &= ~(1u << i);
        if (processors_[i].start) processors_[i].start();
    }
}

// -- read

std::uint64_t Irqmp::read(std::uint64_t offset, unsigned) {
    const auto index = static_cast<unsigned>(offset % first_mask / 4);
    const auto count = static_cast<std::uint32_t>(processors_.size());
    if (offset >= first_extended) return 0;
    if (offset >= first_force) return force_[index];
    if (offset >= first_mask) return mask_[index];
    switch (offset) {
    case level_register: return priority_;
    case pending_register: return pending_;
    case force_register: return force_[0];
    case status_register:
        return (count - 1) << status_count_low | (count > 1 ? status_broadcast : 0) | power_down_;
    case broadcast_register: return broadcast_;
    default: return 0; // clear
    }
}

// -- write

void Irqmp::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    const auto word = static_cast<std::uint32_t>(value);
    const auto index = static_cast<unsigned>(offset % first_mask / 4);
    if (offset >= first_mask && index >= processors_.size()) {
        log_.write(LogItem::guest_error, "{}: there is no processor {} (register {:#x})", name(),
                   index, offset);
        return;
    }
    if (offset >= first_extended) {
        log_.write(LogItem::guest_error, "{}: write to read-only {:#x}", name(), offset);
    } else if (offset >= first_force) {
        // The upper half clears what the lower half's place says.
        force_[index] = (force_[index] | (word & inputs)) & ~(word >> 16);
    } else if (offset >= first_mask) {
        mask_[index] = word & inputs;
    } else {
        switch (offset) {
        case level_register: priority_ = word & inputs; break;
        case force_register: force_[0] = word & inputs; break;
        case clear_register:
            pending_ &= ~word;
            raise(lines_);
            break;
        case status_register: start_processors(word); break;
        case broadcast_register:
            if (processors_.size() > 1) broadcast_ = word & inputs;
            break;
        default:
            log_.write(LogItem::guest_error, "{}: write of {:#x} to read-only {:#x}", name(), word,
                       offset);
        }
    }
    update();
}

// -- reset and state

void Irqmp::reset() {
    pending_ = priority_ = broadcast_ = 0; // the inputs are their drivers'
    power_down_ = ((1u << processors_.size()) - 1) & ~1u;
    mask_ = {};
    force_ = {};
    update();
}

void Irqmp::visit(StateVisitor& state) {
    state.field("lines", lines_);
    state.field("pending", pending_);
    state.field("priority", priority_);
    state.field("broadcast", broadcast_);
    state.field("power_down", power_down_);
    state.field("mask", mask_);
    state.field("force", force_);
    if (!state.loading()) return;
    for (unsigned i = 0; i < processors_.size(); ++i)
        requested_[i] = static_cast<std::uint8_t>(level_for(i));
}

} // namespace vestige::hw
