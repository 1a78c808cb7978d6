// Source: PCI Local Bus Specification 2.3, chapter 6.
#include "hw/pci/pci_device.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "common/assertion.h"
#include "common/endian.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr std::uint32_t memory_address_bits = 0xfffffff0;
constexpr std::uint32_t io_address_bits = 0xfffffffc;
constexpr std::uint32_t rom_address_bits = 0xfffff800;

bool power_of_two(std::uint32_t value) { return value != 0 && (value & (value - 1)) == 0; }

} // namespace

PciDevice::PciDevice(std::string name, PciBus& bus, PciAddress address, const PciIdentity& identity,
                     Log& log)
    : Device(std::move(name)),
      bus_(bus),
      address_(address),
      log_(log),
      pin_(identity.interrupt_pin == 0 ? IrqLine::unconnected()
                                       : bus.interrupt(address, identity.interrupt_pin - 1u)) {
    bus_.attach(address, *this);
    set_reset_value(pci::vendor_id, 2, identity.vendor);
    set_reset_value(pci::device_id, 2, identity.device);
    set_reset_value(pci::revision, 4, identity.class_code << 8 | identity.revision);
    set_reset_value(pci::subsystem_vendor_id, 2, identity.subsystem_vendor);
    set_reset_value(pci::subsystem_id, 2, identity.subsystem);
    set_reset_value(pci::interrupt_pin, 1, identity.interrupt_pin);
    set_writable(pci::command, 2,
                 pci::command_io | pci::command_memory | pci::command_master | pci::command_parity |
                     pci::command_serr | pci::command_interrupt_disable);
    set_writable(pci::cache_line_size, 1, 0xff);
    set_writable(pci::latency_timer, 1, 0xff);
    set_writable(pci::interrupt_line, 1, 0xff);
    store_le(clearable_.data() + pci::status, pci::status_errors);
}

PciDevice::~PciDevice() {
    // The regions stay in the bus's spaces, which end after their devices.
    for (const Mapping& mapping : mappings_)
        mapping.space->set_enabled(mapping.region, false);
    bus_.detach(address_);
}

// -- wiring

std::string PciDevice::region_name(unsigned index) const {
    return fmt::format("{} bar {}", name(), index);
}

unsigned PciDevice::offset_of(const Mapping& mapping) {
    return mapping.kind == Mapping::Register::rom_address ? pci::rom_address
                                                          : pci::base_address + 4 * mapping.index;
}

void PciDevice::add_bar(unsigned index, std::uint32_t size, AddressSpace::RegionId region,
                        bool is_io, std::uint32_t flags) {
    VESTIGE_ASSERT(index < 6 && power_of_two(size) && size >= (is_io ? 4 : 16));
    AddressSpace& space = is_io ? bus_.io() : bus_.memory();
    space.set_enabled(region, false);
    mappings_.push_back({Mapping::Register::base_address, index, size, &space, region, is_io});
    const unsigned offset = pci::base_address + 4 * index;
    set_reset_value(offset, 4, flags);
    set_writable(offset, 4, ~(size - 1) & (is_io ? io_address_bits : memory_address_bits));
}

void PciDevice::add_mmio_bar(unsigned index, std::uint32_t size, MmioHandler& handler,
                             MmioTraits traits) {
    add_bar(index, size, bus_.memory().map_mmio(region_name(index), 0, size, handler, traits),
            false, 0);
}

void PciDevice::add_io_bar(unsigned index, std::uint32_t size, MmioHandler& handler,
                           MmioTraits traits) {
    add_bar(index, size, bus_.io().map_mmio(region_name(index), 0, size, handler, traits), true,
            pci::bar_io);
}

void PciDevice::add_ram_bar(unsigned index, RamBlock& ram) {
    add_bar(index, static_cast<std::uint32_t>(ram.size()),
            bus_.memory().map_ram(region_name(index), 0, ram, 0, ram.size()), false,
            pci::bar_prefetchable);
}

void PciDevice::add_window_bar(unsigned index, std::uint32_t size, AddressSpace& target) {
    add_bar(index, size, bus_.memory().map_window(region_name(index), 0, size, target, 0), false,
            0);
}

void PciDevice::add_rom(RamBlock& rom) {
    const auto size = static_cast<std::uint32_t>(rom.size());
    VESTIGE_ASSERT(power_of_two(size));
    const auto region = bus_.memory().map_rom(name() + " rom", 0, rom, 0, size);
    bus_.memory().set_enabled(region, false);
    mappings_.push_back({Mapping::Register::rom_address, 6, size, &bus_.memory(), region, false});
    set_writable(pci::rom_address, 4, (~(size - 1) & rom_address_bits) | pci::rom_enable);
}

void PciDevice::add_fixed_mmio(std::uint64_t base, std::uint64_t size, MmioHandler& handler,
                               MmioTraits traits) {
    const auto region = bus_.memory().map_mmio(name(), base, size, handler, traits);
    bus_.memory().set_enabled(region, false);
    mappings_.push_back({Mapping::Register::none, 0, 0, &bus_.memory(), region, false});
}

void PciDevice::add_fixed_io(std::uint64_t base, std::uint64_t size, MmioHandler& handler,
                             MmioTraits traits) {
    const auto region = bus_.io().map_mmio(name(), base, size, handler, traits);
    bus_.io().set_enabled(region, false);
    mappings_.push_back({Mapping::Register::none, 0, 0, &bus_.io(), region, true});
}

