// See esp.h for the sources.
#include "hw/scsi/esp.h"

#include <algorithm>

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

using Phase = ScsiBus::Phase;

enum Register : unsigned {
    register_count_low,
    register_count_middle,
    register_fifo,
    register_command,
    register_status,        // write: bus ID of who is to be selected
    register_interrupt,     // write: time-out
    register_sequence_step, // write: synchronous period
    register_fifo_flags,    // write: synchronous offset
    register_config_1,
    register_clock_factor,
    register_test,
    register_config_2,
    register_config_3,
    register_count_high = 14, // read after a reset: which chip of the family
};

enum Code : std::uint8_t {
    code_nop = 0x00,
    code_flush_fifo = 0x01,
    code_reset_chip = 0x02,
    code_reset_bus = 0x03,
    code_transfer = 0x10,
    code_complete = 0x11,
    code_accept = 0x12,
    code_pad = 0x18,
    code_set_attention = 0x1a,
    code_reset_attention = 0x1b,
    code_select = 0x41,
    code_select_attention = 0x42,
    code_select_stop = 0x43,
    code_enable_selection = 0x44,
    code_disable_selection = 0x45,
    code_select_attention_3 = 0x46,

    code_mask = 0x7f,
    code_dma = 0x80,
};

enum Interrupt : std::uint8_t {
    interrupt_function_complete = 0x08,
    interrupt_bus_service = 0x10,
    interrupt_disconnected = 0x20,
    interrupt_illegal_command = 0x40,
    interrupt_bus_reset = 0x80,
};

enum Status : std::uint8_t {
    status_count_ended = 0x10,
    status_gross_error = 0x40,
    status_interrupt = 0x80,
};

constexpr std::uint8_t config_1_own_id = 0x07;
constexpr std::uint8_t config_1_no_reset_interrupt = 0x40;
constexpr std::uint8_t config_2_features = 0x40; // a transfer count of 24 bits
constexpr unsigned bus_id_mask = 0x07;

// What a selection can end with, in the sequence step register.
constexpr std::uint8_t step_arbitration = 0;  // nobody answered
constexpr std::uint8_t step_message_sent = 1; // and stopped there
constexpr std::uint8_t step_no_command = 2;   // the target did not want one
constexpr std::uint8_t step_partial_command = 3;
constexpr std::uint8_t step_all_done = 4;

constexpr Time command_time = 2 * microsecond;
constexpr Time resume_time = 1 * microsecond;
constexpr Time access_time = 50 * microsecond;     // from a command to what the target says to it
constexpr Time no_answer_time = 250 * microsecond; // real drivers ask for 250 ms

constexpr std::size_t piece_size = 65536;
constexpr unsigned most_steps = 256; // between two looks at the clock

} // namespace

Esp::Esp(std::string name, Scheduler& scheduler, IrqLine irq, DmaPort& dma,
         const ScsiBus::Targets& targets, Log& log)
    : Device(std::move(name)),
      log_(log),
      irq_(irq),
      dma_(dma),
      bus_(targets),
      timer_(scheduler, [this] { run(); }) {
    dma_.connect(*this);
}

// -- registers

std::uint32_t Esp::counter_limit() const {
    return config_[1] & config_2_features ? 1u << 24 : 1u << 16;
}

void Esp::load_counter() {
    const std::uint32_t count = start_count_ & (counter_limit() - 1);
    counter_ = count ? count : counter_limit();
    counter_ended_ = false;
}

void Esp::count(std::size_t moved) {
    counter_ -= static_cast<std::uint32_t>(std::min<std::size_t>(moved, counter_));
    if (counter_ == 0) counter_ended_ = true;
}

void Esp::fifo_push(std::byte value) {
    if (fifo_count_ == fifo_size) {
        log_.write(LogItem::guest_error, "{}: the FIFO overflows", name());
        gross_error_ = true;
        return;
    }
    fifo_[fifo_count_++] = static_cast<std::uint8_t>(value);
}

std::uint8_t Esp::fifo_pop() {
    if (fifo_count_ == 0) return 0;
    const std::uint8_t value = fifo_[0];
    std::shift_left(fifo_.begin(), fifo_.end(), 1);
    fifo_count_--;
    return value;
}

std::uint8_t Esp::status() const {
    unsigned value = bus_.connected() ? static_cast<unsigned>(bus_.phase()) : 0;
    if (counter_ended_) value |= status_count_ended;
    if (gross_error_) value |= status_gross_error;
    if (interrupt_) value |= status_interrupt;
    return static_cast<std::uint8_t>(value);
}

void Esp::update_irq() { irq_.set(interrupt_ != 0); }

void Esp::raise(std::uint8_t interrupt) {
    log_.write(LogItem::device, "{}: interrupt {:02x}, phase {}, step {}, {} bytes left", name(),
               interrupt, static_cast<unsigned>(bus_.phase()), sequence_step_, counter_);
    interrupt_ |= interrupt;
    update_irq();
}

