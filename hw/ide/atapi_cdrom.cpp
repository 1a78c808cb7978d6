// ATA/ATAPI-6 (INCITS 361-2002), clauses 8.24 (PACKET) and 9.8 (its protocol).
#include "hw/ide/atapi_cdrom.h"

#include <algorithm>
#include <cstring>

#include "common/error.h"
#include "hw/ide/ata_identify.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum Code : std::uint8_t {
    code_device_reset = 0x08,
    code_packet = 0xa0,
    code_identify_packet = 0xa1,
    code_standby_immediate = 0xe0,
    code_idle_immediate = 0xe1,
    code_check_power = 0xe5,
    code_sleep = 0xe6,
    code_flush = 0xe7,
    code_identify = 0xec,
    code_set_features = 0xef,
};

enum Reason : std::uint8_t { // the count register during PACKET
    reason_command = 0x01,   // packet or status, not data
    reason_to_host = 0x02,
};

constexpr std::uint8_t features_dma = 0x01;
constexpr std::uint8_t feature_transfer_mode = 0x03;
constexpr std::uint8_t good = ata_ready | ata_seek_done;
constexpr std::uint8_t power_active = 0xff;

constexpr Time access_time = 50 * microsecond;
constexpr Time block_time = 5 * microsecond;
constexpr Time done_time = 2 * microsecond;

constexpr std::uint32_t dma_piece = 65536;
constexpr std::uint32_t most_bytes_a_block = 0xfffe;
constexpr std::uint64_t cooked = 2048;
constexpr std::size_t raw_header = 16; // sync and address before the data of a raw sector

} // namespace

AtapiCdrom::AtapiCdrom(std::string name, Scheduler& scheduler, std::unique_ptr<BlockBackend> medium,
                       DriveIdentity identity, Log& log)
    : IdeDrive(std::move(name), scheduler, log),
      medium_(std::move(medium)),
      identity_(std::move(identity)) {
    reset();
}

// -- the user's hand

bool AtapiCdrom::eject(Eject how) {
    if (locked_ && !tray_open_ && how == Eject::ask) {
        eject_event_ = true;
        return false;
    }
    medium_.reset();
    tray_open_ = false;
    return true;
}

void AtapiCdrom::insert(std::unique_ptr<BlockBackend> medium) {
    medium_ = std::move(medium);
    tray_open_ = false;
    attention_ = new_media_event_ = true;
}

// -- ATA commands

bool AtapiCdrom::interrupts_a_command(std::uint8_t code) const { return code == code_device_reset; }

void AtapiCdrom::execute(std::uint8_t code) {
    step_ = Step::end_command;
    switch (code) {
    case code_packet: begin_packet(); break;
    case code_identify_packet:
        fill_cdrom_identify(prepare(512), identity_, transfer_mode_);
        offer_pio(Signal::interrupt);
        break;
    case code_device_reset:
        // Ends at once and without an interrupt; the status is clear until the next command.
        release_reset();
        break;
    case code_set_features:
        if (reg(ata_features) == feature_transfer_mode) {
            if (!is_transfer_mode(reg(ata_count))) return fail(ata_error_aborted);
            transfer_mode_ = reg(ata_count);
        }
        wait(done_time);
        break;
    case code_check_power: set_reg(ata_count, power_active); [[fallthrough]];
    case code_standby_immediate:
    case code_idle_immediate:
    case code_sleep:
    case code_flush: wait(done_time); break;
    case code_identify: // the host is to find out by the signature what this is
        set_signature();
        set_status(0);
        fail(ata_error_aborted);
        break;
    default:
        log_.write(LogItem::unimplemented, "{}: command {:02x}", name(), code);
        fail(ata_error_aborted);
    }
}

void AtapiCdrom::continue_command() {
    switch (step_) {
    case Step::packet: run_packet(); break;
    case Step::data: next_data(); break;
    case Step::end_packet: packet_done(); break;
    default: finish(good); break;
    }
}

