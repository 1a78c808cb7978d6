// Direct virtual memory access: memory as a bus master behind an IOMMU sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vestige::hw {

// The addresses are the bus master's, 32 bits wide; an access may be of any length and alignment
// and wraps around at the end of the space. What the IOMMU refuses is remembered there: reads of it
// give zeros, writes to it are dropped, and the bus master is not told.
class Dvma {
  public:
    virtual ~Dvma() = default;
    virtual void read(std::uint32_t address, std::span<std::byte> to) = 0;
    virtual void write(std::uint32_t address, std::span<const std::byte> from) = 0;
};

} // namespace vestige::hw
