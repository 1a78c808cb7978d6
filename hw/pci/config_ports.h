// How a host bridge shows PCI's configuration space: an address register and a data register, in
// memory or I/O space.
#pragma once

#include <cstdint>
#include <optional>

#include "common/bits.h"
#include "hw/pci/pci_bus.h"
#include "machine/core/mmio.h"
#include "machine/core/state.h"

namespace vestige::hw {

// A configuration address, taken apart.
struct PciConfigCycle {
    unsigned bus;
    PciAddress address;
    unsigned offset;
};

// "Configuration mechanism 1" (PCI 2.3, 3.2.2.3.2): enable, bus, device, function, register.
// `offset` is that of the access within the data register's region. Nothing without the enable bit.
inline std::optional<PciConfigCycle> decode_mechanism_1(std::uint32_t value, std::uint64_t offset) {
    if (!bit(value, 31)) return std::nullopt;
    return PciConfigCycle{bits(value, 16, 8),
                          {static_cast<std::uint8_t>(bits(value, 11, 5)),
                           static_cast<std::uint8_t>(bits(value, 8, 3))},
                          (value & 0xfc) | static_cast<unsigned>(offset & 3)};
}

class PciConfigPorts {
  public:
    static constexpr MmioTraits address_traits{Endian::little, 4, 4};
    static constexpr MmioTraits data_traits{Endian::little, 1, 4};

    // What an access to the data register means while the address register holds `value`; nothing:
    // it reads ones and writes go nowhere.
    using Decode = std::optional<PciConfigCycle> (*)(std::uint32_t value, std::uint64_t offset);

    PciConfigPorts(PciBus& bus, Decode decode) : data_(bus, decode, address_) {}

    MmioHandler& address() { return address_; }
    MmioHandler& data() { return data_; }
    void reset() { address_.value = 0; }
    void visit(StateVisitor& state) { state.field("config_address", address_.value); }

  private:
    struct AddressRegister final : MmioHandler {
        std::uint32_t value = 0;
        std::uint64_t read(std::uint64_t, unsigned) override { return value; }
        void write(std::uint64_t, unsigned, std::uint64_t written) override {
            value = static_cast<std::uint32_t>(written);
        }
    };
    struct DataRegister final : MmioHandler {
        DataRegister(PciBus& to, Decode how, const AddressRegister& address)
            : bus(to), decode(how), register_(address) {}
        std::uint64_t read(std::uint64_t offset, unsigned size) override {
            const auto cycle = decode(register_.value, offset);
            if (!cycle) return (std::uint64_t{1} << (8 * size)) - 1;
            return bus.config_read(cycle->bus, cycle->address, cycle->offset, size);
        }
        void write(std::uint64_t offset, unsigned size, std::uint64_t value) override {
            if (const auto cycle = decode(register_.value, offset))
                bus.config_write(cycle->bus, cycle->address, cycle->offset, size,
                                 static_cast<std::uint32_t>(value));
        }
        PciBus& bus;
        Decode decode;
        const AddressRegister& register_;
    };
    AddressRegister address_;
    DataRegister data_;
};

} // namespace vestige::hw
