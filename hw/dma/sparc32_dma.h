// The DMA controller of sun4m machines: a channel for SCSI and one for Ethernet ("espdma",
// "ledma").
//
// Source: NCR89C100 (Sun STP2000 "Master I/O") data sheet and Sun's DMA2 specification; register
// and bit names are theirs.
//
// Registers of 32 bits, big-endian: the SCSI channel's at 00, the Ethernet channel's at 10, and
// again at 20. Each has control and status, address, byte count and test. The Ethernet channel's
// last register is the upper byte of all the addresses that the LANCE gives.
//
// What is simplified, on purpose: nothing is buffered, so nothing is ever drained or invalid.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "common/log.h"
#include "hw/dma/dma_port.h"
#include "hw/dma/dvma.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

class Sparc32Dma final : public Device, public MmioHandler, private IrqSink {
  public:
    static constexpr std::uint64_t region_size = 0x30;
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 4, .max_size = 4};

    struct Interrupts {
        IrqLine scsi, ethernet;
    };

    Sparc32Dma(std::string name, Interrupts interrupts, Dvma& memory, Log& log);

    // -- what the chips are connected to
    IrqLine scsi_interrupt() { return {*this, channel_scsi}; }
    IrqLine ethernet_interrupt() { return {*this, channel_ethernet}; }
    DmaPort& scsi_port() { return scsi_; }
    Dvma& ethernet_memory() { return ethernet_; }
    void connect_ethernet(DmaChip& chip) { ethernet_.chip = &chip; }

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    enum Channel : unsigned { channel_scsi, channel_ethernet, channel_count };

    struct Registers {
        std::uint32_t control = 0; // with the bits that are stored
        std::uint32_t address = 0;
        std::uint32_t count = 0;
        std::uint32_t test = 0;
        bool chip_interrupt = false;
    };

    struct ScsiPort final : DmaPort {
        explicit ScsiPort(Sparc32Dma& controller) : owner(controller) {}
        std::size_t readable() const override;
        std::size_t writable() const override;
        void read(std::span<std::byte> to) override;
        void write(std::span<const std::byte> from) override;
        void moved(std::size_t size);
        void ready();
        void reset_chip();
        Sparc32Dma& owner;
    };

    struct EthernetPort final : Dvma {
        explicit EthernetPort(Sparc32Dma& controller) : owner(controller) {}
        void read(std::uint32_t address, std::span<std::byte> to) override;
        void write(std::uint32_t address, std::span<const std::byte> from) override;
        std::uint32_t extend(std::uint32_t address);
        Sparc32Dma& owner;
        DmaChip* chip = nullptr;
    };

    void set_irq(unsigned input, bool level) override;
    std::size_t room() const;
    std::uint32_t control(Channel channel) const;
    void write_control(Channel channel, std::uint32_t value);
    void update_irq();

    Interrupts interrupts_;
    Dvma& memory_;
    Log& log_;
    ScsiPort scsi_{*this};
    EthernetPort ethernet_{*this};
    std::array<Registers, channel_count> channels_{};
};

} // namespace vestige::hw
