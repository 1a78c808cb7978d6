// A chip's side of a DMA channel that counts addresses by itself and moves what the chip asks for.
#pragma once

#include <cstddef>
#include <span>

namespace vestige::hw {

// The chip at the end of a channel.
class DmaChip {
  public:
    virtual ~DmaChip() = default;
    // The channel may move bytes that it did not move before.
    virtual void dma_ready() {}
    // The channel drives the chip's reset pin.
    virtual void dma_reset() = 0;
};

class DmaPort {
  public:
    virtual ~DmaPort() = default;

    // Wiring: the chip connects itself in its constructor, and outlives no access.
    void connect(DmaChip& chip) { chip_ = &chip; }

    // How many bytes the channel moves now from memory to the chip, or the other way; zero if it is
    // off or set the other way. Any number, as long as there is no count.
    virtual std::size_t readable() const = 0;
    virtual std::size_t writable() const = 0;
    // No more bytes than the above said.
    virtual void read(std::span<std::byte> to) = 0;
    virtual void write(std::span<const std::byte> from) = 0;

  protected:
    DmaChip* chip_ = nullptr;
};

} // namespace vestige::hw
