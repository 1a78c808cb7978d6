// GRLIB's APBUART: the serial port of LEON3 systems.
//
// Source: GRLIB IP Core User's Manual, "APBUART - AMBA APB UART Serial Interface".
//
// What is simplified, on purpose: transmitting takes no time, so its FIFO is always empty;
// receiving is paced at 115200 baud whatever was programmed. The line format, flow control and the
// FIFO debug mode change nothing. Nothing is lost: the back end holds what does not fit.
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

// Registers: 100h bytes.
class ApbUart final : public Device, public MmioHandler {
  public:
    static constexpr std::uint64_t region_size = 0x100;
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 4, .max_size = 4};

    ApbUart(std::string name, Scheduler& scheduler, IrqLine interrupt, CharBackend& backend,
            Log& log);
    ~ApbUart() override;

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    static constexpr unsigned fifo_depth = 8;

    bool accepts() const;
    std::size_t receive(std::span<const std::byte> data);
    void take_character(std::uint8_t value);
    void transmit(std::uint8_t value);
    std::uint32_t status() const;
    std::uint8_t read_data();
    bool line_level() const;
    void pulse();

    std::array<std::uint8_t, fifo_depth> fifo_{};
    std::uint8_t fifo_count_ = 0;
    bool overrun_ = false;
    std::uint32_t control_ = 0;
    std::uint32_t scaler_ = 0;
    Timer pace_; // armed while the line is busy with the last character received
    IrqLine interrupt_;
    CharBackend& backend_;
    Log& log_;
};

} // namespace vestige::hw
