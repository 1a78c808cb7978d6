// SCSI-2 (ANSI X3.131-1994), clause 6.
#include "hw/scsi/scsi_bus.h"

#include <algorithm>

#include "common/assertion.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum Message : std::uint8_t {
    message_command_complete = 0x00,
    message_extended = 0x01,
    message_initiator_error = 0x05,
    message_abort = 0x06,
    message_reject = 0x07,
    message_nop = 0x08,
    message_parity_error = 0x09,
    message_bus_device_reset = 0x0c,
    message_abort_tag = 0x0d,
    message_clear_queue = 0x0e,
    message_simple_tag = 0x20,
    message_ordered_tag = 0x22,
    message_first_of_two = 0x20,
    message_last_of_two = 0x2f,
    message_identify = 0x80,
};

// The bytes of a message as far as its beginning tells.
std::size_t message_length(std::span<const std::uint8_t> begun) {
    const std::uint8_t first = begun[0];
    if (first == message_extended)
        return begun.size() < 2 ? 2 : 2 + (begun[1] ? std::size_t{begun[1]} : 256);
    return first >= message_first_of_two && first <= message_last_of_two ? 2 : 1;
}

} // namespace

// -- phases

bool ScsiBus::select(unsigned id) {
    release();
    if (id >= most_targets || !targets_[id]) return false;
    selected_ = id;
    message_out_.clear();
    message_in_.clear();
    command_size_ = 0;
    command_given_ = status_given_ = identified_ = false;
    logical_unit_ = 0;
    proceed();
    return true;
}

void ScsiBus::proceed() {
    if (!message_in_.empty()) {
        phase_ = Phase::message_in;
    } else if (attention_) {
        message_out_.clear();
        phase_ = Phase::message_out;
    } else if (!command_given_) {
        phase_ = Phase::command;
    } else if (target().phase() == ScsiTarget::Phase::data_in) {
        phase_ = Phase::data_in;
    } else if (target().phase() == ScsiTarget::Phase::data_out) {
        phase_ = Phase::data_out;
    } else if (!status_given_) {
        phase_ = Phase::status;
    } else {
        release();
    }
}

void ScsiBus::release() {
    if (connected()) target().end();
    phase_ = Phase::free;
}

void ScsiBus::reset() {
    release();
    attention_ = false;
    for (ScsiTarget* each : targets_)
        if (each) each->bus_reset();
}

// -- from the initiator

std::uint64_t ScsiBus::wanted() const {
    switch (phase_) {
    case Phase::message_out: return 1;
    case Phase::command:
        return command_size_ == 0 ? 1 : scsi_command_length(command_bytes_[0]) - command_size_;
    case Phase::data_out: return target().left();
    default: return 0;
    }
}

void ScsiBus::send(std::span<const std::byte> bytes) {
    VESTIGE_ASSERT(bytes.size() <= wanted());
    if (bytes.empty()) return;
    switch (phase_) {
    case Phase::message_out: take_message(bytes[0]); break;
    case Phase::command: take_command(bytes); break;
    case Phase::data_out:
        target().write(bytes);
        if (target().phase() != ScsiTarget::Phase::data_out) proceed();
        break;
    default: break;
    }
}

void ScsiBus::take_command(std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes)
        command_bytes_[command_size_++] = static_cast<std::uint8_t>(byte);
    const std::size_t length = scsi_command_length(command_bytes_[0]);
    if (command_size_ < length) return;
    // SCSI-1's place for the logical unit counts for who sends no IDENTIFY.
    if (!identified_) logical_unit_ = command_bytes_[1] >> 5;
    command_given_ = true;
    target().begin(std::span(command_bytes_).first(length), logical_unit_);
    proceed();
}

void ScsiBus::take_message(std::byte byte) {
    message_out_.push_back(static_cast<std::uint8_t>(byte));
    if (message_out_.size() < message_length(message_out_)) return;
    obey_message();
    message_out_.clear();
    if (connected()) proceed();
}

void ScsiBus::obey_message() {
    const std::uint8_t code = message_out_[0];
    if (code & message_identify) {
        logical_unit_ = code & 7;
        identified_ = true;
        return;
    }
    switch (code) {
    case message_nop:
    case message_reject:
    case message_initiator_error:
    case message_parity_error: return;
    case message_bus_device_reset: target().bus_reset(); return release();
    case message_abort:
    case message_abort_tag:
    case message_clear_queue: return release();
    default: break;
    }
    // A tag says nothing where there is no queue: the command runs at once.
    if (code >= message_simple_tag && code <= message_ordered_tag) return;
    message_in_ = {message_reject};
}

// -- to the initiator

std::uint64_t ScsiBus::offered() const {
    switch (phase_) {
    case Phase::data_in: return target().left();
    case Phase::status:
    case Phase::message_in: return 1;
    default: return 0;
    }
}

std::size_t ScsiBus::receive(std::span<std::byte> bytes) {
    VESTIGE_ASSERT(bytes.size() <= offered());
    if (bytes.empty()) return 0;
    switch (phase_) {
    case Phase::data_in: {
        target().read(bytes);
        const bool failed = target().failed();
        if (target().phase() != ScsiTarget::Phase::data_in) proceed();
        return failed ? 0 : bytes.size();
    }
    case Phase::status:
        bytes[0] = static_cast<std::byte>(target().status());
        status_given_ = true;
        message_in_ = {message_command_complete};
        proceed();
        return 1;
    case Phase::message_in: bytes[0] = static_cast<std::byte>(message_in_[0]); return 1;
    default: return 0;
    }
}

void ScsiBus::accept_message() {
    if (phase_ != Phase::message_in) return;
    message_in_.erase(message_in_.begin());
    proceed();
}

// -- state

void ScsiBus::visit(StateVisitor& state) {
    state.section("bus", 1, [&] {
        state.field("phase", phase_);
        state.field("selected", selected_);
        state.field("attention", attention_);
        state.field("message_out", message_out_);
        state.field("message_in", message_in_);
        state.field("command_bytes", command_bytes_);
        state.field("command_size", command_size_);
        state.field("command_given", command_given_);
        state.field("status_given", status_given_);
        state.field("identified", identified_);
        state.field("logical_unit", logical_unit_);
    });
    if (!state.loading()) return;
    // Phases of whom is not there, or that has nothing to say in it, end on a free bus. The targets
    // may be loaded after this one.
    selected_ %= most_targets;
    if (!message_out_.empty() && message_out_.size() >= message_length(message_out_))
        message_out_.clear();
    if (phase_ > Phase::free || !targets_[selected_] ||
        (phase_ == Phase::message_in && message_in_.empty()) ||
        (command_size_ != 0 && command_size_ >= scsi_command_length(command_bytes_[0]) &&
         !command_given_))
        phase_ = Phase::free;
}

} // namespace vestige::hw
