// ATA/ATAPI-6 (INCITS 361-2002), clauses 7 (registers) and 9 (reset and diagnostic protocols).
#include "hw/ide/ide_channel.h"

#include "common/endian.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum Control : std::uint8_t {
    control_no_interrupt = 0x02, // nIEN
    control_reset = 0x04,        // SRST
    control_previous = 0x80,     // HOB
};

constexpr std::uint8_t command_diagnostic = 0x90;

} // namespace

IdeChannel::IdeChannel(std::string name, IrqLine irq, Drives drives, Log& log)
    : Device(std::move(name)), log_(log), irq_(irq), drives_{drives.master, drives.slave} {
    for (IdeDrive* drive : drives_)
        if (drive) drive->connect(*this);
}

// -- interrupts

bool IdeChannel::irq_level() const {
    return !(control_ & control_no_interrupt) && selected() && selected()->interrupt();
}

void IdeChannel::interrupt_changed() { irq_.set(irq_level()); }

void IdeChannel::dma_ready() {
    if (dma_handler_) dma_handler_();
}

// -- the command block

std::uint64_t IdeChannel::read_data(unsigned size) {
    std::array<std::byte, 8> bytes{};
    if (selected()) selected()->read_data(std::span(bytes).first(size));
    return load_le<std::uint64_t>(bytes.data());
}

void IdeChannel::write_data(unsigned size, std::uint64_t value) {
    std::array<std::byte, 8> bytes{};
    store_le(bytes.data(), value);
    if (selected()) selected()->write_data(std::span(bytes).first(size));
}

// An absent drive reads as zeros: no status bit, and no register that keeps what was written to it.
std::uint8_t IdeChannel::read(unsigned index) {
    IdeDrive* const drive = selected();
    if (!drive) return 0;
    const std::uint8_t value = drive->read_register(
        index, control_ & control_previous ? IdeDrive::Depth::previous : IdeDrive::Depth::current);
    if (index == ata_command) {
        drive->acknowledge();
        interrupt_changed();
    }
    return value;
}

void IdeChannel::write(unsigned index, std::uint8_t value) {
    control_ &= static_cast<std::uint8_t>(~control_previous);
    if (index == ata_command) {
        if (value == command_diagnostic) {
            reset_drives();
            if (selected()) selected()->signal_diagnostic(); // the master speaks for both
        } else if (selected()) {
            selected()->write_command(value);
        }
        return;
    }
    if (selected() && selected()->busy()) {
        log_.write(LogItem::guest_error, "{}: register {} written while busy", name(), index);
        return;
    }
    for (IdeDrive* drive : drives_)
        if (drive) drive->write_register(index, value);
    if (index == ata_device) {
        second_selected_ = (value & ata_device_second) != 0;
        interrupt_changed();
    }
}

// -- the control block

std::uint8_t IdeChannel::alternate_status() const { return selected() ? selected()->status() : 0; }

void IdeChannel::write_control(std::uint8_t value) {
    const std::uint8_t before = control_;
    control_ = value;
    if ((value & control_reset) && !(before & control_reset)) {
        for (IdeDrive* drive : drives_)
            if (drive) drive->hold_in_reset();
    } else if (!(value & control_reset) && (before & control_reset)) {
        reset_drives();
    }
    interrupt_changed();
}

void IdeChannel::reset_drives() {
    second_selected_ = false;
    for (IdeDrive* drive : drives_)
        if (drive) drive->release_reset();
}

// -- DMA

std::size_t IdeChannel::dma_readable() const { return selected() ? selected()->dma_readable() : 0; }
std::size_t IdeChannel::dma_writable() const { return selected() ? selected()->dma_writable() : 0; }
void IdeChannel::dma_read(std::span<std::byte> to) {
    if (selected()) selected()->dma_read(to);
}
void IdeChannel::dma_write(std::span<const std::byte> from) {
    if (selected()) selected()->dma_write(from);
}

// -- reset and state

void IdeChannel::reset() {
    second_selected_ = false;
    control_ = 0;
    interrupt_changed();
}

void IdeChannel::visit(StateVisitor& state) {
    state.section(name(), 1, [&] {
        state.field("second_selected", second_selected_);
        state.field("control", control_);
        bool level = irq_.level();
        state.field("irq", level);
        if (state.loading()) irq_.restore(level);
    });
}

} // namespace vestige::hw
