// See cuda.h for the sources.
#include "hw/input/cuda.h"

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr std::uint64_t via_hertz = 783'360;

enum Pin : std::uint8_t { // of port B, active low
    pin_treq = 0x08,
    pin_tack = 0x10,
    pin_tip = 0x20,
};

enum PacketType : std::uint8_t {
    packet_adb = 0,
    packet_pseudo = 1,
    packet_error = 2,
    packet_tick = 3,
};

enum PseudoCommand : std::uint8_t {
    command_warm_start = 0x00,
    command_autopoll = 0x01,
    command_get_6805_address = 0x02,
    command_get_time = 0x03,
    command_get_pram = 0x07,
    command_set_6805_address = 0x08,
    command_set_time = 0x09,
    command_power_down = 0x0a,
    command_set_power_up_time = 0x0b,
    command_set_pram = 0x0c,
    command_mono_stable_reset = 0x0d,
    command_send_dfac = 0x0e,
    command_reset_system = 0x11,
    command_set_ipl = 0x12,
    command_file_server_flag = 0x13,
    command_set_poll_rate = 0x14,
    command_get_poll_rate = 0x16,
    command_set_device_list = 0x19,
    command_get_device_list = 0x1a,
    command_one_second_mode = 0x1b,
    command_set_power_messages = 0x21,
    command_timer_tickle = 0x24,
};

enum Error : std::uint8_t {
    error_unknown_command = 2,
    error_bad_parameters = 5,
};

enum AdbFlags : std::uint8_t {
    adb_timeout = 0x02,
    adb_autopolled = 0x40,
};

constexpr std::size_t longest_packet = 128;
constexpr Time byte_time = 20 * microsecond;
constexpr Time poll_retry = millisecond;
constexpr std::uint8_t default_poll_period_ms = 20;

} // namespace

Cuda::Cuda(std::string name, Scheduler& scheduler, IrqLine irq, AdbBus& adb, std::uint32_t mac_time,
           Power power, Log& log)
    : Device(std::move(name)),
      scheduler_(scheduler),
      adb_(adb),
      power_(std::move(power)),
      log_(log),
      mac_time_(mac_time),
      via_(scheduler, irq, via_hertz,
           {.direction = pin_tip | pin_tack, .level = pin_tip | pin_tack}, *this),
      registers_(via_),
      shift_timer_(scheduler, [this] { shift_done(); }),
      poll_timer_(scheduler, [this] { poll_adb(); }),
      second_timer_(scheduler, [this] { one_second_passed(); }) {
    adb_.set_service_handler([this] { schedule_poll(); });
    reset();
}

// -- the clock

std::uint32_t Cuda::clock() const {
    return mac_time_ + clock_offset_ + static_cast<std::uint32_t>(scheduler_.now() / second);
}

// -- bytes through the shift register

void Cuda::port_b_written(std::uint8_t pins) {
    const std::uint8_t before = pins_;
    pins_ = pins & (pin_tip | pin_tack);
    if (pins_ == before) return;
    const bool was_in_transfer = !(before & pin_tip);
    const bool in_transfer = !(pins & pin_tip);
    if (in_transfer)
        was_in_transfer ? next_byte() : begin_transfer();
    else if (was_in_transfer)
        end_transfer();
    else {
        phase_ = pins & pin_tack ? Phase::idle : Phase::synchronising;
        shift_timer_.arm_in(byte_time);
    }
    update_request();
}

void Cuda::begin_transfer() {
    if (via_.shifts_out()) {
        phase_ = Phase::from_host;
        incoming_.clear();
    } else if (!outgoing_.empty()) {
        phase_ = Phase::to_host;
        sent_ = 0;
    } else {
        log_.write(LogItem::guest_error, "{}: the host reads a packet when there is none", name());
        phase_ = Phase::idle;
        return;
    }
    next_byte();
}

void Cuda::next_byte() {
    if (phase_ == Phase::from_host && via_.shifts_out()) {
        if (incoming_.size() < longest_packet) incoming_.push_back(via_.shift_register());
        shift_timer_.arm_in(byte_time);
    } else if (phase_ == Phase::to_host && !via_.shifts_out() && sent_ < outgoing_.size()) {
        via_.set_shift_register(outgoing_[sent_++]);
        shift_timer_.arm_in(byte_time);
    }
}

