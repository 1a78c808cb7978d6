// Physical memory and devices as the runtime sees them; the machine implements it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/endian.h"

namespace vestige::runtime {

struct HostPage {
    std::byte* host = nullptr; // of the page's first byte; null: not plain memory
    bool writable = false;
};

// Where a page of plain memory lies in the file that it is a mapping of.
struct HostBacking {
    int file = -1; // none: it cannot be mapped a second time
    std::uint64_t offset = 0;
};

class Bus {
  public:
    virtual ~Bus() = default;
    virtual HostPage page(std::uint64_t physical) = 0;
    // Of a host page that page() gave.
    virtual HostBacking backing(const std::byte* host) {
        (void)host;
        return {};
    }
    // Devices and memory, not across a page. False: nothing answers.
    virtual bool read(std::uint64_t physical, unsigned size, Endian endian,
                      std::uint64_t& value) = 0;
    virtual bool write(std::uint64_t physical, unsigned size, Endian endian,
                       std::uint64_t value) = 0;
    // A device's register there reads the same until something else happens than that it is read.
    virtual bool is_steady(std::uint64_t physical) {
        (void)physical;
        return false;
    }
};

} // namespace vestige::runtime
