// The NE2000: a DP8390 network interface controller with 32 KB of packet memory behind a data port.
//
// Source: National Semiconductor DP8390D/NS32490D data sheet (registers, ring buffer, remote DMA);
// Realtek RTL8029AS data sheet (identification bytes, PROM layout).
//
// What is simplified, on purpose: transmitting takes no time; a frame that finds no room in the
// ring waits outside instead of overflowing it; no collisions, no tally counters; a frame sent in
// loopback mode goes nowhere.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "common/log.h"
#include "hw/net/ethernet.h"
#include "hw/net/net_backend.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

// 32 bytes of ports: 00-0F the DP8390's registers, 10-17 the data port, 18-1F reset.
class Ne2000 final : public Device, public MmioHandler {
  public:
    static constexpr MmioTraits traits{.endian = Endian::little, .min_size = 1, .max_size = 4};
    static constexpr std::uint64_t port_count = 32;

    Ne2000(std::string name, IrqLine irq, NetBackend& network, const EthernetAddress& address,
           Log& log);
    ~Ne2000() override;

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    static constexpr unsigned memory_start = 0x4000;
    static constexpr unsigned memory_size = 0x8000;

    std::uint8_t read_register(unsigned index) const;
    void write_register(unsigned index, std::uint8_t value);
    void write_page0(unsigned index, std::uint8_t value);
    void write_page1(unsigned index, std::uint8_t value);
    void command(std::uint8_t value);
    void transmit();

    NetBackend::Receipt receive(std::span<const std::byte> frame);
    bool accepts(std::span<const std::byte> frame) const;
    unsigned free_pages() const;
    void ring_put(unsigned& at, std::uint8_t value);

    std::uint32_t data_read(unsigned size);
    void data_write(unsigned size, std::uint32_t value);
    unsigned data_width(unsigned size) const;
    void data_moved(unsigned count);

    // The controller's own address space: PROM at 0, packet memory at 4000, the rest empty.
    std::uint8_t load(unsigned address) const;
    void store(unsigned address, std::uint8_t value);

    void update_irq();

    IrqLine irq_;
    NetBackend& network_;
    Log& log_;
    std::array<std::uint8_t, 32> prom_{};
    std::array<std::uint8_t, memory_size> memory_{};

    std::uint8_t command_ = 0;
    std::uint8_t page_start_ = 0, page_stop_ = 0, boundary_ = 0, current_ = 0;
    std::uint8_t transmit_page_ = 0, transmit_status_ = 0;
    std::uint16_t transmit_count_ = 0;
    std::uint16_t remote_address_ = 0, remote_count_ = 0;
    std::uint8_t interrupt_status_ = 0, interrupt_mask_ = 0;
    std::uint8_t receive_config_ = 0, transmit_config_ = 0, data_config_ = 0, receive_status_ = 0;
    EthernetAddress station_{};
    std::array<std::uint8_t, 8> multicast_{};
};

} // namespace vestige::hw
