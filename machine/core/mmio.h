// Device registers as the bus sees them.
#pragma once

#include <cstdint>

#include "common/endian.h"

namespace vestige {

// A device's registers. `offset` is within the region; `size` is 1, 2, 4 or 8 and lies within what the
// region's traits allow: the bus splits and merges other accesses.
class MmioHandler {
  public:
    virtual ~MmioHandler() = default;
    virtual std::uint64_t read(std::uint64_t offset, unsigned size) = 0;
    virtual void write(std::uint64_t offset, unsigned size, std::uint64_t value) = 0;
};

struct MmioTraits {
    // Which byte of a register comes first on the bus.
    Endian endian = Endian::little;
    // Sizes that the handler takes; a wider access is split, a narrower one widened (reads) or passed
    // with its own size when min_size is 1.
    std::uint8_t min_size = 1;
    std::uint8_t max_size = 4;
};

} // namespace vestige
