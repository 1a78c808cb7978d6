// ATA/ATAPI-6 (INCITS 361-2002), clauses 7 (registers) and 9 (protocol).
#include "hw/ide/ide_drive.h"

#include <algorithm>
#include <cstring>

#include "common/endian.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr std::uint8_t device_always_set = 0xa0;
constexpr std::uint8_t error_diagnostic_passed = 0x01;

} // namespace

IdeDrive::IdeDrive(std::string name, Scheduler& scheduler, Log& log)
    : Device(std::move(name)), log_(log), timer_(scheduler, [this] {
          phase_ = Phase::idle;
          continue_command();
      }) {}

// -- registers

std::uint8_t IdeDrive::read_register(unsigned index, Depth depth) const {
    if (index == ata_features) return error_;
    if (index == ata_command) return status_;
    return registers_[index == ata_device ? 0 : static_cast<unsigned>(depth)][index];
}

void IdeDrive::write_register(unsigned index, std::uint8_t value) {
    if (index == ata_device) value |= device_always_set;
    registers_[static_cast<unsigned>(Depth::previous)][index] = registers_[0][index];
    registers_[0][index] = value;
}

void IdeDrive::write_command(std::uint8_t code) {
    if (busy() && !interrupts_a_command(code)) {
        log_.write(LogItem::guest_error, "{}: command {:02x} while busy ({:02x})", name(), code,
                   status_);
        return;
    }
    log_.write(LogItem::device,
               "{}: command {:02x} count {:02x} lba {:02x} {:02x} {:02x} device {:02x}", name(),
               code, reg(ata_count), reg(ata_lba_low), reg(ata_lba_mid), reg(ata_lba_high),
               reg(ata_device));
    timer_.cancel();
    phase_ = Phase::idle;
    acknowledge();
    error_ = 0;
    execute(code);
    host_->interrupt_changed();
}

// -- phases

void IdeDrive::raise() {
    interrupt_ = true;
    host_->interrupt_changed();
}

void IdeDrive::begin(Phase phase, std::uint8_t status, Signal signal) {
    phase_ = phase;
    position_ = 0;
    status_ = status;
    if (signal == Signal::interrupt) raise();
}

void IdeDrive::finish(std::uint8_t status, Signal signal) { begin(Phase::idle, status, signal); }

void IdeDrive::fail(std::uint8_t error) {
    error_ = error;
    finish(ata_ready | ata_seek_done | ata_error);
}

void IdeDrive::wait(Time duration) {
    begin(Phase::waiting, ata_busy, Signal::silent);
    timer_.arm_in(duration);
}

std::span<std::byte> IdeDrive::prepare(std::size_t size) {
    buffer_.resize(size);
    return buffer_;
}

void IdeDrive::offer_pio(Signal signal) {
    begin(Phase::pio_in, ata_ready | ata_seek_done | ata_data_request, signal);
}

void IdeDrive::accept_pio(Signal signal) {
    begin(Phase::pio_out, ata_ready | ata_seek_done | ata_data_request, signal);
}

void IdeDrive::offer_dma() {
    begin(Phase::dma_in, ata_busy | ata_ready | ata_seek_done, Signal::silent);
    host_->dma_ready();
}

void IdeDrive::accept_dma() {
    begin(Phase::dma_out, ata_busy | ata_ready | ata_seek_done, Signal::silent);
    host_->dma_ready();
}

void IdeDrive::moved(std::size_t count) {
    position_ += count;
    if (position_ < buffer_.size()) return;
    phase_ = Phase::idle;
    data_done();
}

void IdeDrive::read_data(std::span<std::byte> to) {
    std::fill(to.begin(), to.end(), std::byte{0});
    if (phase_ != Phase::pio_in) {
        log_.write(LogItem::guest_error, "{}: data read without data", name());
        return;
    }
    const std::size_t count = std::min(to.size(), left());
    std::memcpy(to.data(), buffer_.data() + position_, count);
    moved(count);
}

void IdeDrive::write_data(std::span<const std::byte> from) {
    if (phase_ != Phase::pio_out) {
        log_.write(LogItem::guest_error, "{}: data written that nobody asked for", name());
        return;
    }
    const std::size_t count = std::min(from.size(), left());
    std::memcpy(buffer_.data() + position_, from.data(), count);
    moved(count);
}

void IdeDrive::dma_read(std::span<std::byte> to) {
    const std::size_t count = std::min(to.size(), dma_readable());
    if (count == 0) return;
    std::memcpy(to.data(), buffer_.data() + position_, count);
    moved(count);
}

void IdeDrive::dma_write(std::span<const std::byte> from) {
    const std::size_t count = std::min(from.size(), dma_writable());
    if (count == 0) return;
    std::memcpy(buffer_.data() + position_, from.data(), count);
    moved(count);
}

// -- reset and state

void IdeDrive::hold_in_reset() {
    timer_.cancel();
    acknowledge();
    begin(Phase::idle, ata_busy, Signal::silent);
}

void IdeDrive::release_reset() {
    timer_.cancel();
    acknowledge();
    registers_ = {};
    registers_[0][ata_device] = device_always_set;
    error_ = error_diagnostic_passed;
    begin(Phase::idle, ata_ready | ata_seek_done, Signal::silent);
    set_signature();
}

void IdeDrive::reset() {
    release_reset();
    buffer_.clear();
    reset_drive();
    if (host_) host_->interrupt_changed();
}

void IdeDrive::visit(StateVisitor& state) {
    state.section(name(), 1, [&] {
        state.field("registers", registers_);
        state.field("status", status_);
        state.field("error", error_);
        state.field("interrupt", interrupt_);
        state.field("phase", phase_);
        state.field("buffer", buffer_);
        state.field("position", position_);
        timer_.visit(state, "timer");
        visit_drive(state);
    });
    if (state.loading() && position_ > buffer_.size()) position_ = buffer_.size();
}

// -- IDENTIFY data

void put_identify_word(std::span<std::byte> identify, unsigned word, unsigned value) {
    store_le(identify.data() + 2 * word, static_cast<std::uint16_t>(value));
}

void put_identify_text(std::span<std::byte> words, const std::string& text) {
    for (std::size_t i = 0; i < words.size(); i++)
        words[i ^ 1] = static_cast<std::byte>(i < text.size() ? text[i] : ' ');
}

} // namespace vestige::hw
