// A SCSI hard disk over a block back end, in blocks of 512 bytes.
//
// Source: SCSI-2 (ANSI X3.131-1994), clause 9 (direct-access devices); SBC-2 for the commands with
// 16 bytes.
#pragma once

#include <array>
#include <memory>

#include "hw/scsi/scsi_target.h"

namespace vestige::hw {

class ScsiDisk final : public ScsiTarget {
  public:
    ScsiDisk(std::string name, std::unique_ptr<BlockBackend> backend, DriveIdentity identity,
             Log& log);

  private:
    static constexpr std::uint32_t block_size = 512;
    static const Row command_table[];

    enum class Kind : std::uint8_t { read, write, compare };

    std::span<const Row> commands() const override;
    ScsiSense medium_state() const override;
    ScsiSense read_stream(std::uint64_t position, std::span<std::byte> to) override;
    ScsiSense write_stream(std::uint64_t position, std::span<const std::byte> from) override;
    ModeHeader mode_header() const override;
    std::vector<ModePage> mode_pages() const override;
    bool set_block_size(std::uint32_t size) override { return size == block_size; }
    void reset_target() override;
    void visit_target(StateVisitor& state) override;

    // -- commands
    void read_capacity_10(const ScsiCommand& command);
    void service_action_in(const ScsiCommand& command);
    void start_stop_unit(const ScsiCommand& command);
    void format_unit(const ScsiCommand& command);
    void reassign_blocks(const ScsiCommand& command);
    void read_defects_10(const ScsiCommand& command);
    void synchronize_cache(const ScsiCommand& command);
    void read_6(const ScsiCommand& c) { transfer(Kind::read, lba_6(c), count_6(c)); }
    void read_10(const ScsiCommand& c) { transfer(Kind::read, c.u32(2), c.u16(7)); }
    void read_12(const ScsiCommand& c) { transfer(Kind::read, c.u32(2), c.u32(6)); }
    void read_16(const ScsiCommand& c) { transfer(Kind::read, c.u64(2), c.u32(10)); }
    void write_6(const ScsiCommand& c) { transfer(Kind::write, lba_6(c), count_6(c)); }
    void write_10(const ScsiCommand& c) { transfer(Kind::write, c.u32(2), c.u16(7)); }
    void write_12(const ScsiCommand& c) { transfer(Kind::write, c.u32(2), c.u32(6)); }
    void write_16(const ScsiCommand& c) { transfer(Kind::write, c.u64(2), c.u32(10)); }
    void verify_10(const ScsiCommand& c) { verify(c, c.u32(2), c.u16(7)); }
    void verify_12(const ScsiCommand& c) { verify(c, c.u32(2), c.u32(6)); }
    void verify_16(const ScsiCommand& c) { verify(c, c.u64(2), c.u32(10)); }
    void seek_6(const ScsiCommand& c) { seek(lba_6(c)); }
    void seek_10(const ScsiCommand& c) { seek(c.u32(2)); }

    static std::uint64_t lba_6(const ScsiCommand& c) { return c.u24(1) & 0x1f'ffff; }
    static std::uint64_t count_6(const ScsiCommand& c) { return c[4] ? c[4] : 256; }
    void seek(std::uint64_t lba) { lba < blocks_ ? finish() : fail(scsi::beyond_end); }
    bool check_range(std::uint64_t lba, std::uint64_t count);
    void transfer(Kind kind, std::uint64_t lba, std::uint64_t count);
    void verify(const ScsiCommand& command, std::uint64_t lba, std::uint64_t count);
    ScsiSense write_blocks(std::uint64_t position, std::span<const std::byte> from);
    ScsiSense failure(const char* what, std::uint64_t block, BlockResult result);

    std::unique_ptr<BlockBackend> backend_;
    const std::uint64_t blocks_;
    bool stopped_ = false;
    Kind kind_ = Kind::read;
    std::uint64_t first_block_ = 0;
    // The beginning of a block of which the rest is still to come.
    std::array<std::byte, block_size> partial_{};
};

} // namespace vestige::hw