std::uint64_t Esp::read(std::uint64_t offset, unsigned) {
    if (running_ || offset % 4 != 0) return 0;
    switch (offset / 4) {
    case register_count_low: return counter_ & 0xff;
    case register_count_middle: return counter_ >> 8 & 0xff;
    case register_fifo: return fifo_pop();
    case register_command: return command_;
    case register_status: return status();
    case register_interrupt: {
        const std::uint8_t value = interrupt_;
        interrupt_ = 0;
        sequence_step_ = 0;
        gross_error_ = false;
        update_irq();
        return value;
    }
    case register_sequence_step: return sequence_step_;
    case register_fifo_flags: return fifo_count_ | static_cast<unsigned>(sequence_step_) << 5;
    case register_config_1: return config_[0];
    case register_config_2: return config_[1];
    case register_config_3: return config_[2];
    // The FAS100A's identification is 0, too.
    case register_count_high: return config_[1] & config_2_features ? counter_ >> 16 & 0xff : 0;
    default: return 0;
    }
}

void Esp::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    if (running_ || offset % 4 != 0) return;
    const auto byte = static_cast<std::uint8_t>(value);
    switch (offset / 4) {
    case register_count_low: start_count_ = (start_count_ & 0xffff00) | byte; break;
    case register_count_middle: start_count_ = (start_count_ & 0xff00ff) | byte << 8; break;
    case register_count_high: start_count_ = (start_count_ & 0x00ffff) | byte << 16; break;
    case register_fifo:
        fifo_push(std::byte{byte});
        resume();
        break;
    case register_command: command(byte); break;
    case register_status: bus_id_ = byte; break;
    case register_config_1: config_[0] = byte; break;
    case register_config_2: config_[1] = byte; break;
    case register_config_3: config_[2] = byte; break;
    default: break; // timing, of which there is none
    }
}

// -- commands

void Esp::command(std::uint8_t value) {
    log_.write(LogItem::device, "{}: command {:02x}, count {}, {} bytes in the FIFO", name(), value,
               start_count_, fifo_count_);
    command_ = value;
    switch (value & code_mask) {
    case code_nop:
        if (value & code_dma) load_counter();
        return;
    case code_flush_fifo: fifo_count_ = 0; return;
    case code_reset_chip: return chip_reset();
    case code_reset_bus:
        timer_.cancel();
        operation_ = Operation::none;
        queued_command_ = 0;
        fifo_count_ = 0;
        bus_.reset();
        if (!(config_[0] & config_1_no_reset_interrupt)) raise(interrupt_bus_reset);
        return;
    case code_set_attention: bus_.set_attention(true); return;
    case code_reset_attention: bus_.set_attention(false); return;
    default: break;
    }
    if (operation_ == Operation::none) return start(value);
    if (queued_command_ != 0) gross_error_ = true; // two is what the register holds
    queued_command_ = value;
}

void Esp::start(std::uint8_t value) {
    code_ = value & code_mask;
    by_dma_ = (value & code_dma) != 0;
    if (by_dma_) load_counter();
    Operation operation = Operation::none;
    switch (code_) {
    case code_select:
    case code_select_attention:
    case code_select_stop:
    case code_select_attention_3:
        // Boot firmware leaves targets in the middle of what they were doing: the chip lets go.
        operation = Operation::select;
        break;
    case code_enable_selection: return; // nobody selects it
    case code_disable_selection: return raise(interrupt_function_complete);
    case code_transfer: operation = Operation::transfer; break;
    case code_complete: operation = Operation::complete; break;
    case code_accept: operation = Operation::accept; break;
    case code_pad: operation = Operation::pad; break;
    default: break;
    }
    if (operation == Operation::none || (operation != Operation::select && !bus_.connected())) {
        log_.write(LogItem::guest_error, "{}: command {:02x} is illegal now", name(), value);
        return raise(interrupt_illegal_command);
    }
    operation_ = operation;
    transfer_phase_ = bus_.phase();
    moved_ = false;
    timer_.arm_in(command_time);
}

// -- operations

void Esp::resume() {
    if (operation_ == Operation::none || running_ || timer_.armed()) return;
    timer_.arm_in(resume_time);
}

void Esp::run() {
    running_ = true;
    unsigned steps = 0;
    while (operation_ != Operation::none && steps < most_steps && step() == Run::again)
        steps++;
    running_ = false;
    update_irq();
    if (operation_ == Operation::none && queued_command_ != 0) {
        const std::uint8_t value = queued_command_;
        queued_command_ = 0;
        return start(value);
    }
    if (steps == most_steps) resume();
}

