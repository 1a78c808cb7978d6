// The IDE cell of Heathrow and KeyLargo ("pmac ide"): one cable, its registers 10h apart, a timing
// register, and a channel of the DBDMA controller.
//
// Source: register use of Linux's pata_macio; the interrupt register of KeyLargo as Mac OS X uses
// it (QEMU 7.2 describes it likewise).
#pragma once

#include "hw/dma/dbdma.h"
#include "hw/ide/ide_channel.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

class MacioIde final : public Device, public MmioHandler, private DbdmaPeer {
  public:
    static constexpr std::uint64_t region_size = 0x1000;
    static constexpr MmioTraits traits{.endian = Endian::little, .min_size = 1, .max_size = 4};

    struct Dma {
        Dbdma& controller;
        unsigned channel;
        IrqLine irq; // the channel's own, an edge
    };

    MacioIde(std::string name, IrqLine irq, Dma dma, IdeChannel::Drives drives, Log& log);

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    std::size_t dma_readable() override { return cable_.dma_readable(); }
    std::size_t dma_writable() override { return cable_.dma_writable(); }
    void dma_read(std::span<std::byte> to) override { cable_.dma_read(to); }
    void dma_write(std::span<const std::byte> from) override { cable_.dma_write(from); }

    IdeChannel cable_;
    std::uint32_t timing_ = 0;
};

} // namespace vestige::hw
