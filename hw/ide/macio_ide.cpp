// See macio_ide.h for the sources.
#include "hw/ide/macio_ide.h"

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum Offset : std::uint64_t {
    offset_control = 0x160, // and alternate status
    offset_control_alias = 0x80,
    offset_timing = 0x200,
    offset_interrupt = 0x300,
};

constexpr std::uint32_t interrupt_of_disk = 0x4000'0000;

} // namespace

MacioIde::MacioIde(std::string name, IrqLine irq, Dma dma, IdeChannel::Drives drives, Log& log)
    : Device(std::move(name)), cable_(this->name() + " cable", irq, drives, log) {
    dma.controller.connect(dma.channel, dma.irq, *this);
    cable_.set_dma_handler([dma] { dma.controller.peer_ready(dma.channel); });
}

std::uint64_t MacioIde::read(std::uint64_t offset, unsigned size) {
    const std::uint64_t index = offset >> 4;
    if (index == ata_data) return size == 1 ? 0 : cable_.read_data(size);
    if (index <= ata_command) return cable_.read(static_cast<unsigned>(index));
    switch (offset & ~std::uint64_t{15}) {
    case offset_control:
    case offset_control_alias: return cable_.alternate_status();
    case offset_timing: return timing_;
    case offset_interrupt: return cable_.irq_level() ? interrupt_of_disk : 0;
    default: return ~std::uint64_t{0};
    }
}

void MacioIde::write(std::uint64_t offset, unsigned size, std::uint64_t value) {
    const std::uint64_t index = offset >> 4;
    const auto byte = static_cast<std::uint8_t>(value);
    if (index == ata_data) {
        if (size > 1) cable_.write_data(size, value);
        return;
    }
    if (index <= ata_command) {
        cable_.write(static_cast<unsigned>(index), byte);
        return;
    }
    switch (offset & ~std::uint64_t{15}) {
    case offset_control:
    case offset_control_alias: cable_.write_control(byte); break;
    case offset_timing: timing_ = static_cast<std::uint32_t>(value); break;
    default: break;
    }
}

void MacioIde::reset() {
    timing_ = 0;
    cable_.reset();
}

void MacioIde::visit(StateVisitor& state) {
    state.section(name(), 1, [&] { state.field("timing", timing_); });
    cable_.visit(state);
}

} // namespace vestige::hw
