// A CD and DVD drive on an IDE cable: SCSI commands that travel as packets.
//
// Source: ATA/ATAPI-6 (INCITS 361-2002), PACKET protocol; the commands are in hw/scsi/scsi_cdrom.h.
#pragma once

#include <memory>

#include "hw/ide/ide_drive.h"
#include "hw/scsi/scsi_cdrom.h"

namespace vestige::hw {

class AtapiCdrom final : public IdeDrive {
  public:
    // `medium` may be null: the tray is empty.
    AtapiCdrom(std::string name, Scheduler& scheduler, std::unique_ptr<BlockBackend> medium,
               DriveIdentity identity, Log& log);

    // -- the user's hand (the monitor's eject and change), on the machine's thread
    using Eject = ScsiCdrom::Eject;
    // False if the guest holds the tray locked; it then hears of the wish.
    bool eject(Eject how) { return unit_.eject(how); }
    // Any disc before it must be out.
    void insert(std::unique_ptr<BlockBackend> medium) { unit_.insert(std::move(medium)); }
    bool has_disc() const { return unit_.has_disc(); }

  private:
    using Packet = std::array<std::uint8_t, 12>;

    // What the registers' side of the drive does next.
    enum class Step : std::uint8_t {
        nothing,
        end_command, // of the ATA command, when its time has passed
        packet,      // the packet's bytes come, then it runs
        data_in,     // the packet's data goes out
        data_out,    // or comes in
        end_packet,
    };

    void execute(std::uint8_t code) override;
    bool interrupts_a_command(std::uint8_t code) const override;
    void continue_command() override;
    void data_done() override;
    void set_signature() override;
    void reset_drive() override;
    void visit_drive(StateVisitor& state) override;
    void begin_packet();
    void run_packet();
    void packet_done();
    void packet_failed();
    void next_data();

    ScsiCdrom unit_;
    const DriveIdentity identity_;
    std::uint8_t transfer_mode_ = 0;

    Step step_ = Step::nothing;
    Packet packet_{};
    bool by_dma_ = false;
    std::uint32_t byte_limit_ = 0;
};

} // namespace vestige::hw
