// ATA/ATAPI-6 (INCITS 361-2002), clauses 8.24 (PACKET) and 9.8 (its protocol).
#include "hw/ide/atapi_cdrom.h"

#include <algorithm>
#include <cstring>

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

} // namespace

AtapiCdrom::AtapiCdrom(std::string name, Scheduler& scheduler, std::unique_ptr<BlockBackend> medium,
                       DriveIdentity identity, Log& log)
    : IdeDrive(name, scheduler, log),
      unit_(name + " unit", ScsiCdrom::Kind::atapi, std::move(medium), identity, log),
      identity_(std::move(identity)) {
    reset();
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
    case Step::data_in:
    case Step::data_out: next_data(); break;
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
    case Step::data_out:
        if (unit_.phase() == ScsiTarget::Phase::data_out)
            unit_.write(buffer().first(std::min<std::uint64_t>(buffer().size(), unit_.left())));
        if (unit_.failed()) return packet_failed();
        [[fallthrough]];
    case Step::data_in:
        if (unit_.left() == 0) {
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

void AtapiCdrom::run_packet() {
    unit_.begin(packet_);
    switch (unit_.phase()) {
    case ScsiTarget::Phase::data_in: step_ = Step::data_in; return next_data();
    case ScsiTarget::Phase::data_out: step_ = Step::data_out; return next_data();
    default: unit_.failed() ? packet_failed() : packet_done();
    }
}

void AtapiCdrom::packet_done() {
    step_ = Step::nothing;
    set_reg(ata_count, reason_command | reason_to_host);
    finish(good);
}

void AtapiCdrom::packet_failed() {
    step_ = Step::nothing;
    set_reg(ata_count, reason_command | reason_to_host);
    set_error(static_cast<std::uint8_t>(unit_.sense().key << 4));
    finish(ata_ready | ata_seek_done | ata_error);
}

void AtapiCdrom::next_data() {
    using DataPhase = ScsiTarget::Phase;
    if (unit_.phase() != (step_ == Step::data_in ? DataPhase::data_in : DataPhase::data_out))
        return packet_done(); // after a snapshot whose parts do not fit
    const std::uint64_t size =
        std::min<std::uint64_t>(unit_.left(), by_dma_ ? dma_piece : byte_limit_);
    const auto piece = prepare(size);
    if (step_ == Step::data_in) {
        unit_.read(piece);
        if (unit_.failed()) return packet_failed();
        if (by_dma_) return offer_dma();
    } else if (by_dma_) {
        return accept_dma();
    }
    set_reg(ata_count, step_ == Step::data_in ? reason_to_host : 0);
    set_reg(ata_lba_mid, size & 0xff);
    set_reg(ata_lba_high, size >> 8);
    step_ == Step::data_in ? offer_pio(Signal::interrupt) : accept_pio(Signal::interrupt);
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
    unit_.reset();
    step_ = Step::nothing;
    packet_ = {};
    by_dma_ = false;
    byte_limit_ = most_bytes_a_block;
}

void AtapiCdrom::visit_drive(StateVisitor& state) {
    unit_.visit(state);
    state.field("transfer_mode", transfer_mode_);
    state.field("step", step_);
    state.field("packet", packet_);
    state.field("by_dma", by_dma_);
    state.field("byte_limit", byte_limit_);
    if (state.loading())
        byte_limit_ = std::clamp<std::uint32_t>(byte_limit_, 2, most_bytes_a_block);
}

} // namespace vestige::hw
