// Motorola's MPC106 "Grackle": the PCI host bridge of the first G3 Macs.
#pragma once

#include <cstdint>
#include <string>

#include "common/log.h"
#include "hw/pci/pci_bus.h"
#include "hw/pci/pci_device.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

// Device 0 of the bus that it makes. The board maps the two configuration registers (address map B:
// FEC00000 and FEE00000) and shows bus().memory() and bus().io() to the CPU.
class Grackle : public PciDevice {
  public:
    static constexpr std::uint64_t config_address_base = 0xfec00000;
    static constexpr std::uint64_t config_data_base = 0xfee00000;
    static constexpr std::uint64_t config_size = 0x1000;
    static constexpr MmioTraits config_address_traits{Endian::little, 4, 4};
    static constexpr MmioTraits config_data_traits{Endian::little, 1, 4};

    Grackle(std::string name, PciBus& bus, Log& log);

    MmioHandler& config_address() { return address_register_; }
    MmioHandler& config_data() { return data_register_; }

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    struct AddressRegister : MmioHandler {
        std::uint32_t value = 0;
        std::uint64_t read(std::uint64_t, unsigned) override { return value; }
        void write(std::uint64_t, unsigned, std::uint64_t written) override {
            value = static_cast<std::uint32_t>(written);
        }
    };
    struct DataRegister : MmioHandler {
        Grackle& bridge;
        explicit DataRegister(Grackle& owner) : bridge(owner) {}
        std::uint64_t read(std::uint64_t offset, unsigned size) override;
        void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    };
    AddressRegister address_register_;
    DataRegister data_register_{*this};
};

} // namespace vestige::hw
