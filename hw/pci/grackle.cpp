// Source: "MPC106 PCI Bridge/Memory Controller User's Manual" (Motorola MPC106UM), chapter 3
// (configuration registers).
#include "hw/pci/grackle.h"

#include <utility>

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr PciIdentity identity = {
    .vendor = 0x1057, .device = 0x0002, .class_code = 0x060001, .revision = 0x40};

// The memory controller's and the processor interface's registers: kept, without effect.
constexpr unsigned first_own_register = 0x40;

} // namespace

Grackle::Grackle(std::string name, PciBus& bus, Log& log)
    : PciDevice(std::move(name), bus, PciAddress{0, 0}, identity, log),
      ports_(bus, decode_mechanism_1) {
    // It takes part in memory cycles and masters the bus from the start.
    set_reset_value(pci::command, 2, pci::command_memory | pci::command_master);
    set_reset_value(pci::status, 2, pci::status_fast_back_to_back);
    for (unsigned offset = first_own_register; offset < pci::config_size; offset += 4)
        set_writable(offset, 4, 0xffffffff);
}

void Grackle::reset() {
    PciDevice::reset();
    ports_.reset();
}

void Grackle::visit(StateVisitor& state) {
    PciDevice::visit(state);
    ports_.visit(state);
}

} // namespace vestige::hw
