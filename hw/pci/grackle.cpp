// Source: "MPC106 PCI Bridge/Memory Controller User's Manual" (Motorola MPC106UM), chapter 3
// (configuration registers).
#include "hw/pci/grackle.h"

#include <utility>

#include "hw/pci/config_cycle.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr PciIdentity identity = {
    .vendor = 0x1057, .device = 0x0002, .class_code = 0x060001, .revision = 0x40};

// The memory controller's and the processor interface's registers: kept, without effect.
constexpr unsigned first_own_register = 0x40;

} // namespace

Grackle::Grackle(std::string name, PciBus& bus, Log& log)
    : PciDevice(std::move(name), bus, PciAddress{0, 0}, identity, log) {
    // It takes part in memory cycles and masters the bus from the start.
    set_reset_value(pci::command, 2, pci::command_memory | pci::command_master);
    set_reset_value(pci::status, 2, pci::status_fast_back_to_back);
    for (unsigned offset = first_own_register; offset < pci::config_size; offset += 4)
        set_writable(offset, 4, 0xffffffff);
}

std::uint64_t Grackle::DataRegister::read(std::uint64_t offset, unsigned size) {
    const auto lane = static_cast<unsigned>(offset & 3);
    const auto cycle = decode_mechanism_1(bridge.address_register_.value, lane);
    if (!cycle) return (std::uint64_t{1} << (8 * size)) - 1;
    return bridge.bus().config_read(cycle->bus, cycle->address, cycle->offset, size);
}

void Grackle::DataRegister::write(std::uint64_t offset, unsigned size, std::uint64_t value) {
    const auto lane = static_cast<unsigned>(offset & 3);
    if (const auto cycle = decode_mechanism_1(bridge.address_register_.value, lane))
        bridge.bus().config_write(cycle->bus, cycle->address, cycle->offset, size,
                                  static_cast<std::uint32_t>(value));
}

void Grackle::reset() {
    PciDevice::reset();
    address_register_.value = 0;
}

void Grackle::visit(StateVisitor& state) {
    PciDevice::visit(state);
    state.field("config_address", address_register_.value);
}

} // namespace vestige::hw