Esp::Run Esp::finish(std::uint8_t interrupt) {
    operation_ = Operation::none;
    raise(interrupt);
    return Run::wait;
}

Esp::Run Esp::finish_later(std::uint8_t interrupt, Time delay) {
    operation_ = Operation::interrupt;
    final_interrupt_ = interrupt;
    timer_.arm_in(delay);
    return Run::wait;
}

Esp::Run Esp::finish_phase() {
    return finish(bus_.connected() ? interrupt_bus_service : interrupt_disconnected);
}

Esp::Run Esp::step() {
    switch (operation_) {
    case Operation::select: return select();
    case Operation::send_id: return send_id();
    case Operation::transfer: return transfer();
    case Operation::pad: return pad();
    case Operation::complete: return complete();
    case Operation::accept: return accept();
    default: return finish(final_interrupt_);
    }
}

std::span<std::byte> Esp::buffer(std::size_t size) {
    if (buffer_.size() < size) buffer_.resize(size);
    return std::span(buffer_).first(size);
}

std::optional<std::byte> Esp::take() {
    if (!by_dma_) {
        if (fifo_count_ == 0) return {};
        return std::byte{fifo_pop()};
    }
    if (counter_ == 0 || dma_.readable() == 0) return {};
    std::byte value{};
    dma_.read(std::span(&value, 1));
    count(1);
    return value;
}

bool Esp::can_put() const {
    return by_dma_ ? counter_ != 0 && dma_.writable() != 0 : fifo_count_ < fifo_size;
}

void Esp::put(std::byte value) {
    if (!by_dma_) return fifo_push(value);
    dma_.write(std::span(&value, 1));
    count(1);
}

Esp::Run Esp::select() {
    bus_.set_attention(code_ != code_select);
    sequence_step_ = step_arbitration;
    if (!bus_.select(bus_id_ & bus_id_mask))
        return finish_later(interrupt_disconnected, no_answer_time);
    messages_left_ = code_ == code_select ? 0 : code_ == code_select_attention_3 ? 3 : 1;
    operation_ = Operation::send_id;
    return Run::again;
}

Esp::Run Esp::send_id() {
    constexpr std::uint8_t selected = interrupt_function_complete | interrupt_bus_service;
    const Phase phase = bus_.phase();
    const bool message = phase == Phase::message_out && messages_left_ != 0;
    if (!bus_.connected()) return finish(interrupt_disconnected);
    if (!message && phase != Phase::command) {
        sequence_step_ = step_no_command;
        return finish(selected);
    }
    const auto value = take();
    if (!value) {
        if (!by_dma_ || counter_ != 0) return Run::wait;
        sequence_step_ = message ? step_arbitration : step_partial_command;
        return finish(selected);
    }
    // ATN falls with the last byte of the messages, unless there are to be more.
    if (message && --messages_left_ == 0 && code_ != code_select_stop) bus_.set_attention(false);
    bus_.send(std::span(&*value, 1));
    if (message && code_ == code_select_stop) {
        sequence_step_ = step_message_sent;
        return finish(selected);
    }
    if (phase != Phase::command || bus_.phase() == Phase::command) return Run::again;
    sequence_step_ = step_all_done;
    return finish_later(selected, access_time);
}

Esp::Run Esp::transfer() {
    const Phase phase = bus_.phase();
    if (phase != transfer_phase_) return finish_phase();
    if (by_dma_ && counter_ == 0) return finish_phase();
    switch (phase) {
    case Phase::data_in: return by_dma_ ? data_in() : byte_in(interrupt_bus_service);
    case Phase::data_out: return data_out();
    case Phase::status: return byte_in(interrupt_bus_service);
    case Phase::message_in: return byte_in(interrupt_function_complete);
    default: return byte_out(phase);
    }
}

Esp::Run Esp::data_in() {
    const std::size_t size = std::min<std::uint64_t>(
        {counter_, bus_.offered(), dma_.writable(), std::uint64_t{piece_size}});
    if (size == 0) return Run::wait;
    const auto bytes = buffer(size);
    if (bus_.receive(bytes) == 0) return Run::again; // the medium failed: another phase
    dma_.write(bytes);
    count(size);
    return Run::again;
}

Esp::Run Esp::data_out() {
    if (!by_dma_ && fifo_count_ == 0) return moved_ ? finish_phase() : Run::wait;
    const std::uint64_t there =
        by_dma_ ? std::min<std::uint64_t>(counter_, dma_.readable()) : fifo_count_;
    const std::size_t size =
        std::min<std::uint64_t>({there, bus_.wanted(), std::uint64_t{piece_size}});
    if (size == 0) return Run::wait;
    const auto bytes = buffer(size);
    if (by_dma_) {
        dma_.read(bytes);
        count(size);
    } else {
        for (std::byte& byte : bytes)
            byte = std::byte{fifo_pop()};
    }
    bus_.send(bytes);
    moved_ = true;
    return Run::again;
}

