// A configuration address as host bridges take it apart.
#pragma once

#include <cstdint>
#include <optional>

#include "common/bits.h"
#include "hw/pci/pci_bus.h"

namespace vestige::hw {

struct PciConfigCycle {
    unsigned bus;
    PciAddress address;
    unsigned offset;
};

// "Configuration mechanism 1" (PCI 2.3, 3.2.2.3.2): enable, bus, device, function, register. `lane`
// is the offset of the access within the data register. Nothing without the enable bit.
inline std::optional<PciConfigCycle> decode_mechanism_1(std::uint32_t value, unsigned lane) {
    if (!bit(value, 31)) return std::nullopt;
    return PciConfigCycle{bits(value, 16, 8),
                          {static_cast<std::uint8_t>(bits(value, 11, 5)),
                           static_cast<std::uint8_t>(bits(value, 8, 3))},
                          (value & 0xfc) | lane};
}

} // namespace vestige::hw
