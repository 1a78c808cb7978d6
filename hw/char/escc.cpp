// Zilog UM0109, SCC/ESCC User's Manual, chapter 5 (register descriptions) and 2 (interrupts).
#include "hw/char/escc.h"

#include <algorithm>

#include "common/bits.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum Wr0 : std::uint8_t {
    wr0_pointer = 0x07,
    wr0_command = 0x38,
    command_point_high = 0x08,
    command_reset_external = 0x10,
    command_enable_next_rx = 0x20,
    command_reset_tx_pending = 0x28,
    command_error_reset = 0x30,
    command_reset_highest_ius = 0x38,
};

enum Wr1 : std::uint8_t {
    wr1_external_enable = 0x01,
    wr1_tx_enable = 0x02,
    wr1_rx_mode = 0x18,
    rx_mode_first = 0x08,
    rx_mode_all = 0x10,
};

enum OtherWr : std::uint8_t {
    wr3_rx_enable = 0x01,
    wr5_tx_enable = 0x08,
    wr5_send_break = 0x10,
    wr9_status_high = 0x10,
    wr9_software_intack = 0x20,
    wr9_master_enable = 0x08,
    wr9_reset = 0xc0,
    wr9_reset_b = 0x40,
    wr9_reset_a = 0x80,
    wr9_reset_hardware = 0xc0,
    wr14_local_loopback = 0x10,
    wr15_wr7_prime = 0x01,
    wr7_prime_extended_read = 0x40,
};

enum Rr0 : std::uint8_t {
    rr0_rx_available = 0x01,
    rr0_tx_empty = 0x04,
    rr0_tx_underrun = 0x40,
};

enum Rr1 : std::uint8_t {
    rr1_all_sent = 0x01,
    rr1_residue_8_bits = 0x06,
    rr1_overrun = 0x20,
};

// RR3, in rising priority within a channel; channel A's bits stand three higher.
enum Pending : std::uint8_t {
    pending_external = 0x01,
    pending_tx = 0x02,
    pending_rx = 0x04,
};
constexpr unsigned shift_b = 0;
constexpr unsigned shift_a = 3;

// The order in which sources are served (UM0109, "Interrupt Priority"), with the code that the
// vector takes (V3 V2 V1) and the one for a receive special condition.
struct Source {
    std::uint8_t bit;
    std::uint8_t code;
};
constexpr std::array<Source, 6> priority = {{{pending_rx << shift_a, 6},
                                             {pending_tx << shift_a, 4},
                                             {pending_external << shift_a, 5},
                                             {pending_rx << shift_b, 2},
                                             {pending_tx << shift_b, 0},
                                             {pending_external << shift_b, 1}}};
constexpr unsigned code_special = 1; // added to the receive codes
constexpr unsigned code_none = 3;

constexpr Time character_time = 87 * microsecond; // 10 bits at 115200 baud

// Values after a hardware reset; a channel reset keeps the bits of `kept` (UM0109, table 5-3). The
// table would have WR14 start in local loopback, where firmware that never writes it could not
// receive.
struct ResetValue {
    std::uint8_t value;
    std::uint8_t kept;
};
constexpr std::array<ResetValue, 16> reset_values = {{{0x00, 0x00},
                                                      {0x00, 0x24},
                                                      {0x00, 0xff},
                                                      {0x00, 0xfe},
                                                      {0x04, 0xfb},
                                                      {0x00, 0x61},
                                                      {0x00, 0xff},
                                                      {0x00, 0xff},
                                                      {0x00, 0xff},
                                                      {0x00, 0xff},
                                                      {0x00, 0x60},
                                                      {0x08, 0xff},
                                                      {0x00, 0xff},
                                                      {0x00, 0xff},
                                                      {0x20, 0x03},
                                                      {0xf8, 0x00}}};

} // namespace

// -- construction

Escc::Escc(std::string name, Scheduler& scheduler, Connection a, Connection b, Log& log)
    : Device(std::move(name)),
      log_(log),
      a_(a, scheduler, [this] { a_.backend.resume(); }),
      b_(b, scheduler, [this] { b_.backend.resume(); }) {
    a_.backend.set_receiver([this](std::span<const std::byte> data) { return receive(a_, data); });
    b_.backend.set_receiver([this](std::span<const std::byte> data) { return receive(b_, data); });
    hardware_reset();
}

