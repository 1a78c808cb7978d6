// A CD and DVD drive over a block back end whose sectors are the disc's 2048 bytes of data.
//
// Source: SCSI-2 (ANSI X3.131-1994) clause 14, MMC-3 (INCITS 360-2002). On an IDE cable the same
// drive obeys the same commands as packets (SFF-8020i, MMC-3).
// Discs have one data track. Audio and writing are absent.
#pragma once

#include <memory>

#include "hw/scsi/scsi_target.h"

namespace vestige::hw {

class ScsiCdrom final : public ScsiTarget {
  public:
    // How it presents itself: as ATAPI drives do, or as those that Sun sold, which say SCSI-2, use
    // block descriptors and are read in the blocks of 512 bytes that boot PROMs want.
    enum class Kind : std::uint8_t { atapi, sun };

    // `medium` may be null: the tray is empty.
    ScsiCdrom(std::string name, Kind kind, std::unique_ptr<BlockBackend> medium,
              DriveIdentity identity, Log& log);

    // -- the user's hand (the monitor's eject and change), on the machine's thread
    enum class Eject : std::uint8_t { ask, force };
    // False if the guest holds the tray locked; it then hears of the wish.
    bool eject(Eject how);
    void insert(std::unique_ptr<BlockBackend> medium); // any disc before it must be out
    bool has_disc() const { return medium_ != nullptr; }

  private:
    static const Row command_table[];
    static constexpr std::uint32_t sector_size = 2048;
    static constexpr std::uint32_t raw_sector_size = 2352;

    std::span<const Row> commands() const override;
    ScsiSense medium_state() const override;
    ScsiSense read_stream(std::uint64_t position, std::span<std::byte> to) override;
    ModeHeader mode_header() const override;
    std::vector<ModePage> mode_pages() const override;
    bool set_block_size(std::uint32_t size) override;
    void reset_settings() override;
    void reset_target() override;
    void visit_target(StateVisitor& state) override;

    bool ready() const { return medium_ && !tray_open_; }
    std::uint64_t sectors() const; // of 2048 bytes
    std::uint64_t blocks() const { return sectors() * (sector_size / block_size_); }
    bool is_dvd() const;
    std::uint32_t default_block_size() const { return kind_ == Kind::sun ? 512 : sector_size; }
    void read_blocks(std::uint64_t lba, std::uint64_t count);
    BlockResult fill(std::uint64_t position, std::span<std::byte> to);
    BlockResult fill_raw(std::uint64_t position, std::span<std::byte> to);

    // -- commands (scsi_cdrom_commands.cpp)
    void start_stop_unit(const ScsiCommand& command);
    void prevent_allow_removal(const ScsiCommand& command);
    void read_capacity(const ScsiCommand& command);
    void read_6(const ScsiCommand& command);
    void read_10(const ScsiCommand& command);
    void read_12(const ScsiCommand& command);
    void read_cd(const ScsiCommand& command);
    void verify_10(const ScsiCommand& command);
    void seek(const ScsiCommand& command);
    void read_toc(const ScsiCommand& command);
    void get_configuration(const ScsiCommand& command);
    void get_event_status(const ScsiCommand& command);
    void read_disc_information(const ScsiCommand& command);
    void read_dvd_structure(const ScsiCommand& command);
    void mechanism_status(const ScsiCommand& command);

    const Kind kind_;
    std::unique_ptr<BlockBackend> medium_;

    std::uint32_t block_size_ = sector_size;
    bool tray_open_ = false;
    bool locked_ = false;
    bool new_media_event_ = false;
    bool eject_event_ = false;

    // What goes out: `unit_size_` bytes for each block from `first_block_` on.
    std::uint64_t first_block_ = 0;
    std::uint32_t unit_size_ = sector_size;
};

} // namespace vestige::hw
