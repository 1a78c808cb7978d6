// Sources: NCR, NCR89C105 Chip Specification (1996), chapter on the interrupt controller; Linux
// arch/sparc/kernel/sun4m_irq.c (register and bit names); the level of each input as QEMU 7.2's
// SPARCstations have it.
#include "hw/intc/slavio_intctl.h"

#include <bit>
#include <utility>

#include "common/assertion.h"
#include "common/bits.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum CpuRegister : std::uint64_t {
    cpu_pending = 0x0,
    cpu_clear = 0x4,
    cpu_set = 0x8,
};

enum SystemRegister : std::uint64_t {
    system_pending = 0x00,
    system_mask = 0x04,
    system_mask_clear = 0x08,
    system_mask_set = 0x0c,
    system_target = 0x10,
};

constexpr std::uint32_t mask_all = 0x80000000; // masks levels 14 and 15, too
constexpr std::uint32_t soft_bits = 0xfffe0000;
constexpr unsigned soft_shift = 16;
constexpr unsigned timer_level = 14, broadcast_level = 15;
constexpr std::uint32_t timer_bit = 1u << timer_level, broadcast_bit = 1u << broadcast_level;

// The level of each system input; 0: there is none.
constexpr std::array<std::uint8_t, 32> input_levels = {
    2, 3,  5, 7,  9, 11, 13, 2, 3, 5, 7, 9,  11, 13, 12, 12,
    6, 13, 4, 10, 8, 9,  11, 0, 0, 0, 0, 15, 15, 15, 15, 0,
};

// What the mask register holds. The other inputs cannot be enabled, and the bits of these are clear
// after reset: OpenBIOS expects so.
constexpr std::uint32_t maskable = 0xf05dff80;

constexpr std::uint32_t inputs_of_level(unsigned level) {
    std::uint32_t inputs = 0;
    for (unsigned i = 0; i < input_levels.size(); ++i)
        if (input_levels[i] == level) inputs |= 1u << i;
    return inputs;
}

constexpr std::uint32_t levels_of_inputs(std::uint32_t inputs) {
    std::uint32_t levels = 0;
    for (unsigned i = 0; i < input_levels.size(); ++i)
        if (bit(inputs, i)) levels |= 1u << input_levels[i];
    return levels & ~1u;
}

constexpr std::uint32_t broadcast_inputs = inputs_of_level(broadcast_level);

} // namespace

SlavioIntctl::SlavioIntctl(std::string name, const std::vector<IrqSink*>& cpus, Log& log)
    : Device(std::move(name)), masked_(~maskable), log_(log) {
    VESTIGE_ASSERT(!cpus.empty() && cpus.size() <= max_cpus);
    for (Cpu& cpu : cpus_)
        cpu.intctl = this;
    for (std::size_t i = 0; i < cpus.size(); ++i)
        for (unsigned level = 1; level < level_count; ++level)
            cpus_[i].lines[level] = IrqLine(*cpus[i], level);
}

std::array<IrqLine, SlavioIntctl::level_count> SlavioIntctl::unconnected_lines() {
    return []<std::size_t... i>(std::index_sequence<i...>) {
        return std::array<IrqLine, level_count>{((void)i, IrqLine::unconnected())...};
    }
    (std::make_index_sequence<level_count>());
}

// -- outputs

// As the CPU's pending register shows them: whether masked or not.
std::uint32_t SlavioIntctl::hard_levels(const Cpu& cpu) const {
    return (is_target(cpu) ? levels_of_inputs(inputs_) : 0) | (cpu.timer ? timer_bit : 0) |
           (cpu.broadcast ? broadcast_bit : 0);
}

