// Apple's UniNorth: the host bridge of the "Core99" Macs, three PCI buses in one chip.
#pragma once

#include <cstdint>
#include <string>

#include "common/log.h"
#include "hw/pci/config_ports.h"
#include "hw/pci/pci_bus.h"
#include "hw/pci/pci_device.h"
#include "machine/core/device.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

// One of the three bridges, as a device of the bus that it makes.
class UniNorthBridge : public PciDevice {
  public:
    enum class Kind : std::uint8_t { main, agp, internal };

    // Where the board maps the two configuration registers of each, config_size bytes long.
    struct Place {
        std::uint64_t address, data;
    };
    static constexpr Place place(Kind kind) {
        constexpr Place places[] = {
            {0xf2800000, 0xf2c00000}, {0xf0800000, 0xf0c00000}, {0xf4800000, 0xf4c00000}};
        return places[static_cast<std::size_t>(kind)];
    }
    static constexpr std::uint64_t config_size = 0x1000;

    UniNorthBridge(std::string name, Kind kind, PciBus& bus, Log& log);

    PciConfigPorts& config() { return ports_; }

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    PciConfigPorts ports_;
};

// The chip's own control registers, at F8000000: version, clocks, power. Kept without effect.
class UniNorthControl : public Device, public MmioHandler {
  public:
    static constexpr std::uint64_t base = 0xf8000000;
    static constexpr std::uint64_t size = 0x1000;
    static constexpr MmioTraits traits{Endian::big, 4, 4};

    UniNorthControl(std::string name, Log& log);

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    std::array<std::uint32_t, 64> registers_ = {}; // 10h apart
    Log& log_;
};

} // namespace vestige::hw