void Cuda::end_transfer() {
    const Phase phase = phase_;
    phase_ = Phase::idle;
    if (phase == Phase::to_host) {
        outgoing_.clear();
    } else if (phase == Phase::from_host && outgoing_.empty()) {
        // With a packet of its own waiting CUDA has not listened: the host saw TREQ and gives way.
        const Bytes packet = std::move(incoming_);
        incoming_.clear();
        handle_packet(packet);
    }
    shift_timer_.arm_in(byte_time);
}

void Cuda::shift_done() { via_.pulse(Via6522::flag_shift); }

void Cuda::update_request() {
    bool request = false;
    switch (phase_) {
    case Phase::idle:
    case Phase::from_host: request = !outgoing_.empty(); break;
    case Phase::synchronising: request = true; break;
    case Phase::to_host: request = sent_ < outgoing_.size(); break;
    }
    via_.set_port_b_inputs(pin_treq, request ? 0 : pin_treq);
}

// A packet of its own may start: nothing is on the wires and the host has seen the last interrupt.
bool Cuda::quiet() const {
    return phase_ == Phase::idle && (pins_ & pin_tip) && (pins_ & pin_tack) && outgoing_.empty() &&
           !shift_timer_.armed() && !via_.flagged(Via6522::flag_shift);
}

void Cuda::send(Bytes packet) {
    outgoing_ = std::move(packet);
    sent_ = 0;
    update_request();
    shift_timer_.arm_in(byte_time);
}

// -- packets

void Cuda::handle_packet(const Bytes& packet) {
    log_.write(LogItem::device, "{}: packet {:02x} {:02x}, {} bytes", name(),
               packet.empty() ? 0 : packet[0], packet.size() < 2 ? 0 : packet[1], packet.size());
    if (packet.size() < 2) {
        log_.write(LogItem::guest_error, "{}: a packet of {} bytes", name(), packet.size());
        return;
    }
    if (packet[0] == packet_adb)
        adb_packet(packet);
    else if (packet[0] == packet_pseudo)
        pseudo_packet(packet);
    else
        log_.write(LogItem::guest_error, "{}: unknown packet type {:02x}", name(), packet[0]);
}

void Cuda::adb_packet(const Bytes& packet) {
    const std::uint8_t command = packet[1];
    const auto reply = adb_.transact(command, std::span(packet).subspan(2));
    if (!reply || reply->size == 0) {
        send({packet_adb, static_cast<std::uint8_t>(reply ? 0 : adb_timeout), command});
        return;
    }
    Bytes out{packet_adb, 0};
    out.insert(out.end(), reply->bytes.begin(), reply->bytes.begin() + reply->size);
    send(std::move(out));
}

void Cuda::refuse(std::uint8_t error, const Bytes& packet) {
    log_.write(LogItem::guest_error, "{}: command {:02x} refused, error {}", name(), packet[1],
               error);
    send({packet_error, error, packet_pseudo, packet[1]});
}