Escc::~Escc() {
    a_.backend.set_receiver({});
    b_.backend.set_receiver({});
}

// -- helpers

std::uint8_t Escc::Channel::status() const {
    return static_cast<std::uint8_t>(rr0_tx_empty | rr0_tx_underrun |
                                     (fifo_count > 0 ? rr0_rx_available : 0));
}

bool Escc::Channel::receive_pending() const {
    switch (wr[1] & wr1_rx_mode) {
    case 0: return false;
    case rx_mode_first: return first_character || overrun;
    case rx_mode_all: return fifo_count > 0 || overrun;
    default: return overrun; // special conditions only
    }
}

bool Escc::Channel::transmit_pending() const { return transmitted && (wr[1] & wr1_tx_enable); }

bool Escc::Channel::external_pending() const { return external && (wr[1] & wr1_external_enable); }

bool Escc::accepts(const Channel& channel) const {
    return (channel.wr[3] & wr3_rx_enable) && !(channel.wr[14] & wr14_local_loopback) &&
           channel.fifo_count < fifo_depth && !channel.pace.armed();
}

std::size_t Escc::receive(Channel& channel, std::span<const std::byte> data) {
    if (data.empty() || !accepts(channel)) return 0;
    channel.pace.arm_in(character_time);
    take_character(channel, static_cast<std::uint8_t>(data.front()));
    return 1;
}

void Escc::take_character(Channel& channel, std::uint8_t value) {
    if (channel.fifo_count == fifo_depth) {
        channel.overrun = true;
    } else {
        channel.fifo[channel.fifo_count++] = value;
        if (channel.next_character) {
            channel.next_character = false;
            channel.first_character = true;
        }
    }
    update_irq();
}

std::uint8_t Escc::pending_bits() const {
    const auto of = [](const Channel& channel, unsigned shift) {
        return static_cast<unsigned>((channel.receive_pending() ? pending_rx : 0) |
                                     (channel.transmit_pending() ? pending_tx : 0) |
                                     (channel.external_pending() ? pending_external : 0))
               << shift;
    };
    return static_cast<std::uint8_t>(of(a_, shift_a) | of(b_, shift_b));
}

unsigned Escc::vector_code() const {
    const std::uint8_t pending = pending_bits();
    for (const Source& source : priority) {
        if (!(pending & source.bit)) continue;
        const bool special = (source.bit == pending_rx << shift_a && a_.overrun) ||
                             (source.bit == pending_rx << shift_b && b_.overrun);
        return source.code + (special ? code_special : 0);
    }
    return code_none;
}

// RR2 of channel B: the code in bits 3-1, or in bits 4-6 with its bits in reverse.
std::uint8_t Escc::modified_vector() const {
    const unsigned code = vector_code();
    if (!(master_control_ & wr9_status_high))
        return static_cast<std::uint8_t>((vector_ & ~0x0eu) | code << 1);
    const unsigned reversed = (code & 1) << 2 | (code & 2) | code >> 2;
    return static_cast<std::uint8_t>((vector_ & ~0x70u) | reversed << 4);
}

// The software interrupt acknowledge cycle: the highest source that is pending goes under service.
void Escc::acknowledge() {
    const std::uint8_t pending = pending_bits();
    for (const Source& source : priority) {
        if (!(pending & source.bit)) continue;
        a_.in_service |= static_cast<std::uint8_t>(source.bit >> shift_a);
        b_.in_service |= static_cast<std::uint8_t>(source.bit & 7);
        break;
    }
    update_irq();
}

void Escc::reset_channel(Channel& channel) {
    for (unsigned i = 0; i < channel.wr.size(); i++)
        channel.wr[i] = static_cast<std::uint8_t>((channel.wr[i] & reset_values[i].kept) |
                                                  (reset_values[i].value & ~reset_values[i].kept));
    if (channel.receiver == ReceiverAfterReset::on) channel.wr[3] |= wr3_rx_enable;
    channel.wr[4] |= 0x04;
    channel.wr7_prime = 0x20;
    channel.pointer = 0;
    channel.fifo_count = 0;
    channel.overrun = channel.transmitted = false;
    channel.next_character = channel.first_character = channel.external = false;
    channel.in_service = 0;
}