void AtapiCdrom::data_done() {
    switch (step_) {
    case Step::packet:
        std::memcpy(packet_.data(), buffer().data(), packet_.size());
        wait(access_time);
        break;
    case Step::data:
        data_position_ += buffer().size();
        if (data_position_ >= data_size_) {
            step_ = Step::end_packet;
            wait(done_time);
        } else if (by_dma_) {
            next_data();
        } else {
            wait(block_time);
        }
        break;
    default: finish(good, Signal::silent); break; // IDENTIFY PACKET DEVICE
    }
}

// -- the PACKET protocol

void AtapiCdrom::begin_packet() {
    step_ = Step::packet;
    by_dma_ = (reg(ata_features) & features_dma) != 0;
    byte_limit_ = static_cast<std::uint32_t>(reg(ata_lba_mid) | reg(ata_lba_high) << 8) & ~1u;
    if (byte_limit_ == 0 || byte_limit_ > most_bytes_a_block) byte_limit_ = most_bytes_a_block;
    set_reg(ata_count, reason_command);
    std::ranges::fill(prepare(packet_.size()), std::byte{0});
    accept_pio(Signal::silent); // word 0 of IDENTIFY: no interrupt for the packet
}

void AtapiCdrom::packet_done() {
    step_ = Step::nothing;
    set_reg(ata_count, reason_command | reason_to_host);
    finish(good);
}

void AtapiCdrom::packet_failed(Sense sense) {
    log_.write(LogItem::device, "{}: packet {:02x} fails, sense {:x} {:02x} {:02x}", name(),
               packet_[0], sense.key, sense.code, sense.qualifier);
    step_ = Step::nothing;
    sense_ = sense;
    set_reg(ata_count, reason_command | reason_to_host);
    set_error(static_cast<std::uint8_t>(sense.key << 4));
    finish(ata_ready | ata_seek_done | ata_error);
}

void AtapiCdrom::reply(std::span<const std::uint8_t> data, std::size_t allocation) {
    reply_.assign(data.begin(),
                  data.begin() + static_cast<std::ptrdiff_t>(std::min(data.size(), allocation)));
    bytes_a_sector_ = 0;
    start_data(reply_.size());
}

void AtapiCdrom::reply_sectors(std::uint64_t lba, std::uint64_t count,
                               std::uint32_t bytes_a_sector) {
    first_sector_ = lba;
    bytes_a_sector_ = bytes_a_sector;
    start_data(count * bytes_a_sector);
}

void AtapiCdrom::start_data(std::uint64_t size) {
    if (size == 0) return packet_done();
    step_ = Step::data;
    data_size_ = size;
    data_position_ = 0;
    next_data();
}

void AtapiCdrom::next_data() {
    const std::uint64_t left = data_size_ - data_position_;
    const std::uint64_t size = std::min<std::uint64_t>(left, by_dma_ ? dma_piece : byte_limit_);
    if (fill(data_position_, prepare(size)) != BlockResult::ok) return packet_failed(read_error);
    if (by_dma_) return offer_dma();
    set_reg(ata_count, reason_to_host);
    set_reg(ata_lba_mid, size & 0xff);
    set_reg(ata_lba_high, size >> 8);
    offer_pio(Signal::interrupt);
}

BlockResult AtapiCdrom::fill(std::uint64_t position, std::span<std::byte> to) {
    if (bytes_a_sector_ == 0) {
        std::ranges::fill(to, std::byte{0});
        if (position < reply_.size())
            std::memcpy(to.data(), reply_.data() + position,
                        std::min(to.size(), reply_.size() - position));
        return BlockResult::ok;
    }
    if (!medium_) return BlockResult::io_error; // taken out in the middle
    if (bytes_a_sector_ != cooked) return fill_raw(position, to);
    // An image may end within its last sector.
    const std::uint64_t offset = first_sector_ * cooked + position;
    const std::uint64_t there = medium_->size() > offset ? medium_->size() - offset : 0;
    const auto from_image = to.first(std::min<std::uint64_t>(to.size(), there));
    std::ranges::fill(to.subspan(from_image.size()), std::byte{0});
    return from_image.empty() ? BlockResult::ok : medium_->read(offset, from_image);
}

