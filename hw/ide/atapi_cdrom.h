// An ATAPI CD and DVD drive over a block back end of 2048-byte sectors.
//
// Source: ATA/ATAPI-6 (INCITS 361-2002), PACKET protocol; MMC-3 and SPC-3 for the packets.
// Discs have one data track. Audio and writing are absent.
#pragma once

#include <memory>

#include "hw/block/block_backend.h"
#include "hw/ide/ide_drive.h"

namespace vestige::hw {

class AtapiCdrom final : public IdeDrive {
  public:
    // `medium` may be null: the tray is empty.
    AtapiCdrom(std::string name, Scheduler& scheduler, std::unique_ptr<BlockBackend> medium,
               DriveIdentity identity, Log& log);

    // -- the user's hand (the monitor's eject and change), on the machine's thread
    enum class Eject : std::uint8_t { ask, force };
    // False if the guest holds the tray locked; it then hears of the wish.
    bool eject(Eject how);
    void insert(std::unique_ptr<BlockBackend> medium); // any disc before it must be out
    bool has_disc() const { return medium_ != nullptr; }

  private:
    using Packet = std::array<std::uint8_t, 12>;
    using Handler = void (AtapiCdrom::*)(const Packet&);
    struct Command;
    static const Command command_table[];

    // What the registers' side of the drive does next.
    enum class Step : std::uint8_t {
        nothing,
        end_command, // of the ATA command, when its time has passed
        packet,      // the packet's bytes come, then it runs
        data,        // the packet's data goes out
        end_packet,
    };

    struct Sense {
        std::uint8_t key, code, qualifier;
    };
    static constexpr Sense no_sense{0, 0, 0};
    static constexpr Sense no_medium{2, 0x3a, 0};
    static constexpr Sense read_error{3, 0x11, 0};
    static constexpr Sense unknown_command{5, 0x20, 0};
    static constexpr Sense beyond_end{5, 0x21, 0};
    static constexpr Sense bad_field{5, 0x24, 0};
    static constexpr Sense wrong_medium{5, 0x30, 0};
    static constexpr Sense no_saved_pages{5, 0x39, 0};
    static constexpr Sense removal_prevented{5, 0x53, 2};
    static constexpr Sense medium_changed{6, 0x28, 0};

    // -- the ATA side (atapi_cdrom.cpp)
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
    void packet_failed(Sense sense);
    void reply(std::span<const std::uint8_t> data, std::size_t allocation);
    void reply_sectors(std::uint64_t lba, std::uint64_t count, std::uint32_t bytes_a_sector);
    void start_data(std::uint64_t size);
    void next_data();
    BlockResult fill(std::uint64_t position, std::span<std::byte> to);
    BlockResult fill_raw(std::uint64_t position, std::span<std::byte> to);

    // -- packets (atapi_commands.cpp)
    bool ready() const { return medium_ && !tray_open_; }
    std::uint64_t sectors() const;
    bool is_dvd() const;
    void test_unit_ready(const Packet&) { packet_done(); }
    void request_sense(const Packet& packet);
    void inquiry(const Packet& packet);
    void start_stop_unit(const Packet& packet);
    void prevent_allow_removal(const Packet& packet);
    void read_capacity(const Packet& packet);
    void read_10(const Packet& packet);
    void read_12(const Packet& packet);
    void read_cd(const Packet& packet);
    void seek(const Packet& packet);
    void read_toc(const Packet& packet);
    void get_configuration(const Packet& packet);
    void get_event_status(const Packet& packet);
    void read_disc_information(const Packet& packet);
    void mode_sense(const Packet& packet);
    void read_dvd_structure(const Packet& packet);
    void mechanism_status(const Packet& packet);
    void set_speed(const Packet&);
    void read_blocks(std::uint64_t lba, std::uint64_t count);

    std::unique_ptr<BlockBackend> medium_;
    const DriveIdentity identity_;
    std::uint8_t transfer_mode_ = 0;

    bool tray_open_ = false;
    bool locked_ = false;
    bool attention_ = false; // the next packet fails: the disc is another one
    bool new_media_event_ = false;
    bool eject_event_ = false;
    Sense sense_ = no_sense;

    Step step_ = Step::nothing;
    Packet packet_{};
    bool by_dma_ = false;
    std::uint32_t byte_limit_ = 0;
    // What goes out: bytes made up here, or sectors.
    std::vector<std::uint8_t> reply_;
    std::uint64_t first_sector_ = 0;
    std::uint32_t bytes_a_sector_ = 0; // 0: reply_
    std::uint64_t data_size_ = 0;
    std::uint64_t data_position_ = 0;
};

} // namespace vestige::hw
