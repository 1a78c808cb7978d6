#include "hw/net/ne2000_pci.h"

namespace vestige::hw {

namespace {

constexpr PciIdentity identity{.vendor = 0x10ec,
                               .device = 0x8029,
                               .class_code = 0x020000,
                               .subsystem_vendor = 0x1af4,
                               .subsystem = 0x1100,
                               .interrupt_pin = 1};

constexpr std::uint32_t port_window = 256;

} // namespace

Ne2000Pci::Ne2000Pci(std::string name, PciBus& bus, PciAddress address, NetBackend& network,
                     const EthernetAddress& station, Log& log)
    : PciDevice(name, bus, address, identity, log),
      controller_(name + "/controller", IrqLine(*this, 0), network, station, log) {
    add_io_bar(0, port_window, controller_, Ne2000::traits);
}

void Ne2000Pci::reset() {
    PciDevice::reset();
    controller_.reset();
}

void Ne2000Pci::visit(StateVisitor& state) {
    PciDevice::visit(state);
    controller_.visit(state);
}

} // namespace vestige::hw
