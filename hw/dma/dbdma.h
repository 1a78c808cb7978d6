// Apple's descriptor-based DMA controller, as in Heathrow and KeyLargo.
//
// Source: Apple, Macintosh Technology in the Common Hardware Reference Platform (1995), chapter
// "Descriptor-Based DMA"; register and bit names are its. Registers and descriptors are
// little-endian.
//
// A channel reads 16-byte descriptors from memory and runs them one by one: data to or from its
// peer, stores and loads of up to four bytes, and after each a conditional interrupt, branch and
// wait.
//
// Everything runs from a timer, never within a register access: a descriptor may point anywhere, at
// these registers too. A program that loops runs a bounded number of descriptors at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "common/log.h"
#include "machine/core/address_space.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"
#include "machine/core/scheduler.h"

namespace vestige::hw {

// A device at the end of a channel.
class DbdmaPeer {
  public:
    virtual ~DbdmaPeer() = default;
    // How many bytes it has for memory, or takes from it, right now: zero if it would have to wait.
    // It calls Dbdma::peer_ready() when that changes.
    virtual std::size_t dma_readable() = 0;
    virtual std::size_t dma_writable() = 0;
    // No more bytes than the above said.
    virtual void dma_read(std::span<std::byte> to) = 0;
    virtual void dma_write(std::span<const std::byte> from) = 0;
};

class Dbdma final : public Device, public MmioHandler {
  public:
    static constexpr unsigned channel_count = 32;
    static constexpr std::uint64_t region_size = channel_count * 0x100;
    static constexpr MmioTraits traits{.endian = Endian::little, .min_size = 4, .max_size = 4};

    Dbdma(std::string name, Scheduler& scheduler, AddressSpace& memory, Log& log);
    ~Dbdma() override;

    // Wiring. The interrupt is an edge: the wire rises and falls again at once.
    void connect(unsigned channel, IrqLine irq, DbdmaPeer& peer);

    void peer_ready(unsigned channel);

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    class Channel;

    void run();

    std::array<std::unique_ptr<Channel>, channel_count> channels_;
    Timer timer_; // one for all channels: each knows whether it is due
};

} // namespace vestige::hw
