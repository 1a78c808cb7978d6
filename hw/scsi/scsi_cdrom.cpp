// The drive and its disc; the commands are in scsi_cdrom_commands.cpp.
#include "hw/scsi/scsi_cdrom.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "common/error.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr std::uint8_t device_type_cd = 0x05;
constexpr std::uint8_t version_scsi_2 = 0x02;
constexpr std::uint8_t format_scsi_2 = 0x02;
constexpr std::uint8_t format_atapi = 0x21;

constexpr std::uint64_t most_cd_sectors = 80 * 60 * 75; // longer discs are DVDs
constexpr std::size_t raw_header = 16; // sync and address before the data of a raw sector

} // namespace

ScsiCdrom::ScsiCdrom(std::string name, Kind kind, std::unique_ptr<BlockBackend> medium,
                     DriveIdentity identity, Log& log)
    : ScsiTarget(std::move(name),
                 {.device_type = device_type_cd,
                  .removable = true,
                  .version = kind == Kind::sun ? version_scsi_2 : std::uint8_t{0},
                  .response_format = kind == Kind::sun ? format_scsi_2 : format_atapi},
                 std::move(identity), log),
      kind_(kind),
      medium_(std::move(medium)),
      block_size_(default_block_size()) {}

// -- the user's hand

bool ScsiCdrom::eject(Eject how) {
    if (locked_ && !tray_open_ && how == Eject::ask) {
        eject_event_ = true;
        return false;
    }
    medium_.reset();
    tray_open_ = false;
    return true;
}

void ScsiCdrom::insert(std::unique_ptr<BlockBackend> medium) {
    medium_ = std::move(medium);
    tray_open_ = false;
    new_media_event_ = true;
    set_attention(scsi::medium_changed);
}

// -- the disc

ScsiSense ScsiCdrom::medium_state() const { return ready() ? scsi::no_sense : scsi::no_medium; }

std::uint64_t ScsiCdrom::sectors() const {
    return (medium_->size() + sector_size - 1) / sector_size;
}

bool ScsiCdrom::is_dvd() const { return sectors() > most_cd_sectors; }

void ScsiCdrom::read_blocks(std::uint64_t lba, std::uint64_t count) {
    if (lba > blocks() || count > blocks() - lba) return fail(scsi::beyond_end);
    first_block_ = lba;
    unit_size_ = block_size_;
    send(count * block_size_);
}

ScsiSense ScsiCdrom::read_stream(std::uint64_t position, std::span<std::byte> to) {
    if (!medium_) return scsi::read_error; // taken out in the middle
    const BlockResult result =
        unit_size_ == raw_sector_size ? fill_raw(position, to) : fill(position, to);
    if (result == BlockResult::ok) return scsi::no_sense;
    const std::uint64_t block = first_block_ + position / unit_size_;
    complain("read", block, result);
    set_information(block);
    return scsi::read_error;
}

BlockResult ScsiCdrom::fill(std::uint64_t position, std::span<std::byte> to) {
    // An image may end within its last sector.
    const std::uint64_t offset = first_block_ * unit_size_ + position;
    const std::uint64_t there = medium_->size() > offset ? medium_->size() - offset : 0;
    const auto from_image = to.first(std::min<std::uint64_t>(to.size(), there));
    std::ranges::fill(to.subspan(from_image.size()), std::byte{0});
    return from_image.empty() ? BlockResult::ok : medium_->read(offset, from_image);
}

// Sectors of 2352 bytes: sync, address and mode, data, and zeros where the error correction would
// be.
BlockResult ScsiCdrom::fill_raw(std::uint64_t position, std::span<std::byte> to) {
    while (!to.empty()) {
        const std::uint64_t lba = first_block_ + position / raw_sector_size;
        const std::uint64_t within = position % raw_sector_size;
        std::array<std::byte, raw_sector_size> sector{};
        std::fill_n(sector.begin() + 1, 10, std::byte{0xff});
        const std::uint64_t frame = lba + 150;
        const auto bcd = [](std::uint64_t value) {
            return static_cast<std::byte>((value / 10 % 10) << 4 | value % 10);
        };
        sector[12] = bcd(frame / 75 / 60);
        sector[13] = bcd(frame / 75 % 60);
        sector[14] = bcd(frame % 75);
        sector[15] = std::byte{1};
        const std::uint64_t offset = lba * sector_size;
        const std::uint64_t there = medium_->size() > offset ? medium_->size() - offset : 0;
        const auto data =
            std::span(sector).subspan(raw_header, std::min<std::uint64_t>(sector_size, there));
        const BlockResult result = data.empty() ? BlockResult::ok : medium_->read(offset, data);
        if (result != BlockResult::ok) return result;
        const std::size_t count = std::min<std::size_t>(to.size(), sector.size() - within);
        std::memcpy(to.data(), sector.data() + within, count);
        to = to.subspan(count);
        position += count;
    }
    return BlockResult::ok;
}

// -- settings, reset and state

// Blocks of 512 bytes are what Sun's drives know beside sectors (SCSI-2 14.2.10 leaves the sizes to
// the drive).
bool ScsiCdrom::set_block_size(std::uint32_t size) {
    const bool known = size == sector_size || (size == 512 && kind_ == Kind::sun);
    if (known) block_size_ = size;
    return known;
}

void ScsiCdrom::reset_settings() {
    block_size_ = default_block_size();
    locked_ = false;
}

void ScsiCdrom::reset_target() {
    tray_open_ = new_media_event_ = eject_event_ = false;
    first_block_ = 0;
    unit_size_ = block_size_;
}

void ScsiCdrom::visit_target(StateVisitor& state) {
    bool disc = has_disc();
    state.field("disc", disc);
    if (disc != has_disc())
        throw UserError("the snapshot was taken with " + std::string(disc ? "a" : "no") +
                        " disc in drive '" + name() + "': start with the same disc");
    if (medium_) medium_->visit(state);
    state.field("block_size", block_size_);
    state.field("tray_open", tray_open_);
    state.field("locked", locked_);
    state.field("new_media_event", new_media_event_);
    state.field("eject_event", eject_event_);
    state.field("first_block", first_block_);
    state.field("unit_size", unit_size_);
    if (!state.loading()) return;
    // Both are divided by.
    if (block_size_ != 512) block_size_ = sector_size;
    if (unit_size_ != 512 && unit_size_ != raw_sector_size) unit_size_ = sector_size;
}

} // namespace vestige::hw
