// CUDA: the microcontroller of Power Macs for the Apple Desktop Bus, the clock, parameter RAM and
// the power supply, behind a 6522.
//
// Source: there is no public manual. Packet formats and command numbers after Apple's header Cuda.h
// (in MkLinux), the protocol of port B and the shift register after Linux's via-cuda driver;
// replies were compared with those that QEMU 7.2 gives OpenBIOS and Linux.
//
// The protocol: TIP (from the CPU) frames a packet, TACK (from the CPU) toggles once a byte, TREQ
// (from CUDA) says that CUDA has a packet or more bytes of it; all three are active low. Each byte
// moves through the shift register and ends with its interrupt. Without TIP, a TACK is a call to
// synchronise, which TREQ answers.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/log.h"
#include "hw/input/adb.h"
#include "hw/input/via6522.h"
#include "machine/core/device.h"

namespace vestige::hw {

// Seconds from 1 January 1904, the Mac's epoch, to that of Unix.
inline constexpr std::uint32_t mac_epoch_offset = 2'082'844'800;

class Cuda final : public Device, private ViaPeer {
  public:
    struct Power {
        std::function<void()> power_down; // the guest switched the machine off
        std::function<void()> restart;    // the guest asked for a reset of the whole machine
    };

    // `mac_time` is what the clock shows at machine time 0: seconds since 1904.
    Cuda(std::string name, Scheduler& scheduler, IrqLine irq, AdbBus& adb, std::uint32_t mac_time,
         Power power, Log& log);

    ViaRegisters& registers() { return registers_; }

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    enum class Phase : std::uint8_t {
        idle,
        synchronising, // TACK without TIP
        from_host,
        to_host,
    };
    using Bytes = std::vector<std::uint8_t>;

    void port_b_written(std::uint8_t pins) override;
    void begin_transfer();
    void next_byte();
    void end_transfer();
    void shift_done();
    void update_request();

    void send(Bytes packet);
    void handle_packet(const Bytes& packet);
    void adb_packet(const Bytes& packet);
    void pseudo_packet(const Bytes& packet);
    void refuse(std::uint8_t error, const Bytes& packet);
    std::uint32_t clock() const;

    void schedule_poll();
    void poll_adb();
    void one_second_passed();
    bool quiet() const;

    Scheduler& scheduler_;
    AdbBus& adb_;
    Power power_;
    Log& log_;
    const std::uint32_t mac_time_;
    Via6522 via_;
    ViaRegisters registers_;

    Phase phase_ = Phase::idle;
    std::uint8_t pins_ = 0; // TIP and TACK as they were last
    Bytes incoming_;        // from the host, so far
    Bytes outgoing_;        // for the host
    std::uint64_t sent_ = 0;
    std::uint32_t clock_offset_ = 0; // set time less counted time

    bool autopoll_ = false;
    std::uint8_t poll_period_ms_ = 0;
    std::uint16_t poll_addresses_ = 0;
    std::uint8_t one_second_mode_ = 0;
    std::array<std::uint8_t, 256> parameter_ram_{};

    Timer shift_timer_; // the byte in the shift register
    Timer poll_timer_;
    Timer second_timer_;
};

} // namespace vestige::hw