void Escc::hardware_reset() {
    for (Channel* channel : {&a_, &b_}) {
        channel->wr.fill(0);
        for (unsigned i = 0; i < channel->wr.size(); i++)
            channel->wr[i] = reset_values[i].value;
        reset_channel(*channel);
    }
    vector_ = 0;
    master_control_ = 0;
}

// -- interrupts

// A source asks while nothing of its own or a higher priority is under service.
bool Escc::line_level(unsigned shift) const {
    if (!(master_control_ & wr9_master_enable)) return false;
    const std::uint8_t pending = pending_bits();
    const unsigned in_service =
        static_cast<unsigned>(a_.in_service) << shift_a | static_cast<unsigned>(b_.in_service);
    for (const Source& source : priority) {
        if (in_service & source.bit) return false;
        if (pending & source.bit & (7u << shift)) return true;
    }
    return false;
}

void Escc::update_irq() {
    a_.irq.set(line_level(shift_a));
    b_.irq.set(line_level(shift_b));
}

// -- read

std::uint8_t Escc::read_control(Side side) {
    Channel& selected = channel(side);
    const unsigned index = selected.pointer;
    selected.pointer = 0;
    return read_register(side, index);
}

std::uint8_t Escc::read_register(Side side, unsigned index) {
    Channel& selected = channel(side);
    // Registers that the Z8530 does not decode show others (UM0109, figure "RR register
    // addressing").
    const bool extended =
        (selected.wr[15] & wr15_wr7_prime) && (selected.wr7_prime & wr7_prime_extended_read);
    switch (index) {
    case 4:
        if (extended) return selected.wr[4];
        [[fallthrough]];
    case 0: return selected.status();
    case 5:
        if (extended) return selected.wr[5];
        [[fallthrough]];
    case 1:
        return static_cast<std::uint8_t>(rr1_all_sent | rr1_residue_8_bits |
                                         (selected.overrun ? rr1_overrun : 0));
    case 2:
    case 6: {
        const std::uint8_t value = side == Side::a ? vector_ : modified_vector();
        if (master_control_ & wr9_software_intack) acknowledge();
        return value;
    }
    case 3:
    case 7: return side == Side::a ? pending_bits() : 0;
    case 8: return read_data(side);
    case 9: return extended ? selected.wr[3] : selected.wr[13];
    case 10: return 0;
    case 11: return extended ? selected.wr[10] : selected.wr[15];
    case 12: return selected.wr[12];
    case 13: return selected.wr[13];
    case 14: return extended ? selected.wr7_prime : 0;
    default: return selected.wr[15];
    }
}

std::uint8_t Escc::read_data(Side side) {
    Channel& selected = channel(side);
    const std::uint8_t value = selected.fifo[0]; // an empty FIFO shows its last character
    if (selected.fifo_count > 0) {
        std::copy(selected.fifo.begin() + 1, selected.fifo.end(), selected.fifo.begin());
        if (--selected.fifo_count == 0) selected.fifo[0] = value;
    }
    selected.first_character = false;
    update_irq();
    if (accepts(selected)) selected.backend.resume();
    return value;
}

// -- write

void Escc::write_control(Side side, std::uint8_t value) {
    Channel& selected = channel(side);
    const unsigned index = selected.pointer;
    log_.write(LogItem::device, "{}: WR{}{} = {:02x}", name(), index, side == Side::a ? 'A' : 'B',
               value);
    selected.pointer = 0;
    if (index == 0)
        command(selected, value);
    else
        write_register(side, index, value);
    update_irq();
}

void Escc::command(Channel& selected, std::uint8_t value) {
    selected.pointer = value & wr0_pointer;
    switch (value & wr0_command) {
    case command_point_high: selected.pointer |= 8; break;
    case command_reset_external: selected.external = false; break;
    case command_enable_next_rx:
        selected.first_character = selected.fifo_count > 0;
        selected.next_character = selected.fifo_count == 0;
        break;
    case command_reset_tx_pending: selected.transmitted = false; break;
    case command_error_reset: selected.overrun = false; break;
    case command_reset_highest_ius:
        for (const Source& source : priority) {
            Channel& owner = source.bit >> shift_a ? a_ : b_;
            const auto bit = static_cast<std::uint8_t>((source.bit >> shift_a) | (source.bit & 7));
            if (!(owner.in_service & bit)) continue;
            owner.in_service &= static_cast<std::uint8_t>(~bit);
            break;
        }
        break;
    default: break;
    }
}