// One byte, of which the initiator wants to know before the next.
Esp::Run Esp::byte_in(std::uint8_t interrupt) {
    if (bus_.offered() == 0 || !can_put()) return Run::wait;
    std::byte value{};
    if (bus_.receive(std::span(&value, 1)) == 0) return Run::again;
    put(value);
    return finish(interrupt);
}

Esp::Run Esp::byte_out(Phase phase) {
    const auto value = take();
    if (!value) return !by_dma_ && moved_ ? finish_phase() : Run::wait;
    const bool last = by_dma_ ? counter_ == 0 : fifo_count_ == 0;
    if (last && phase == Phase::message_out) bus_.set_attention(false);
    bus_.send(std::span(&*value, 1));
    moved_ = true;
    if (phase == Phase::command && bus_.phase() != phase)
        return finish_later(interrupt_bus_service, access_time);
    return Run::again;
}

Esp::Run Esp::pad() {
    const Phase phase = bus_.phase();
    if (phase != transfer_phase_ || counter_ == 0) return finish_phase();
    const std::uint64_t limit = std::min<std::uint64_t>(counter_, piece_size);
    if (phase == Phase::data_in) {
        const auto bytes = buffer(std::min(limit, bus_.offered()));
        if (bytes.empty()) return finish_phase();
        if (bus_.receive(bytes) != 0) count(bytes.size());
    } else if (phase == Phase::data_out) {
        const auto bytes = buffer(std::min(limit, bus_.wanted()));
        if (bytes.empty()) return finish_phase();
        std::ranges::fill(bytes, std::byte{0});
        bus_.send(bytes);
        count(bytes.size());
    } else {
        return finish_phase();
    }
    return Run::again;
}

// The status, and the message after it, which stays to be accepted.
Esp::Run Esp::complete() {
    if (bus_.phase() != Phase::status) return finish_phase();
    if (by_dma_ ? dma_.writable() < 2 : fifo_count_ + 2 > fifo_size) return Run::wait;
    std::array<std::byte, 2> bytes{};
    bus_.receive(std::span(bytes).first(1));
    const bool message = bus_.phase() == Phase::message_in;
    if (message) bus_.receive(std::span(bytes).subspan(1));
    const auto got = std::span(bytes).first(message ? 2 : 1);
    if (by_dma_)
        dma_.write(got);
    else
        for (const std::byte byte : got)
            fifo_push(byte);
    return message ? finish(interrupt_function_complete) : finish_phase();
}

Esp::Run Esp::accept() {
    bus_.accept_message();
    return finish_phase();
}

// -- reset and state

void Esp::dma_reset() {
    if (!running_) chip_reset();
}

void Esp::chip_reset() {
    timer_.cancel();
    bus_.release();
    bus_.set_attention(false);
    fifo_ = {};
    fifo_count_ = 0;
    counter_ended_ = gross_error_ = false;
    command_ = queued_command_ = 0;
    interrupt_ = 0;
    sequence_step_ = 0;
    config_ = {static_cast<std::uint8_t>(config_[0] & config_1_own_id), 0, 0};
    operation_ = Operation::none;
    update_irq();
}

void Esp::reset() {
    chip_reset();
    start_count_ = counter_ = 0;
    bus_id_ = 0;
    config_ = {};
    code_ = final_interrupt_ = 0;
    by_dma_ = moved_ = false;
    transfer_phase_ = Phase::free;
    messages_left_ = 0;
}

void Esp::visit(StateVisitor& state) {
    state.section(name(), 1, [&] {
        state.field("fifo", fifo_);
        state.field("fifo_count", fifo_count_);
        state.field("start_count", start_count_);
        state.field("counter", counter_);
        state.field("counter_ended", counter_ended_);
        state.field("gross_error", gross_error_);
        state.field("command", command_);
        state.field("queued_command", queued_command_);
        state.field("interrupt", interrupt_);
        state.field("sequence_step", sequence_step_);
        state.field("bus_id", bus_id_);
        state.field("config", config_);
        state.field("operation", operation_);
        state.field("code", code_);
        state.field("by_dma", by_dma_);
        state.field("transfer_phase", transfer_phase_);
        state.field("messages_left", messages_left_);
        state.field("moved", moved_);
        state.field("final_interrupt", final_interrupt_);
        bus_.visit(state);
        timer_.visit(state, "timer");
    });
    if (!state.loading()) return;
    fifo_count_ = std::min<std::uint32_t>(fifo_count_, fifo_size);
    start_count_ &= 0xff'ffff;
    counter_ = std::min<std::uint32_t>(counter_, 1u << 24);
    if (operation_ > Operation::interrupt) operation_ = Operation::none;
    irq_.restore(interrupt_ != 0);
}

} // namespace vestige::hw
