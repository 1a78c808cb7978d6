// Zilog Z8530 / Z85C30 serial controller ("SCC", "ESCC"), asynchronous modes.
//
// Source: Zilog UM0109, SCC/ESCC User's Manual; register names WRn (write) and RRn (read) are its.
//
// What is simplified, on purpose:
// * Transmitting takes no time: the buffer is empty again when the write returns.
// * Receiving is paced at 115200 baud whatever was programmed, so that a guest that drains the FIFO
// in
//   a loop sees it run empty as on a real line. Nothing is lost: the back end holds what does not
//   fit.
// * The line format (bits, parity, stop bits) is kept but does not change the bytes.
// * CTS, DCD and SYNC read as inactive and never change, so break and these raise no
// external/status
//   interrupt. Synchronous modes and the DMA request pins are absent.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "common/log.h"
#include "hw/char/char_backend.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"
#include "machine/core/scheduler.h"

namespace vestige::hw {

class Escc final : public Device {
  public:
    enum class Side : std::uint8_t { b, a };

    // Whether a channel receives before it was told to. By the book it does not; OpenBIOS for
    // sparc32 reads its keyboard without ever switching the receiver on.
    enum class ReceiverAfterReset : std::uint8_t { off, on };

    // What one channel is connected to.
    struct Connection {
        IrqLine irq;
        CharBackend& backend;
        ReceiverAfterReset receiver = ReceiverAfterReset::off;
    };

    Escc(std::string name, Scheduler& scheduler, Connection a, Connection b, Log& log);
    ~Escc() override;

    // The chip's pins: A/B selects the side, D/C data or control.
    std::uint8_t read_control(Side side);
    void write_control(Side side, std::uint8_t value);
    std::uint8_t read_data(Side side);
    void write_data(Side side, std::uint8_t value);

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    static constexpr unsigned fifo_depth = 3;

    struct Channel {
        Channel(Connection connection, Scheduler& scheduler, std::function<void()> paced)
            : irq(connection.irq),
              backend(connection.backend),
              receiver(connection.receiver),
              pace(scheduler, std::move(paced)) {}

        std::uint8_t status() const;
        bool receive_pending() const;
        bool transmit_pending() const;
        bool external_pending() const;

        IrqLine irq;
        CharBackend& backend;
        const ReceiverAfterReset receiver;
        Timer pace; // armed while the line is busy with the last character received

        std::array<std::uint8_t, 16> wr{};
        std::uint8_t wr7_prime = 0;
        std::uint8_t pointer = 0; // the register that the next control access means
        std::array<std::uint8_t, fifo_depth> fifo{};
        std::uint8_t fifo_count = 0;
        bool overrun = false;
        bool transmitted = false;    // the buffer ran empty: a Tx interrupt is due
        bool next_character = false; // Rx interrupt on first character: armed
        bool first_character = false;
        bool external = false;
        std::uint8_t in_service = 0; // IUS bits, in the order of RR3's low three
    };

    Channel& channel(Side side) { return side == Side::a ? a_ : b_; }

    std::size_t receive(Channel& channel, std::span<const std::byte> data);
    void take_character(Channel& channel, std::uint8_t value);
    bool accepts(const Channel& channel) const;
    void command(Channel& channel, std::uint8_t value);
    void write_register(Side side, unsigned index, std::uint8_t value);
    std::uint8_t read_register(Side side, unsigned index);
    std::uint8_t pending_bits() const;
    unsigned vector_code() const;
    std::uint8_t modified_vector() const;
    void acknowledge();
    void reset_channel(Channel& channel);
    void hardware_reset();
    bool line_level(unsigned shift) const;
    void update_irq();

    Log& log_;
    Channel a_;
    Channel b_;
    std::uint8_t vector_ = 0;         // WR2, shared
    std::uint8_t master_control_ = 0; // WR9, shared
};

// How a machine wires the chip's pins to address lines.
struct EsccLayout {
    unsigned side_bit; // set: channel A
    unsigned data_bit; // set: data
};

inline constexpr EsccLayout escc_layout_macio{.side_bit = 5, .data_bit = 4};
inline constexpr EsccLayout escc_layout_macio_legacy{.side_bit = 1, .data_bit = 2};
inline constexpr EsccLayout escc_layout_sun{.side_bit = 2, .data_bit = 1};

// One view of the chip on a bus; a chip may have several.
class EsccRegisters final : public MmioHandler {
  public:
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 1, .max_size = 1};

    EsccRegisters(Escc& escc, EsccLayout layout) : escc_(escc), layout_(layout) {}

    // Bytes that the layout's two bits and bit 0 cover: what lies beyond reads as zero.
    std::uint64_t region_size() const;

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

  private:
    Escc::Side side(std::uint64_t offset) const;
    bool is_data(std::uint64_t offset) const;

    Escc& escc_;
    EsccLayout layout_;
};

} // namespace vestige::hw