void Escc::write_register(Side side, unsigned index, std::uint8_t value) {
    Channel& selected = channel(side);
    switch (index) {
    case 1:
        if ((value & wr1_rx_mode) == rx_mode_first &&
            (selected.wr[1] & wr1_rx_mode) != rx_mode_first) {
            selected.first_character = selected.fifo_count > 0;
            selected.next_character = selected.fifo_count == 0;
        }
        selected.wr[1] = value;
        return;
    case 2: vector_ = value; return;
    case 3:
    case 14:
        selected.wr[index] = value;
        if (accepts(selected)) selected.backend.resume();
        return;
    case 5:
        if ((value ^ selected.wr[5]) & wr5_send_break)
            selected.backend.set_break((value & wr5_send_break) != 0);
        selected.wr[5] = value;
        return;
    case 7:
        (selected.wr[15] & wr15_wr7_prime ? selected.wr7_prime : selected.wr[7]) = value;
        return;
    case 8: write_data(side, value); return;
    case 9:
        master_control_ = value & static_cast<std::uint8_t>(~wr9_reset);
        switch (value & wr9_reset) {
        case wr9_reset_a: reset_channel(a_); break;
        case wr9_reset_b: reset_channel(b_); break;
        case wr9_reset_hardware: hardware_reset(); break;
        default: break;
        }
        return;
    default: selected.wr[index] = value; return;
    }
}

void Escc::write_data(Side side, std::uint8_t value) {
    Channel& selected = channel(side);
    if (!(selected.wr[5] & wr5_tx_enable)) {
        log_.write(LogItem::guest_error, "{}: a character for a disabled transmitter", name());
        return;
    }
    const auto byte = static_cast<std::byte>(value);
    selected.backend.write({&byte, 1});
    if (selected.wr[14] & wr14_local_loopback) take_character(selected, value);
    selected.transmitted = (selected.wr[1] & wr1_tx_enable) != 0;
    update_irq();
}

// -- reset and state

void Escc::reset() {
    hardware_reset();
    update_irq();
}

void Escc::visit(StateVisitor& state) {
    state.section(name(), 1, [&] {
        state.field("vector", vector_);
        state.field("master_control", master_control_);
        for (Channel* channel : {&a_, &b_}) {
            state.field("wr", channel->wr);
            state.field("wr7_prime", channel->wr7_prime);
            state.field("pointer", channel->pointer);
            state.field("fifo", channel->fifo);
            state.field("fifo_count", channel->fifo_count);
            state.field("overrun", channel->overrun);
            state.field("transmitted", channel->transmitted);
            state.field("next_character", channel->next_character);
            state.field("first_character", channel->first_character);
            state.field("external", channel->external);
            state.field("in_service", channel->in_service);
            channel->pace.visit(state, "pace");
        }
    });
    if (!state.loading()) return;
    for (Channel* channel : {&a_, &b_}) {
        channel->pointer &= 15;
        channel->fifo_count = std::min<std::uint8_t>(channel->fifo_count, fifo_depth);
    }
    a_.irq.restore(line_level(shift_a));
    b_.irq.restore(line_level(shift_b));
}

// -- the bus's view

std::uint64_t EsccRegisters::region_size() const {
    return std::uint64_t{2} << std::max(layout_.side_bit, layout_.data_bit);
}

Escc::Side EsccRegisters::side(std::uint64_t offset) const {
    return bit(offset, layout_.side_bit) ? Escc::Side::a : Escc::Side::b;
}

bool EsccRegisters::is_data(std::uint64_t offset) const { return bit(offset, layout_.data_bit); }

std::uint64_t EsccRegisters::read(std::uint64_t offset, unsigned) {
    if (offset >= region_size()) return 0;
    return is_data(offset) ? escc_.read_data(side(offset)) : escc_.read_control(side(offset));
}

void EsccRegisters::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    if (offset >= region_size()) return;
    const auto byte = static_cast<std::uint8_t>(value);
    if (is_data(offset))
        escc_.write_data(side(offset), byte);
    else
        escc_.write_control(side(offset), byte);
}

} // namespace vestige::hw