void Cuda::pseudo_packet(const Bytes& packet) {
    const std::uint8_t command = packet[1];
    const std::span arguments = std::span(packet).subspan(2);
    Bytes reply{packet_pseudo, 0, command};
    const auto wants = [&](std::size_t count) { return arguments.size() >= count; };
    const auto append_32 = [&](std::uint32_t value) {
        for (int shift = 24; shift >= 0; shift -= 8)
            reply.push_back(static_cast<std::uint8_t>(value >> shift));
    };

    switch (command) {
    case command_warm_start:
    case command_set_6805_address:
    case command_set_power_up_time:
    case command_mono_stable_reset:
    case command_send_dfac:
    case command_set_ipl:
    case command_file_server_flag:
    case command_set_power_messages:
    case command_timer_tickle: break; // accepted, without effect here

    case command_autopoll:
        if (!wants(1)) return refuse(error_bad_parameters, packet);
        autopoll_ = arguments[0] != 0;
        poll_timer_.cancel();
        schedule_poll();
        break;
    case command_get_6805_address: reply.push_back(0); break;
    case command_get_time: append_32(clock()); break;
    case command_set_time:
        if (!wants(4)) return refuse(error_bad_parameters, packet);
        clock_offset_ += load_be<std::uint32_t>(arguments.data()) - clock();
        break;
    case command_get_pram:
        if (!wants(2)) return refuse(error_bad_parameters, packet);
        reply.push_back(parameter_ram_[arguments[1]]);
        break;
    case command_set_pram:
        if (!wants(3)) return refuse(error_bad_parameters, packet);
        for (std::size_t i = 2; i < arguments.size(); i++)
            parameter_ram_[(arguments[1] + i - 2) % parameter_ram_.size()] = arguments[i];
        break;
    case command_power_down:
        send(std::move(reply));
        power_.power_down();
        return;
    case command_reset_system:
        send(std::move(reply));
        power_.restart();
        return;
    case command_set_poll_rate:
        if (!wants(1) || arguments[0] == 0) return refuse(error_bad_parameters, packet);
        poll_period_ms_ = arguments[0];
        break;
    case command_get_poll_rate: reply.push_back(poll_period_ms_); break;
    case command_set_device_list:
        if (!wants(2)) return refuse(error_bad_parameters, packet);
        poll_addresses_ = load_be<std::uint16_t>(arguments.data());
        schedule_poll();
        break;
    case command_get_device_list:
        reply.push_back(static_cast<std::uint8_t>(poll_addresses_ >> 8));
        reply.push_back(static_cast<std::uint8_t>(poll_addresses_));
        break;
    case command_one_second_mode:
        if (!wants(1)) return refuse(error_bad_parameters, packet);
        one_second_mode_ = arguments[0];
        one_second_mode_ ? second_timer_.arm_in(second) : second_timer_.cancel();
        break;
    default: return refuse(error_unknown_command, packet);
    }
    send(std::move(reply));
}

// -- what CUDA does of itself

// A poll happens only when a device has asked for service: an idle keyboard costs nothing.
void Cuda::schedule_poll() {
    if (autopoll_ && !poll_timer_.armed() && adb_.wants_service(poll_addresses_))
        poll_timer_.arm_in(poll_period_ms_ * millisecond);
}

void Cuda::poll_adb() {
    if (!quiet()) {
        poll_timer_.arm_in(poll_retry);
        return;
    }
    if (const auto polled = adb_.poll(poll_addresses_); polled && polled->data.size > 0) {
        Bytes packet{packet_adb, adb_autopolled, polled->command};
        packet.insert(packet.end(), polled->data.bytes.begin(),
                      polled->data.bytes.begin() + polled->data.size);
        send(std::move(packet));
    }
    schedule_poll();
}

// Mode 1 sends the time, the other modes a bare tick.
void Cuda::one_second_passed() {
    if (!quiet()) {
        second_timer_.arm_in(poll_retry);
        return;
    }
    if (one_second_mode_ == 1) {
        const std::uint32_t now = clock();
        send({packet_pseudo, 0, command_get_time, static_cast<std::uint8_t>(now >> 24),
              static_cast<std::uint8_t>(now >> 16), static_cast<std::uint8_t>(now >> 8),
              static_cast<std::uint8_t>(now)});
    } else {
        send({packet_tick});
    }
    second_timer_.arm_at((scheduler_.now() / second + 1) * second);
}

// -- reset and state

void Cuda::reset() {
    via_.reset();
    phase_ = Phase::idle;
    pins_ = pin_tip | pin_tack;
    incoming_.clear();
    outgoing_.clear();
    sent_ = 0;
    autopoll_ = false;
    poll_period_ms_ = default_poll_period_ms;
    poll_addresses_ = 0xffff;
    one_second_mode_ = 0;
    shift_timer_.cancel();
    poll_timer_.cancel();
    second_timer_.cancel();
    update_request();
}

void Cuda::visit(StateVisitor& state) {
    state.section(name(), 1, [&] {
        via_.visit(state);
        adb_.visit(state);
        state.field("phase", phase_);
        state.field("pins", pins_);
        state.field("incoming", incoming_);
        state.field("outgoing", outgoing_);
        state.field("sent", sent_);
        state.field("clock_offset", clock_offset_);
        state.field("autopoll", autopoll_);
        state.field("poll_period_ms", poll_period_ms_);
        state.field("poll_addresses", poll_addresses_);
        state.field("one_second_mode", one_second_mode_);
        state.field("parameter_ram", parameter_ram_);
        shift_timer_.visit(state, "shift");
        poll_timer_.visit(state, "poll");
        second_timer_.visit(state, "second");
    });
}

} // namespace vestige::hw
