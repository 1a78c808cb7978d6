// Motorola's MPC106 "Grackle": the PCI host bridge of the first G3 Macs.
#pragma once

#include <cstdint>
#include <string>

#include "common/log.h"
#include "hw/pci/config_ports.h"
#include "hw/pci/pci_bus.h"
#include "hw/pci/pci_device.h"

namespace vestige::hw {

// Device 0 of the bus that it makes. The board maps the two configuration registers (address map B:
// FEC00000 and FEE00000) and shows bus().memory() and bus().io() to the CPU.
class Grackle : public PciDevice {
  public:
    static constexpr std::uint64_t config_address_base = 0xfec00000;
    static constexpr std::uint64_t config_data_base = 0xfee00000;
    static constexpr std::uint64_t config_size = 0x1000;

    Grackle(std::string name, PciBus& bus, Log& log);

    PciConfigPorts& config() { return ports_; }

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    PciConfigPorts ports_;
};

} // namespace vestige::hw
