#include "hw/char/apbuart.h"

#include <algorithm>
#include <utility>

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum Register : std::uint64_t {
    data_register = 0x0,
    status_register = 0x4,
    control_register = 0x8,
    scaler_register = 0xc,
};

enum Status : std::uint32_t {
    status_ready = 1 << 0,
    status_shift_empty = 1 << 1,
    status_fifo_empty = 1 << 2,    // transmit
    status_overrun = 1 << 4,       // a zero clears it
    status_transmit_half = 1 << 7, // at most half full
    status_receive_half = 1 << 8,  // at least half full
    status_receive_full = 1 << 10,
};
constexpr unsigned status_receive_count_low = 26;

enum Control : std::uint32_t {
    control_receive = 1 << 0,
    control_transmit = 1 << 1,
    control_receive_interrupt = 1 << 2,  // a pulse each character
    control_transmit_interrupt = 1 << 3, // the same
    control_loopback = 1 << 7,
    control_transmit_fifo_interrupt = 1 << 9, // as long as the FIFO is less than half full
    control_receive_fifo_interrupt = 1 << 10, // as long as the FIFO is half full
};
constexpr std::uint32_t control_fifos = 1u << 31; // reads as one: there are FIFOs
constexpr std::uint32_t control_kept = 0x7fff;
constexpr std::uint32_t scaler_mask = 0xfff;

constexpr Time character_time = 87 * microsecond; // 10 bits at 115200 baud

} // namespace

ApbUart::ApbUart(std::string name, Scheduler& scheduler, IrqLine interrupt, CharBackend& backend,
                 Log& log)
    : Device(std::move(name)),
      pace_(scheduler, [this] { backend_.resume(); }),
      interrupt_(interrupt),
      backend_(backend),
      log_(log) {
    backend_.set_receiver([this](std::span<const std::byte> data) { return receive(data); });
}

ApbUart::~ApbUart() { backend_.set_receiver({}); }

// -- receiving

bool ApbUart::accepts() const {
    return (control_ & control_receive) && !(control_ & control_loopback) && !pace_.armed() &&
           fifo_count_ < fifo_depth;
}

std::size_t ApbUart::receive(std::span<const std::byte> data) {
    if (data.empty() || !accepts()) return 0;
    pace_.arm_in(character_time);
    take_character(std::to_integer<std::uint8_t>(data[0]));
    return 1;
}

void ApbUart::take_character(std::uint8_t value) {
    if (fifo_count_ == fifo_depth) { // only in loopback
        overrun_ = true;
        return;
    }
    fifo_[fifo_count_++] = value;
    if (control_ & control_receive_interrupt) pulse();
    interrupt_.set(line_level());
}

std::uint8_t ApbUart::read_data() {
    if (fifo_count_ == 0) return 0;
    const std::uint8_t value = fifo_[0];
    std::copy(fifo_.begin() + 1, fifo_.end(), fifo_.begin());
    --fifo_count_;
    interrupt_.set(line_level());
    if (accepts()) backend_.resume();
    return value;
}

// -- transmitting

void ApbUart::transmit(std::uint8_t value) {
    if (!(control_ & control_transmit)) {
        log_.write(LogItem::guest_error, "{}: a character for a disabled transmitter", name());
        return;
    }
    if (!(control_ & control_loopback)) {
        const auto byte = static_cast<std::byte>(value);
        backend_.write({&byte, 1});
    } else if (control_ & control_receive) {
        take_character(value);
    }
    if (control_ & control_transmit_interrupt) pulse();
}

// -- interrupts

bool ApbUart::line_level() const {
    const bool transmit =
        (control_ & control_transmit) && (control_ & control_transmit_fifo_interrupt);
    const bool received =
        (control_ & control_receive_fifo_interrupt) && fifo_count_ >= fifo_depth / 2;
    return transmit || received;
}

void ApbUart::pulse() {
    if (interrupt_.level()) return;
    interrupt_.set(true);
    interrupt_.set(line_level());
}

// -- read

std::uint32_t ApbUart::status() const {
    std::uint32_t value = status_shift_empty | status_fifo_empty | status_transmit_half;
    if (fifo_count_ > 0) value |= status_ready;
    if (overrun_) value |= status_overrun;
    if (fifo_count_ >= fifo_depth / 2) value |= status_receive_half;
    if (fifo_count_ == fifo_depth) value |= status_receive_full;
    return value | static_cast<std::uint32_t>(fifo_count_) << status_receive_count_low;
}

std::uint64_t ApbUart::read(std::uint64_t offset, unsigned) {
    switch (offset) {
    case data_register: return read_data();
    case status_register: return status();
    case control_register: return control_ | control_fifos;
    case scaler_register: return scaler_;
    default: return 0;
    }
}

// -- write

void ApbUart::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    const auto word = static_cast<std::uint32_t>(value);
    switch (offset) {
    case data_register: transmit(static_cast<std::uint8_t>(word)); break;
    case status_register:
        if (!(word & status_overrun)) overrun_ = false;
        break;
    case control_register:
        control_ = word & control_kept;
        if (accepts()) backend_.resume();
        break;
    case scaler_register: scaler_ = word & scaler_mask; break;
    default:
        log_.write(LogItem::guest_error, "{}: write of {:#x} to nothing at {:#x}", name(), word,
                   offset);
    }
    interrupt_.set(line_level());
}

// -- reset and state

void ApbUart::reset() {
    fifo_ = {};
    fifo_count_ = 0;
    overrun_ = false;
    control_ = scaler_ = 0;
    interrupt_.set(line_level());
}

void ApbUart::visit(StateVisitor& state) {
    state.field("fifo", fifo_);
    state.field("fifo_count", fifo_count_);
    state.field("overrun", overrun_);
    state.field("control", control_);
    state.field("scaler", scaler_);
    pace_.visit(state, "pace");
    if (!state.loading()) return;
    fifo_count_ = std::min<std::uint8_t>(fifo_count_, fifo_depth);
    interrupt_.restore(line_level());
}

} // namespace vestige::hw
