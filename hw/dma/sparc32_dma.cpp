// See sparc32_dma.h for the sources.
#include "hw/dma/sparc32_dma.h"

#include <algorithm>
#include <limits>

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum Offset : unsigned { offset_control = 0x0, offset_address = 0x4, offset_count = 0x8 };

enum Control : std::uint32_t {
    control_interrupt = 1 << 0, // read-only, as the chip's output is
    control_error = 1 << 1,
    control_draining = 3 << 2,
    control_interrupt_enable = 1 << 4,
    control_invalidate = 1 << 5, // done at once
    control_drain = 1 << 6,      // done at once
    control_reset = 1 << 7,
    control_to_memory = 1 << 8,
    control_enable = 1 << 9,
    control_count_enable = 1 << 13,
    control_count_ended = 1 << 14, // cleared by writing 1
    control_loaded = 1 << 26,      // the address register has been written
};
constexpr std::uint32_t device_id = 0xa000'0000; // DMA2
constexpr std::uint32_t id_bits = 0xf000'0000;

// What is not stored as written.
constexpr std::uint32_t not_written = id_bits | control_loaded | control_count_ended |
                                      control_drain | control_invalidate | control_draining |
                                      control_error | control_interrupt;
constexpr std::uint32_t count_bits = 0x00ff'ffff;
constexpr std::uint32_t ethernet_address_bits = 0x00ff'ffff;

// Solaris 7 to 9 reach beyond the Ethernet channel's registers: there they answer again, and where
// the control register would be, the harmless address register does.
constexpr std::uint64_t offset_alias = 0x20;

unsigned register_at(std::uint64_t offset) {
    return static_cast<unsigned>(offset == offset_alias ? std::uint64_t{offset_address}
                                                        : offset & 0xc);
}

} // namespace

Sparc32Dma::Sparc32Dma(std::string name, Interrupts interrupts, Dvma& memory, Log& log)
    : Device(std::move(name)), interrupts_(interrupts), memory_(memory), log_(log) {}

// -- interrupts

void Sparc32Dma::set_irq(unsigned input, bool level) {
    channels_[input].chip_interrupt = level;
    update_irq();
}

void Sparc32Dma::update_irq() {
    const auto level = [&](Channel channel) {
        const Registers& r = channels_[channel];
        return (r.control & control_interrupt_enable) &&
               (r.chip_interrupt || (r.control & control_count_ended));
    };
    interrupts_.scsi.set(level(channel_scsi));
    interrupts_.ethernet.set(level(channel_ethernet));
}

// -- registers

std::uint32_t Sparc32Dma::control(Channel channel) const {
    const Registers& r = channels_[channel];
    return device_id | r.control | (r.chip_interrupt ? std::uint32_t{control_interrupt} : 0u);
}

void Sparc32Dma::write_control(Channel channel, std::uint32_t value) {
    Registers& r = channels_[channel];
    const std::uint32_t before = r.control;
    r.control = (before & (control_loaded | control_count_ended)) | (value & ~not_written);
    if (value & control_count_ended) r.control &= ~control_count_ended;
    if (value & control_reset) r.control &= ~(control_loaded | control_count_ended);
    update_irq();
    if ((value & control_reset) && !(before & control_reset)) {
        if (channel == channel_scsi)
            scsi_.reset_chip();
        else if (ethernet_.chip)
            ethernet_.chip->dma_reset();
    }
    if (channel == channel_scsi) scsi_.ready();
}

std::uint64_t Sparc32Dma::read(std::uint64_t offset, unsigned) {
    const Channel channel = offset < 0x10 ? channel_scsi : channel_ethernet;
    const Registers& r = channels_[channel];
    switch (register_at(offset)) {
    case offset_control: return control(channel);
    case offset_address: return r.address;
    case offset_count: return r.count;
    default: return r.test;
    }
}

void Sparc32Dma::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    const Channel channel = offset < 0x10 ? channel_scsi : channel_ethernet;
    const auto bits = static_cast<std::uint32_t>(value);
    Registers& r = channels_[channel];
    log_.write(LogItem::device, "{}: {:02x} = {:08x}", name(), offset, bits);
    switch (register_at(offset)) {
    case offset_control: return write_control(channel, bits);
    case offset_address:
        r.address = bits;
        r.control |= control_loaded;
        break;
    case offset_count: r.count = bits & count_bits; break;
    default: r.test = bits; break;
    }
    if (channel == channel_scsi) scsi_.ready();
}

// -- the SCSI channel

std::size_t Sparc32Dma::room() const {
    const Registers& r = channels_[channel_scsi];
    if (!(r.control & control_enable) || (r.control & control_reset)) return 0;
    return r.control & control_count_enable ? r.count : std::numeric_limits<std::size_t>::max();
}

std::size_t Sparc32Dma::ScsiPort::readable() const {
    return owner.channels_[channel_scsi].control & control_to_memory ? 0 : owner.room();
}

std::size_t Sparc32Dma::ScsiPort::writable() const {
    return owner.channels_[channel_scsi].control & control_to_memory ? owner.room() : 0;
}

void Sparc32Dma::ScsiPort::read(std::span<std::byte> to) {
    owner.memory_.read(owner.channels_[channel_scsi].address, to);
    moved(to.size());
}

void Sparc32Dma::ScsiPort::write(std::span<const std::byte> from) {
    owner.memory_.write(owner.channels_[channel_scsi].address, from);
    moved(from.size());
}

void Sparc32Dma::ScsiPort::moved(std::size_t size) {
    Registers& r = owner.channels_[channel_scsi];
    r.address += static_cast<std::uint32_t>(size);
    if (!(r.control & control_count_enable)) return;
    r.count -= static_cast<std::uint32_t>(std::min<std::size_t>(size, r.count));
    if (r.count == 0) {
        r.control |= control_count_ended;
        owner.update_irq();
    }
}

void Sparc32Dma::ScsiPort::ready() {
    if (chip_ && owner.room() > 0) chip_->dma_ready();
}

void Sparc32Dma::ScsiPort::reset_chip() {
    if (chip_) chip_->dma_reset();
}

// -- the Ethernet channel

std::uint32_t Sparc32Dma::EthernetPort::extend(std::uint32_t address) {
    Registers& r = owner.channels_[channel_ethernet];
    return (r.test & ~ethernet_address_bits) | (address & ethernet_address_bits);
}

void Sparc32Dma::EthernetPort::read(std::uint32_t address, std::span<std::byte> to) {
    owner.memory_.read(extend(address), to);
}

void Sparc32Dma::EthernetPort::write(std::uint32_t address, std::span<const std::byte> from) {
    owner.memory_.write(extend(address), from);
}

// -- reset and state

void Sparc32Dma::reset() {
    for (Registers& r : channels_)
        r = {.chip_interrupt = r.chip_interrupt}; // the chips reset themselves
    update_irq();
}

void Sparc32Dma::visit(StateVisitor& state) {
    state.section(name(), 1, [&] {
        for (Registers& r : channels_) {
            state.field("control", r.control);
            state.field("address", r.address);
            state.field("count", r.count);
            state.field("test", r.test);
            state.field("chip_interrupt", r.chip_interrupt);
        }
        bool scsi = interrupts_.scsi.level(), ethernet = interrupts_.ethernet.level();
        state.field("scsi_interrupt", scsi);
        state.field("ethernet_interrupt", ethernet);
        if (!state.loading()) return;
        interrupts_.scsi.restore(scsi);
        interrupts_.ethernet.restore(ethernet);
    });
}

} // namespace vestige::hw
