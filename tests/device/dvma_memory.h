// What a bus master behind an IOMMU sees, without the IOMMU: memory that repeats.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "hw/dma/dvma.h"

namespace vestige::test {

class DvmaMemory final : public hw::Dvma {
  public:
    // `size` is a power of two.
    explicit DvmaMemory(std::size_t size) : bytes_(size) {}

    void read(std::uint32_t address, std::span<std::byte> to) override {
        for (std::size_t i = 0; i < to.size(); i++)
            to[i] = at(address + static_cast<std::uint32_t>(i));
        reads_++;
    }
    void write(std::uint32_t address, std::span<const std::byte> from) override {
        put(address, from);
        writes_++;
        if (hook) hook(address, from);
    }

    // -- the test's own accesses
    void put(std::uint32_t address, std::span<const std::byte> from) {
        for (std::size_t i = 0; i < from.size(); i++)
            at(address + static_cast<std::uint32_t>(i)) = from[i];
    }
    std::vector<std::byte> get(std::uint32_t address, std::size_t size) {
        std::vector<std::byte> data(size);
        for (std::size_t i = 0; i < size; i++)
            data[i] = at(address + static_cast<std::uint32_t>(i));
        return data;
    }
    unsigned reads() const { return reads_; }
    unsigned writes() const { return writes_; }

    // Called after a write: devices that are reached by DMA.
    std::function<void(std::uint32_t, std::span<const std::byte>)> hook;

  private:
    std::byte& at(std::uint32_t address) { return bytes_[address % bytes_.size()]; }
    std::vector<std::byte> bytes_;
    unsigned reads_ = 0, writes_ = 0;
};

} // namespace vestige::test