// 0: none.
unsigned SlavioIntctl::highest_level(const Cpu& cpu) const {
    std::uint32_t levels = cpu.soft >> soft_shift;
    if ((masked_ & mask_all) == 0) {
        if (is_target(cpu)) levels |= levels_of_inputs(inputs_ & ~masked_);
        levels |= (cpu.timer ? timer_bit : 0) | (cpu.broadcast ? broadcast_bit : 0);
    }
    return levels == 0 ? 0 : static_cast<unsigned>(std::bit_width(levels)) - 1;
}

void SlavioIntctl::update() {
    for (Cpu& cpu : cpus_) {
        const unsigned highest = highest_level(cpu);
        for (unsigned level = 1; level < level_count; ++level)
            if (level != highest) cpu.lines[level].set(false);
        if (highest != 0) cpu.lines[highest].set(true);
    }
}

// -- inputs

void SlavioIntctl::set_irq(unsigned input, bool level) {
    VESTIGE_ASSERT(input < input_count);
    if (input >= slavio_input::first_cpu_timer) {
        cpus_[input - slavio_input::first_cpu_timer].timer = level;
        update();
        return;
    }
    const std::uint32_t input_bit = 1u << input;
    const bool was_up = (inputs_ & input_bit) != 0;
    inputs_ = level ? inputs_ | input_bit : inputs_ & ~input_bit;
    if (input_bit & broadcast_inputs) {
        // Every CPU hears of a level 15, and hears it until it has said that it has.
        for (Cpu& cpu : cpus_) {
            if (level && !was_up) cpu.broadcast = true;
            if ((inputs_ & broadcast_inputs) == 0) cpu.broadcast = false;
        }
    }
    update();
}

// -- registers

std::uint64_t SlavioIntctl::Cpu::read(std::uint64_t offset, unsigned) {
    return offset == cpu_pending ? soft | intctl->hard_levels(*this) : 0;
}

void SlavioIntctl::Cpu::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    const auto word = static_cast<std::uint32_t>(value);
    switch (offset) {
    case cpu_clear:
        soft &= ~word;
        if (word & broadcast_bit) broadcast = false;
        break;
    case cpu_set: soft |= word & soft_bits; break;
    default:
        intctl->log_.write(LogItem::guest_error,
                           "{}: write of {:#x} to read-only CPU register {:#x}", intctl->name(),
                           value, offset);
    }
    intctl->update();
}

std::uint64_t SlavioIntctl::System::read(std::uint64_t offset, unsigned) {
    switch (offset) {
    case system_pending: return intctl.inputs_ & ~mask_all;
    case system_mask: return intctl.masked_ & maskable;
    case system_target: return intctl.target_;
    default: return 0;
    }
}

void SlavioIntctl::System::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    const auto word = static_cast<std::uint32_t>(value);
    switch (offset) {
    case system_mask_clear: intctl.masked_ &= ~(word & maskable); break;
    case system_mask_set: intctl.masked_ |= word & maskable; break;
    case system_target: intctl.target_ = word % max_cpus; break;
    default:
        intctl.log_.write(LogItem::guest_error,
                          "{}: write of {:#x} to read-only system register {:#x}", intctl.name(),
                          value, offset);
    }
    intctl.update();
}

// -- reset and state

void SlavioIntctl::reset() {
    for (Cpu& cpu : cpus_) {
        cpu.soft = 0;
        cpu.broadcast = false;
    }
    masked_ = ~maskable; // the inputs are their drivers'
    target_ = 0;
    update();
}

void SlavioIntctl::visit(StateVisitor& state) {
    state.field("inputs", inputs_);
    state.field("masked", masked_);
    state.field("target", target_);
    for (Cpu& cpu : cpus_) {
        state.field("soft", cpu.soft);
        state.field("timer", cpu.timer);
        state.field("broadcast", cpu.broadcast);
    }
    if (!state.loading()) return;
    target_ %= max_cpus;
    for (Cpu& cpu : cpus_) {
        const unsigned highest = highest_level(cpu);
        for (unsigned level = 1; level < level_count; ++level)
            cpu.lines[level].restore(level == highest);
    }
}

} // namespace vestige::hw
