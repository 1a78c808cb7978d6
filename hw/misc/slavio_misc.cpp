// Sources: NCR, NCR89C105 Chip Specification (1996), chapter on miscellaneous registers; Linux
// arch/sparc/include/asm/auxio_32.h (bit names).
#include "hw/misc/slavio_misc.h"

#include <utility>

#include "common/assertion.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr std::uint32_t configuration_power_interrupt = 0x08; // enables it

constexpr std::uint32_t auxiliary_1_terminal_count = 0x02; // a pulse while it is written

enum Auxiliary2 : std::uint32_t {
    auxiliary_2_power_off = 0x01,
    auxiliary_2_clear_interrupt = 0x02,
    auxiliary_2_power_failing = 0x20, // read-only
};

enum SystemControl : std::uint32_t {
    system_reset = 0x01,
    system_was_reset = 0x02, // by software; power-on clears it
};

struct Row {
    std::uint8_t size;  // of the register
    std::uint32_t kept; // the bits that are stored as written
};

// In the order of Register.
constexpr std::array<Row, SlavioMisc::register_count> rows = {{
    {1, 0xff},                               // configuration
    {1, 0xff},                               // diagnostic
    {1, 0xff},                               // modem
    {2, 0xffff},                             // LEDs
    {1, 0xff & ~auxiliary_1_terminal_count}, // auxiliary 1
    {1, auxiliary_2_power_off},              // auxiliary 2
    {4, 0},                                  // system control
}};

constexpr const Row& row(SlavioMisc::Register which) {
    return rows[static_cast<std::size_t>(which)];
}

} // namespace

SlavioMisc::SlavioMisc(std::string name, IrqLine power_failing, Actions actions, Log& log)
    : Device(std::move(name)), irq_(power_failing), actions_(std::move(actions)), log_(log) {
    VESTIGE_ASSERT(actions_.power_off && actions_.reset);
    for (std::size_t i = 0; i < register_count; ++i) {
        views_[i].misc = this;
        views_[i].which = static_cast<Register>(i);
    }
}

std::uint64_t SlavioMisc::size(Register which) { return row(which).size; }

MmioTraits SlavioMisc::traits(Register which) {
    const std::uint8_t size = row(which).size;
    return {.endian = Endian::big, .min_size = size, .max_size = size};
}

bool SlavioMisc::irq_level() {
    return (value(Register::auxiliary_2) & auxiliary_2_power_failing) != 0 &&
           (value(Register::configuration) & configuration_power_interrupt) != 0;
}

void SlavioMisc::power_button() {
    if (value(Register::configuration) & configuration_power_interrupt)
        value(Register::auxiliary_2) |= auxiliary_2_power_failing;
    irq_.set(irq_level());
}

std::uint64_t SlavioMisc::View::read(std::uint64_t, unsigned) { return misc->value(which); }

void SlavioMisc::View::write(std::uint64_t, unsigned, std::uint64_t value) {
    misc->write(which, static_cast<std::uint32_t>(value));
}

void SlavioMisc::write(Register which, std::uint32_t word) {
    log_.write(LogItem::device, "{}: register {} = {:#x}", name(), static_cast<unsigned>(which),
               word);
    const std::uint32_t before = value(which);
    value(which) = word & row(which).kept;
    switch (which) {
    case Register::auxiliary_1:
        if ((word & auxiliary_1_terminal_count) && actions_.floppy_terminal_count)
            actions_.floppy_terminal_count();
        break;
    case Register::auxiliary_2:
        if ((word & auxiliary_2_clear_interrupt) == 0)
            value(which) |= before & auxiliary_2_power_failing;
        if (word & auxiliary_2_power_off) actions_.power_off();
        break;
    case Register::system_control:
        value(which) = word & system_reset ? system_was_reset : before;
        if (word & system_reset) actions_.reset();
        break;
    default: break;
    }
    irq_.set(irq_level());
}

// The diagnostic, LED and system control registers outlive a reset: firmware learns from the last
// what kind of reset it was.
void SlavioMisc::reset() {
    for (const Register cleared :
         {Register::configuration, Register::modem, Register::auxiliary_1, Register::auxiliary_2})
        value(cleared) = 0;
    irq_.set(irq_level());
}

void SlavioMisc::visit(StateVisitor& state) {
    state.field("values", values_);
    if (state.loading()) irq_.restore(irq_level());
}

} // namespace vestige::hw
