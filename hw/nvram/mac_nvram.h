// The NVRAM of PowerMacs: 8 KB of which each byte takes several addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "machine/core/device.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

class MacNvram : public Device, public MmioHandler {
  public:
    static constexpr std::size_t bytes = 0x2000;
    static constexpr MmioTraits traits{Endian::big, 1, 1};
    // How far apart the bytes lie, log2: 16 addresses in Heathrow (at MacIO offset 60000h), 2 on
    // mac99 (at FFF04000), where OpenBIOS is told so by its nvram_flat item.
    static constexpr unsigned heathrow_shift = 4, core99_shift = 1;

    MacNvram(std::string name, unsigned shift);

    // Of the region to map.
    std::uint64_t size() const { return std::uint64_t{bytes} << shift_; }

    // Partitions as OpenBIOS expects them; without, it warns and starts with none. `variables` are
    // "name=value". Throws UserError if they do not fit.
    void format(std::span<const std::string> variables);

    // For a file that keeps the contents: filled before the machine runs; the observer hears of
    // each byte that the guest changes (its offset).
    std::span<std::byte> contents() { return contents_; }
    void set_observer(std::function<void(std::size_t)> observer) {
        observer_ = std::move(observer);
    }

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    void reset() override {} // it has a battery
    void visit(StateVisitor& state) override;

  private:
    std::size_t index(std::uint64_t offset) const { return (offset >> shift_) % bytes; }

    std::vector<std::byte> contents_;
    unsigned shift_;
    std::function<void(std::size_t)> observer_;
};

} // namespace vestige::hw
