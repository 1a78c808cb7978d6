// Apple's MacIO chips as PCI devices: one 512 KB base address, behind which the board maps the
// cells.
#pragma once

#include <cstdint>
#include <string>

#include "common/log.h"
#include "hw/pci/pci_device.h"
#include "machine/core/address_space.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

class MacIo : public PciDevice {
  public:
    enum class Kind : std::uint8_t { heathrow, key_largo };
    static constexpr std::uint32_t size = 0x80000;

    MacIo(std::string name, Kind kind, PciBus& bus, PciAddress address, Log& log);

    // Where the cells go, at their offsets in the chip. What no cell answers reads as zeros.
    AddressSpace& cells() { return cells_; }

  private:
    struct Unconnected : MmioHandler {
        MacIo& chip;
        explicit Unconnected(MacIo& owner) : chip(owner) {}
        std::uint64_t read(std::uint64_t offset, unsigned size) override;
        void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    };
    Unconnected unconnected_{*this};
    AddressSpace cells_;
};

} // namespace vestige::hw