// Sectors of 2352 bytes: sync, address and mode, data, and zeros where the error correction would
// be.
BlockResult AtapiCdrom::fill_raw(std::uint64_t position, std::span<std::byte> to) {
    while (!to.empty()) {
        const std::uint64_t lba = first_sector_ + position / bytes_a_sector_;
        const std::uint64_t within = position % bytes_a_sector_;
        std::array<std::byte, 2352> sector{};
        std::fill_n(sector.begin() + 1, 10, std::byte{0xff});
        const std::uint64_t frame = lba + 150;
        const auto bcd = [](std::uint64_t value) {
            return static_cast<std::byte>((value / 10 % 10) << 4 | value % 10);
        };
        sector[12] = bcd(frame / 75 / 60);
        sector[13] = bcd(frame / 75 % 60);
        sector[14] = bcd(frame % 75);
        sector[15] = std::byte{1};
        const std::uint64_t offset = lba * cooked;
        const std::uint64_t there = medium_->size() > offset ? medium_->size() - offset : 0;
        const auto data = std::span(sector).subspan(raw_header, std::min(cooked, there));
        const BlockResult result = data.empty() ? BlockResult::ok : medium_->read(offset, data);
        if (result != BlockResult::ok) return result;
        const std::size_t count = std::min<std::size_t>(to.size(), sector.size() - within);
        std::memcpy(to.data(), sector.data() + within, count);
        to = to.subspan(count);
        position += count;
    }
    return BlockResult::ok;
}

// -- reset and state

void AtapiCdrom::set_signature() {
    set_reg(ata_count, 1);
    set_reg(ata_lba_low, 1);
    set_reg(ata_lba_mid, 0x14);
    set_reg(ata_lba_high, 0xeb);
    set_status(0);
}

void AtapiCdrom::reset_drive() {
    transfer_mode_ = 0;
    tray_open_ = locked_ = attention_ = new_media_event_ = eject_event_ = false;
    sense_ = no_sense;
    step_ = Step::nothing;
    packet_ = {};
    reply_.clear();
    bytes_a_sector_ = 0;
    data_size_ = data_position_ = 0;
}

void AtapiCdrom::visit_drive(StateVisitor& state) {
    bool disc = has_disc();
    state.field("disc", disc);
    if (disc != has_disc())
        throw UserError("the snapshot was taken with " + std::string(disc ? "a" : "no") +
                        " disc in drive '" + name() + "': start with the same disc");
    if (medium_) medium_->visit(state);
    state.field("transfer_mode", transfer_mode_);
    state.field("tray_open", tray_open_);
    state.field("locked", locked_);
    state.field("attention", attention_);
    state.field("new_media_event", new_media_event_);
    state.field("eject_event", eject_event_);
    state.field("sense_key", sense_.key);
    state.field("sense_code", sense_.code);
    state.field("sense_qualifier", sense_.qualifier);
    state.field("step", step_);
    state.field("packet", packet_);
    state.field("by_dma", by_dma_);
    state.field("byte_limit", byte_limit_);
    state.field("reply", reply_);
    state.field("first_sector", first_sector_);
    state.field("bytes_a_sector", bytes_a_sector_);
    state.field("data_size", data_size_);
    state.field("data_position", data_position_);
    if (state.loading()) {
        if (bytes_a_sector_ != 0 && bytes_a_sector_ != 2352) bytes_a_sector_ = cooked;
        byte_limit_ = std::clamp<std::uint32_t>(byte_limit_, 2, most_bytes_a_block);
        data_position_ = std::min(data_position_, data_size_);
    }
}

} // namespace vestige::hw
