// Device registers as the bus sees them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "common/endian.h"

namespace vestige {

// A device's registers. `offset` is within the region and a multiple of `size`; `size` is 1, 2, 4
// or 8 and lies within what the region's traits allow: the bus splits and merges other accesses.
class MmioHandler {
  public:
    virtual ~MmioHandler() = default;
    virtual std::uint64_t read(std::uint64_t offset, unsigned size) = 0;
    virtual void write(std::uint64_t offset, unsigned size, std::uint64_t value) = 0;
    // A read there changes nothing, and gives the same until the device is written to, an event of
    // the scheduler is due or something comes in from outside: who does nothing but read it again
    // may as well wait for that.
    virtual bool is_steady(std::uint64_t offset) const {
        (void)offset;
        return false;
    }
};

struct MmioTraits {
    // Which byte of a register comes first on the bus.
    Endian endian = Endian::little;
    // Sizes that the handler takes. A wider or unaligned access is split; a narrower one is widened
    // to the aligned register around it, and the bytes that a write does not give are zeros.
    std::uint8_t min_size = 1;
    std::uint8_t max_size = 4;
};

// Reads or writes the bytes at `offset`, any number and alignment, in accesses that the traits
// allow. The whole of each touched register must belong to the region.
void mmio_read(MmioHandler& handler, MmioTraits traits, std::uint64_t offset,
               std::span<std::byte> to);
void mmio_write(MmioHandler& handler, MmioTraits traits, std::uint64_t offset,
                std::span<const std::byte> from);

} // namespace vestige
