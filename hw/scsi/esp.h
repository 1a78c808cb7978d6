// The SCSI controller of sun4m machines: NCR's 53C90 family as Emulex's FAS100A, an "ESP".
//
// Source: NCR 53C94, 53C95, 53C96 data manual (registers, commands, sequence steps); NCR 53CF90
// data manual for the features of the fast ones; register and bit names are theirs.
//
// Registers of eight bits, four bytes apart. It is an initiator only, and never reselected.
//
// Everything that moves bytes runs from a timer, never within a register access: DMA may lead
// anywhere, to these registers too.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/log.h"
#include "hw/dma/dma_port.h"
#include "hw/scsi/scsi_bus.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"
#include "machine/core/scheduler.h"

namespace vestige::hw {

class Esp final : public Device, public MmioHandler, private DmaChip {
  public:
    static constexpr std::uint64_t region_size = 0x40;
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 1, .max_size = 1};

    // The targets outlive it, and the machine resets and saves them. None may be at 7, its own ID.
    Esp(std::string name, Scheduler& scheduler, IrqLine irq, DmaPort& dma,
        const ScsiBus::Targets& targets, Log& log);

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    enum class Operation : std::uint8_t {
        none,
        select,   // nobody has answered yet
        send_id,  // the messages and the command of a selection
        transfer, // TRANSFER INFORMATION
        pad,
        complete, // INITIATOR COMMAND COMPLETE SEQUENCE
        accept,
        interrupt, // it is over, and its time nearly so
    };
    enum class Run : std::uint8_t { again, wait }; // wait: for DMA, or for bytes in the FIFO

    static constexpr unsigned fifo_size = 16;

    // -- registers
    void chip_reset();
    void command(std::uint8_t value);
    void start(std::uint8_t value);
    std::uint8_t status() const;
    std::uint32_t counter_limit() const;
    void load_counter();
    void count(std::size_t moved);
    void fifo_push(std::byte value);
    std::uint8_t fifo_pop();
    void raise(std::uint8_t interrupt);
    void update_irq();

    // -- operations
    void dma_ready() override { resume(); }
    void dma_reset() override;
    void resume();
    void run();
    Run finish(std::uint8_t interrupt);
    Run finish_later(std::uint8_t interrupt, Time delay);
    Run finish_phase(); // the target wants something else
    Run step();
    Run select();
    Run send_id();
    Run transfer();
    Run data_in();
    Run data_out();
    Run byte_in(std::uint8_t interrupt);
    Run byte_out(ScsiBus::Phase phase);
    Run pad();
    Run complete();
    Run accept();
    std::optional<std::byte> take();
    bool can_put() const;
    void put(std::byte value);
    std::span<std::byte> buffer(std::size_t size);

    Log& log_;
    IrqLine irq_;
    DmaPort& dma_;
    ScsiBus bus_;
    Timer timer_;

    std::array<std::uint8_t, fifo_size> fifo_{};
    std::uint32_t fifo_count_ = 0;
    std::uint32_t start_count_ = 0; // as written, 24 bits
    std::uint32_t counter_ = 0;     // what is left of it
    bool counter_ended_ = false;
    bool gross_error_ = false;
    std::uint8_t command_ = 0;
    std::uint8_t queued_command_ = 0; // nonzero: begins when the other has ended
    std::uint8_t interrupt_ = 0;
    std::uint8_t sequence_step_ = 0;
    std::uint8_t bus_id_ = 0;
    std::array<std::uint8_t, 3> config_{};

    Operation operation_ = Operation::none;
    std::uint8_t code_ = 0; // of the operation, without the bit for DMA
    bool by_dma_ = false;
    ScsiBus::Phase transfer_phase_ = ScsiBus::Phase::free; // at the beginning of a transfer
    std::uint32_t messages_left_ = 0;                      // of a selection, before the command
    bool moved_ = false;                                   // the transfer has sent something
    std::uint8_t final_interrupt_ = 0;
    bool running_ = false; // registers do not answer their own DMA
    std::vector<std::byte> buffer_;
};

} // namespace vestige::hw