void PciDevice::set_reset_value(unsigned offset, unsigned size, std::uint32_t value) {
    VESTIGE_ASSERT(offset + size <= pci::config_size);
    store_sized(reset_.data() + offset, size, value, Endian::little);
    store(offset, size, value);
}

void PciDevice::set_writable(unsigned offset, unsigned size, std::uint32_t mask) {
    VESTIGE_ASSERT(offset + size <= pci::config_size);
    store_sized(writable_.data() + offset, size, mask, Endian::little);
}

// -- the configuration space

std::uint32_t PciDevice::stored(unsigned offset, unsigned size) const {
    VESTIGE_ASSERT(offset + size <= pci::config_size);
    return static_cast<std::uint32_t>(load_sized(config_.data() + offset, size, Endian::little));
}

void PciDevice::store(unsigned offset, unsigned size, std::uint32_t value) {
    VESTIGE_ASSERT(offset + size <= pci::config_size);
    store_sized(config_.data() + offset, size, value, Endian::little);
}

std::uint32_t PciDevice::config_read(unsigned offset, unsigned size) {
    return stored(offset, size);
}

void PciDevice::config_write(unsigned offset, unsigned size, std::uint32_t value) {
    for (unsigned i = 0; i < size; ++i) {
        const auto written = static_cast<std::byte>(value >> (8 * i));
        std::byte& byte = config_[offset + i];
        byte = (byte & ~writable_[offset + i]) | (written & writable_[offset + i]);
        byte &= ~(written & clearable_[offset + i]);
    }
    const auto touches = [&](unsigned first, unsigned count) {
        return offset < first + count && first < offset + size;
    };
    if (touches(pci::command, 2) || touches(pci::base_address, 24) || touches(pci::rom_address, 4))
        update_mappings();
    if (touches(pci::command, 2)) update_interrupt();
}

void PciDevice::update_mappings() {
    const std::uint32_t command = stored(pci::command, 2);
    for (Mapping& mapping : mappings_) {
        const auto decodes = mapping.is_io ? pci::command_io : pci::command_memory;
        bool mapped = (command & decodes) != 0;
        if (mapping.kind != Mapping::Register::none) {
            const std::uint32_t address = stored(offset_of(mapping), 4);
            const std::uint32_t base = address & ~(mapping.size - 1);
            // Address 0 and the top of the space are where sizing leaves a base address: nothing
            // answers there.
            mapped = mapped && base != 0 && base + (mapping.size - 1) != 0xffffffff;
            if (mapping.kind == Mapping::Register::rom_address)
                mapped = mapped && (address & pci::rom_enable) != 0;
            if (mapped) mapping.space->move(mapping.region, base);
        }
        mapping.space->set_enabled(mapping.region, mapped);
        mapping.mapped = mapped;
    }
}

std::vector<PciDevice::BarInfo> PciDevice::bars() const {
    std::vector<BarInfo> all;
    for (const Mapping& mapping : mappings_)
        if (mapping.kind != Mapping::Register::none)
            all.push_back({mapping.index, stored(offset_of(mapping), 4) & ~(mapping.size - 1),
                           mapping.size, mapping.is_io, mapping.mapped});
    return all;
}

// -- interrupts and bus mastering

void PciDevice::set_interrupt(bool level) {
    interrupt_ = level;
    update_interrupt();
}

void PciDevice::update_interrupt() {
    const std::uint32_t status = stored(pci::status, 2) & ~std::uint32_t{pci::status_interrupt};
    store(pci::status, 2, status | (interrupt_ ? pci::status_interrupt : 0u));
    pin_.set(interrupt_ && (stored(pci::command, 2) & pci::command_interrupt_disable) == 0);
}

bool PciDevice::dma_read(std::uint64_t address, std::span<std::byte> to) {
    if ((stored(pci::command, 2) & pci::command_master) == 0) {
        std::ranges::fill(to, std::byte{0xff});
        log_.write(LogItem::guest_error, "{}: DMA without the bus master bit", name());
        return false;
    }
    bus_.dma().dma_read(address, to);
    return true;
}

bool PciDevice::dma_write(std::uint64_t address, std::span<const std::byte> from) {
    if ((stored(pci::command, 2) & pci::command_master) == 0) {
        log_.write(LogItem::guest_error, "{}: DMA without the bus master bit", name());
        return false;
    }
    bus_.dma().dma_write(address, from);
    return true;
}

// -- reset and state

void PciDevice::reset() {
    config_ = reset_;
    interrupt_ = false;
    update_mappings();
    update_interrupt();
}

void PciDevice::visit(StateVisitor& state) {
    state.field("config", config_);
    state.field("interrupt", interrupt_);
    if (!state.loading()) return;
    // What cannot be written is not taken from a file either.
    for (std::size_t i = 0; i < pci::base_address; ++i)
        if (i != pci::status && i != pci::status + 1)
            config_[i] = (config_[i] & writable_[i]) | (reset_[i] & ~writable_[i]);
    update_mappings();
    pin_.restore(interrupt_ && (stored(pci::command, 2) & pci::command_interrupt_disable) == 0);
}

} // namespace vestige::hw
