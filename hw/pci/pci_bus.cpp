// Source: PCI Local Bus Specification 2.3, chapters 2.2.6 (interrupt pins) and 3.2.2.3
// (configuration).
#include "hw/pci/pci_bus.h"

#include <utility>

#include "common/assertion.h"
#include "hw/pci/pci_device.h"
#include "hw/pci/pci_registers.h"
#include "machine/core/state.h"

namespace vestige::hw {

PciBus::PciBus(std::string name, PciInterrupts interrupts, AddressSpace& dma, Log& log)
    : Device(std::move(name)),
      memory_(this->name() + " memory", log),
      io_(this->name() + " i/o", log),
      dma_(dma),
      interrupts_(interrupts) {}

void PciBus::attach(PciAddress address, PciDevice& device) {
    VESTIGE_ASSERT(address.slot < 32 && address.function < 8);
    VESTIGE_ASSERT(devices_[index(address)] == nullptr); // two devices in one slot
    devices_[index(address)] = &device;
}

void PciBus::detach(PciAddress address) { devices_[index(address)] = nullptr; }

std::vector<const PciDevice*> PciBus::devices() const {
    std::vector<const PciDevice*> present;
    for (const PciDevice* device : devices_)
        if (device) present.push_back(device);
    return present;
}

std::uint32_t PciBus::config_read(unsigned bus, PciAddress address, unsigned offset,
                                  unsigned size) {
    PciDevice* device = bus == 0 ? devices_[index(address)] : nullptr;
    if (!device || offset + size > pci::config_size)
        return static_cast<std::uint32_t>((std::uint64_t{1} << (8 * size)) - 1);
    return device->config_read(offset, size);
}

void PciBus::config_write(unsigned bus, PciAddress address, unsigned offset, unsigned size,
                          std::uint32_t value) {
    PciDevice* device = bus == 0 ? devices_[index(address)] : nullptr;
    if (device && offset + size <= pci::config_size) device->config_write(offset, size, value);
}

// -- interrupts

IrqLine PciBus::interrupt(PciAddress address, unsigned pin) {
    VESTIGE_ASSERT(pin < 4);
    return IrqLine(*this, static_cast<unsigned>(index(address)) * 4 + pin);
}

unsigned PciBus::wire_of(unsigned input) const {
    const unsigned wire = interrupts_.route(input / 32, input % 4);
    VESTIGE_ASSERT(wire < counts_.size());
    return wire;
}

void PciBus::set_irq(unsigned input, bool level) {
    if (asserted_[input] == level) return;
    asserted_[input] = level;
    const unsigned wire = wire_of(input);
    counts_[wire] += level ? 1u : ~0u;
    interrupts_.wires[wire].set(counts_[wire] != 0);
}

void PciBus::reset() {} // the pins are their devices'

void PciBus::visit(StateVisitor& state) {
    std::array<std::uint8_t, addresses* 4 / 8> pins = {};
    for (std::size_t i = 0; i < asserted_.size(); ++i)
        if (asserted_[i]) pins[i / 8] |= static_cast<std::uint8_t>(1 << (i % 8));
    state.field("asserted", pins);
    if (!state.loading()) return;
    counts_ = {};
    for (unsigned i = 0; i < asserted_.size(); ++i) {
        asserted_[i] = (pins[i / 8] >> (i % 8) & 1) != 0;
        if (asserted_[i]) ++counts_[wire_of(i)];
    }
    for (std::size_t wire = 0; wire < counts_.size(); ++wire)
        interrupts_.wires[wire].restore(counts_[wire] != 0);
}

} // namespace vestige::hw
