// One drive on an IDE cable: the registers and data phases that ATA disks and ATAPI drives share.
//
// Source: ANSI INCITS 361-2002 (ATA/ATAPI-6), clauses 5 to 9; register and bit names are its.
//
// A drive works synchronously but answers after a fixed machine time, so that the guest sees BSY as
// on a real cable and every run is the same.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/log.h"
#include "hw/block/drive_identity.h"
#include "machine/core/device.h"
#include "machine/core/scheduler.h"

namespace vestige::hw {

enum AtaStatus : std::uint8_t {
    ata_busy = 0x80,
    ata_ready = 0x40,
    ata_device_fault = 0x20,
    ata_seek_done = 0x10,
    ata_data_request = 0x08,
    ata_error = 0x01,
};

enum AtaError : std::uint8_t {
    ata_error_uncorrectable = 0x40,
    ata_error_not_found = 0x10, // the address is beyond the end
    ata_error_aborted = 0x04,
};

// Registers, as the address lines select them.
enum AtaRegister : unsigned {
    ata_data,
    ata_features, // read: error
    ata_count,
    ata_lba_low,
    ata_lba_mid,
    ata_lba_high,
    ata_device,
    ata_command, // read: status
};

inline constexpr std::uint8_t ata_device_second = 0x10; // in the device register
inline constexpr std::uint8_t ata_device_lba = 0x40;

// The other end of the cable.
class IdeHost {
  public:
    virtual ~IdeHost() = default;
    virtual void interrupt_changed() = 0; // of a drive, selected or not
    virtual void dma_ready() = 0;         // a drive has bytes for DMA, or takes them
};

class IdeDrive : public Device {
  public:
    void connect(IdeHost& host) { host_ = &host; }

    // -- registers 1 to 7. `previous` is what they held before their last write (HOB).
    enum class Depth : std::uint8_t { current, previous };
    std::uint8_t read_register(unsigned index, Depth depth) const;
    void write_register(unsigned index, std::uint8_t value); // but the command
    void write_command(std::uint8_t code);
    std::uint8_t status() const { return status_; }
    bool busy() const { return (status_ & (ata_busy | ata_data_request)) != 0; }

    bool interrupt() const { return interrupt_; }
    void acknowledge() { interrupt_ = false; }

    // -- the data register
    void read_data(std::span<std::byte> to);
    void write_data(std::span<const std::byte> from);

    // -- DMA, in pieces of any size up to what these say
    std::size_t dma_readable() const { return phase_ == Phase::dma_in ? left() : 0; }
    std::size_t dma_writable() const { return phase_ == Phase::dma_out ? left() : 0; }
    void dma_read(std::span<std::byte> to);
    void dma_write(std::span<const std::byte> from);

    // -- the reset line, SRST and EXECUTE DEVICE DIAGNOSTIC
    void hold_in_reset();
    void release_reset();
    void signal_diagnostic() { raise(); } // the end of EXECUTE DEVICE DIAGNOSTIC

    void reset() final;
    void visit(StateVisitor& state) final;

  protected:
    IdeDrive(std::string name, Scheduler& scheduler, Log& log);

    enum class Signal : std::uint8_t { silent, interrupt };

    // -- for a command: each ends the phase before
    void finish(std::uint8_t status, Signal signal = Signal::interrupt);
    void fail(std::uint8_t error);
    void wait(Time duration); // busy; then continue_command()
    // The buffer is for the derived drive to fill, or to find filled in data_done().
    std::span<std::byte> prepare(std::size_t size);
    std::span<const std::byte> buffer() const { return buffer_; }
    void offer_pio(Signal signal);
    void accept_pio(Signal signal);
    void offer_dma();
    void accept_dma();

    // Registers 1 to 5 as the guest reads them, and the device register.
    std::uint8_t reg(AtaRegister index, Depth depth = Depth::current) const {
        return registers_[static_cast<unsigned>(depth)][index];
    }
    void set_reg(AtaRegister index, unsigned value, Depth depth = Depth::current) {
        registers_[static_cast<unsigned>(depth)][index] = static_cast<std::uint8_t>(value);
    }
    void set_status(std::uint8_t status) { status_ = status; }
    void set_error(std::uint8_t error) { error_ = error; }

    virtual void execute(std::uint8_t code) = 0;
    virtual bool interrupts_a_command(std::uint8_t code) const = 0; // may be written while busy
    virtual void continue_command() = 0;                            // wait() is over
    virtual void data_done() = 0;                                   // the whole buffer has moved
    virtual void set_signature() = 0;
    virtual void reset_drive() = 0;
    virtual void visit_drive(StateVisitor& state) = 0;

    Log& log_;

  private:
    enum class Phase : std::uint8_t { idle, waiting, pio_in, pio_out, dma_in, dma_out };

    std::size_t left() const { return buffer_.size() - position_; }
    void begin(Phase phase, std::uint8_t status, Signal signal);
    void moved(std::size_t count);
    void raise();

    IdeHost* host_ = nullptr;
    // [current or previous][register]; 0 and 7 are not used.
    std::array<std::array<std::uint8_t, 8>, 2> registers_{};
    std::uint8_t status_ = 0;
    std::uint8_t error_ = 0;
    bool interrupt_ = false;
    Phase phase_ = Phase::idle;
    std::vector<std::byte> buffer_;
    std::uint64_t position_ = 0;
    Timer timer_;
};

// Puts text into IDENTIFY data, padded with blanks: two characters a word, the first in the high
// byte.
void put_identify_text(std::span<std::byte> words, const std::string& text);
void put_identify_word(std::span<std::byte> identify, unsigned word, unsigned value);

} // namespace vestige::hw
