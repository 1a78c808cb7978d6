// Realtek RTL8029AS, the NE2000 on a PCI card: 10ec:8029. Linux drives it with ne2k-pci.
#pragma once

#include <string>

#include "hw/net/ne2000.h"
#include "hw/pci/pci_device.h"

namespace vestige::hw {

class Ne2000Pci final : public PciDevice, private IrqSink {
  public:
    Ne2000Pci(std::string name, PciBus& bus, PciAddress address, NetBackend& network,
              const EthernetAddress& station, Log& log);

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    void set_irq(unsigned, bool level) override { set_interrupt(level); }

    Ne2000 controller_;
};

} // namespace vestige::hw
