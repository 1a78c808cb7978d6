// An IDE cable with up to two drives, as a controller sees it.
//
// Source: ATA/ATAPI-6 (INCITS 361-2002), clauses 7 and 9.16 (what answers for an absent drive).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "hw/ide/ide_drive.h"
#include "machine/core/irq.h"

namespace vestige::hw {

class IdeChannel final : public Device, private IdeHost {
  public:
    // Null where no drive is. The drives outlive the channel, and are reset and saved by the
    // machine.
    struct Drives {
        IdeDrive* master = nullptr;
        IdeDrive* slave = nullptr;
    };

    IdeChannel(std::string name, IrqLine irq, Drives drives, Log& log);

    // -- the command block: register 0 (data) in pieces of 2 or 4 bytes, registers 1 to 7
    std::uint64_t read_data(unsigned size); // the first byte in the lowest bits
    void write_data(unsigned size, std::uint64_t value);
    std::uint8_t read(unsigned index);
    void write(unsigned index, std::uint8_t value);

    // -- the control block
    std::uint8_t alternate_status() const;
    void write_control(std::uint8_t value);

    // -- DMA of the selected drive
    void set_dma_handler(std::function<void()> handler) { dma_handler_ = std::move(handler); }
    std::size_t dma_readable() const;
    std::size_t dma_writable() const;
    void dma_read(std::span<std::byte> to);
    void dma_write(std::span<const std::byte> from);

    bool irq_level() const;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    IdeDrive* selected() const { return drives_[second_selected_ ? 1 : 0]; }
    void interrupt_changed() override;
    void dma_ready() override;
    void reset_drives();

    Log& log_;
    IrqLine irq_;
    std::array<IdeDrive*, 2> drives_;
    std::function<void()> dma_handler_;
    bool second_selected_ = false;
    std::uint8_t control_ = 0;
};

} // namespace vestige::hw
