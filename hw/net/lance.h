// AMD's Am7990, the LANCE: the Ethernet of sun4m machines. Linux drives it with sunlance.
//
// Source: Am7990 Local Area Network Controller for Ethernet data sheet; register and bit names are
// its.
//
// What is simplified, on purpose: sending takes no time; the transmit ring is looked at when the
// driver says so, not every 1.6 ms; a frame that finds no room in the receive ring waits outside
// instead of being missed; every frame takes as long to come in as the shortest one, and several
// may at the same time; no collisions; memory always answers in time.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "common/log.h"
#include "hw/dma/dma_port.h"
#include "hw/dma/dvma.h"
#include "hw/net/ethernet.h"
#include "hw/net/net_backend.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"
#include "machine/core/scheduler.h"

namespace vestige::hw {

// Two ports of 16 bits: 0 the register data port, 2 the register address port.
class Lance final : public Device, public MmioHandler, public DmaChip {
  public:
    static constexpr std::uint64_t region_size = 4;
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 2, .max_size = 2};

    // `memory` is what 24 address lines reach, 16 bits wide and big-endian.
    Lance(std::string name, Scheduler& scheduler, IrqLine irq, Dvma& memory, NetBackend& network,
          Log& log);
    ~Lance() override;

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    // The reset pin. Whoever drives it is connected by the board.
    void dma_reset() override;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    struct Ring {
        std::uint32_t base = 0;
        std::uint32_t mask = 0;  // entries less one
        std::uint32_t index = 0; // of the entry that is looked at next
        std::uint32_t entry(std::uint32_t after = 0) const {
            return base + ((index + after) & mask) * 8;
        }
        void advance() { index = (index + 1) & mask; }
    };
    struct Descriptor {
        std::uint32_t address = 0; // of the descriptor
        std::array<std::uint16_t, 4> words{};
        bool owned() const { return (words[1] & 0x8000) != 0; }
        std::uint32_t buffer() const { return words[0] | (words[1] & 0xffu) << 16; }
        // The count is negative, in 12 bits; none at all means 4096.
        std::uint32_t size() const { return 0x1000u - (words[2] & 0xfff); }
    };

    std::uint16_t csr0() const;
    void write_csr0(std::uint16_t value);
    void stop();
    void initialize();
    void start();
    void raise(unsigned bits);
    void update_irq();

    Descriptor load(std::uint32_t address);
    void store(const Descriptor& descriptor, bool with_status);
    void read_data(std::uint32_t address, std::span<std::byte> to);
    void write_data(std::uint32_t address, std::span<const std::byte> from);

    void transmit();
    void finish_frame();
    NetBackend::Receipt receive(std::span<const std::byte> frame);
    std::vector<Descriptor> room_for(std::size_t size, std::uint32_t after);
    void frames_are_in();
    void put_frame(std::span<const std::byte> data);
    bool accepts(std::span<const std::byte> frame) const;

    const Scheduler& scheduler_;
    IrqLine irq_;
    Dvma& memory_;
    NetBackend& network_;
    Log& log_;
    Timer poll_timer_;    // a frame waits for a descriptor
    Timer arrival_timer_; // the first of arriving_ is in

    std::uint16_t address_port_ = 0;
    std::uint16_t csr0_ = 0; // without the bits that follow from others
    std::uint32_t block_address_ = 0;
    std::uint16_t csr3_ = 0;
    std::uint16_t mode_ = 0;
    EthernetAddress station_{};
    std::array<std::uint16_t, 4> filter_{};
    Ring receive_ring_, transmit_ring_;
    std::vector<std::byte> sending_; // a frame between its first and last descriptor

    // Frames that are on the wire, with their checksums, for the next descriptors of the ring.
    struct Arrival {
        Time in_at = 0;
        std::uint32_t descriptors = 0; // seen to be the chip's
        std::vector<std::byte> data;
    };
    std::deque<Arrival> arriving_;
    bool running_ = false; // its ports do not answer its own DMA
};

} // namespace vestige::hw
