// See lance.h for the source.
#include "hw/net/lance.h"

#include <algorithm>
#include <utility>

#include "common/endian.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

using Receipt = NetBackend::Receipt;

enum Csr0 : std::uint16_t {
    csr0_init = 1 << 0,
    csr0_start = 1 << 1,
    csr0_stop = 1 << 2,
    csr0_transmit_demand = 1 << 3,
    csr0_transmitter_on = 1 << 4,
    csr0_receiver_on = 1 << 5,
    csr0_interrupt_enable = 1 << 6,
    csr0_interrupt = 1 << 7,
    csr0_initialized = 1 << 8,
    csr0_transmitted = 1 << 9,
    csr0_received = 1 << 10,
    csr0_memory_error = 1 << 11,
    csr0_missed = 1 << 12,
    csr0_collision_error = 1 << 13,
    csr0_babble = 1 << 14,
    csr0_error = 1 << 15,
};
constexpr unsigned csr0_cleared_by_one = 0x7f00;
constexpr unsigned csr0_errors =
    csr0_babble | csr0_collision_error | csr0_missed | csr0_memory_error;
constexpr unsigned csr0_causes = csr0_babble | csr0_missed | csr0_memory_error | csr0_received |
                                 csr0_transmitted | csr0_initialized;

constexpr std::uint16_t csr3_byte_swap = 1 << 2;
constexpr std::uint16_t csr3_bits = 7;

enum Mode : std::uint16_t {
    mode_no_receiver = 1 << 0,
    mode_no_transmitter = 1 << 1,
    mode_loop = 1 << 2,
    mode_no_crc = 1 << 3, // the driver has put one behind the frame
    mode_promiscuous = 1 << 15,
};

// The second word of a descriptor, and the fourth of one to transmit.
enum Status : std::uint16_t {
    status_end = 1 << 8,
    status_start = 1 << 9,
    status_buffer_error = 1 << 10, // of reception
    status_overflow = 1 << 12,     // of reception
    status_error = 1 << 14,
    status_owned = 1 << 15,
};
constexpr std::uint16_t status_address = 0x00ff;
constexpr std::uint16_t transmit_buffer_error = 1 << 15;
constexpr std::uint16_t transmit_underflow = 1 << 14;

constexpr std::size_t block_words = 12;
constexpr std::uint32_t ring_address = 0xff'fff8;
constexpr std::size_t crc_size = 4;
constexpr std::size_t longest_sent = ethernet_longest + crc_size;

constexpr Time poll_time = 1600 * microsecond;
// 512 bits at 10 Mbit/s. Drivers rely on a frame taking time: sunlance gives a descriptor back and
// clears the count in it after that.
constexpr Time shortest_frame_time = 51'200;
constexpr std::uint32_t most_descriptors = 128; // of a ring

} // namespace

Lance::Lance(std::string name, Scheduler& scheduler, IrqLine irq, Dvma& memory, NetBackend& network,
             Log& log)
    : Device(std::move(name)),
      scheduler_(scheduler),
      irq_(irq),
      memory_(memory),
      network_(network),
      log_(log),
      poll_timer_(scheduler, [this] { network_.resume(); }),
      arrival_timer_(scheduler, [this] { frames_are_in(); }) {
    network_.set_receiver([this](auto frame) { return receive(frame); });
    dma_reset();
}

Lance::~Lance() { network_.set_receiver({}); }

// -- registers

std::uint16_t Lance::csr0() const {
    unsigned value = csr0_;
    if (value & csr0_errors) value |= csr0_error;
    if (value & csr0_causes) value |= csr0_interrupt;
    return static_cast<std::uint16_t>(value);
}

void Lance::update_irq() {
    irq_.set((csr0_ & csr0_causes) != 0 && (csr0_ & csr0_interrupt_enable) != 0);
}

void Lance::raise(unsigned bits) {
    csr0_ = static_cast<std::uint16_t>(csr0_ | bits);
    update_irq();
}

std::uint64_t Lance::read(std::uint64_t offset, unsigned) {
    if (offset >= 2) return address_port_;
    switch (address_port_) {
    case 0: return csr0();
    case 1: return block_address_ & 0xffff;
    case 2: return block_address_ >> 16;
    default: return csr3_;
    }
}

void Lance::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    const auto word = static_cast<std::uint16_t>(value);
    if (running_) {
        log_.write(LogItem::guest_error, "{}: its DMA leads to its own ports", name());
        return;
    }
    if (offset >= 2) {
        address_port_ = word & 3;
        return;
    }
    log_.write(LogItem::device, "{}: CSR{} = {:04x}", name(), address_port_, word);
    if (address_port_ == 0) return write_csr0(word);
    if (!(csr0_ & csr0_stop)) {
        log_.write(LogItem::guest_error, "{}: CSR{} written while it runs", name(), address_port_);
        return;
    }
    switch (address_port_) {
    case 1: block_address_ = (block_address_ & 0xff0000) | (word & 0xfffe); break;
    case 2: block_address_ = (block_address_ & 0x00ffff) | (word & 0xffu) << 16; break;
    default: csr3_ = word & csr3_bits; break;
    }
}

void Lance::write_csr0(std::uint16_t value) {
    csr0_ &= static_cast<std::uint16_t>(~(value & csr0_cleared_by_one) & ~csr0_interrupt_enable);
    csr0_ |= value & csr0_interrupt_enable;
    if (value & csr0_stop) return stop();
    if ((value & csr0_init) && (csr0_ & csr0_stop)) initialize();
    if (value & csr0_start) start();
    update_irq();
    if (value & (csr0_start | csr0_transmit_demand)) transmit();
    // That descriptors are free again is not told, but drivers acknowledge what they have done.
    if (csr0_ & csr0_receiver_on) network_.resume();
}

void Lance::stop() {
    csr0_ = csr0_stop;
    csr3_ = 0;
    sending_.clear();
    arriving_.clear();
    poll_timer_.cancel();
    arrival_timer_.cancel();
    update_irq();
}

void Lance::initialize() {
    std::array<std::byte, 2 * block_words> block;
    memory_.read(block_address_, block);
    const auto word = [&](std::size_t index) { return load_be<std::uint16_t>(&block[2 * index]); };
    mode_ = word(0);
    for (std::size_t i = 0; i < 3; i++)
        store_le(&station_[2 * i], word(1 + i));
    for (std::size_t i = 0; i < 4; i++)
        filter_[i] = word(4 + i);
    const auto ring = [&](std::size_t index) {
        const std::uint16_t high = word(index + 1);
        return Ring{.base = (word(index) | (high & 0xffu) << 16) & ring_address,
                    .mask = (1u << (high >> 13)) - 1};
    };
    receive_ring_ = ring(8);
    transmit_ring_ = ring(10);
    csr0_ &= static_cast<std::uint16_t>(~csr0_stop);
    raise(csr0_init | csr0_initialized);
}

void Lance::start() {
    csr0_ &= static_cast<std::uint16_t>(~csr0_stop);
    unsigned on = csr0_start;
    if (!(mode_ & mode_no_transmitter)) on |= csr0_transmitter_on;
    if (!(mode_ & mode_no_receiver)) on |= csr0_receiver_on;
    raise(on);
}

// -- memory

Lance::Descriptor Lance::load(std::uint32_t address) {
    std::array<std::byte, 8> raw;
    memory_.read(address, raw);
    Descriptor descriptor{.address = address};
    for (std::size_t i = 0; i < 4; i++)
        descriptor.words[i] = load_be<std::uint16_t>(&raw[2 * i]);
    return descriptor;
}

// The word with the owner goes last: the driver must find the other one in place.
void Lance::store(const Descriptor& descriptor, bool with_status) {
    std::array<std::byte, 2> raw;
    if (with_status) {
        store_be(raw.data(), descriptor.words[3]);
        memory_.write(descriptor.address + 6, raw);
    }
    store_be(raw.data(), descriptor.words[1]);
    memory_.write(descriptor.address + 2, raw);
}

// The bus has 16 data lines, and who does not ask for swapped bytes finds the first of each two at
// the higher address. Descriptors are words anyway.
void Lance::read_data(std::uint32_t address, std::span<std::byte> to) {
    if (csr3_ & csr3_byte_swap) return memory_.read(address, to);
    std::vector<std::byte> words(((address & 1) + to.size() + 1) & ~std::size_t{1});
    memory_.read(address & ~1u, words);
    for (std::size_t i = 0; i < to.size(); i++)
        to[i] = words[((address & 1) + i) ^ 1];
}

void Lance::write_data(std::uint32_t address, std::span<const std::byte> from) {
    if (csr3_ & csr3_byte_swap) return memory_.write(address, from);
    std::vector<std::byte> words(((address & 1) + from.size() + 1) & ~std::size_t{1});
    if (words.size() != from.size()) memory_.read(address & ~1u, words);
    for (std::size_t i = 0; i < from.size(); i++)
        words[((address & 1) + i) ^ 1] = from[i];
    memory_.write(address & ~1u, words);
}

// -- sending

void Lance::transmit() {
    if (!(csr0_ & csr0_transmitter_on) || running_) return;
    running_ = true;
    // Once around the ring: what it has had is the driver's again.
    for (std::uint32_t i = 0; i <= transmit_ring_.mask; i++) {
        Descriptor descriptor = load(transmit_ring_.entry());
        if (!descriptor.owned()) break;
        if (descriptor.words[1] & status_start) sending_.clear();
        // One byte too many is kept, so that the end knows that the frame was too long.
        const std::size_t before = sending_.size();
        const std::size_t size =
            std::min<std::size_t>(descriptor.size(), longest_sent + 1 - before);
        sending_.resize(before + size);
        read_data(descriptor.buffer(), std::span(sending_).subspan(before));

        const bool end = (descriptor.words[1] & status_end) != 0;
        const bool broken = !end && !load(transmit_ring_.entry(1)).owned();
        descriptor.words[1] &= static_cast<std::uint16_t>(~status_owned);
        descriptor.words[3] = 0;
        if (end) {
            finish_frame();
        } else if (broken) { // the rest of the frame is not there
            log_.write(LogItem::guest_error, "{}: a frame to send has no end", name());
            descriptor.words[1] |= status_error;
            descriptor.words[3] = transmit_buffer_error | transmit_underflow;
            csr0_ &= static_cast<std::uint16_t>(~csr0_transmitter_on);
            raise(csr0_transmitted);
        }
        store(descriptor, true);
        transmit_ring_.advance();
        if (broken) break;
    }
    running_ = false;
}

void Lance::finish_frame() {
    std::vector<std::byte> frame = std::exchange(sending_, {});
    raise(csr0_transmitted);
    const bool has_crc = (mode_ & mode_no_crc) != 0;
    if (mode_ & mode_loop) {
        if (frame.size() > longest_sent) frame.resize(longest_sent);
        if (frame.size() < 6 || !accepts(frame)) return;
        if (!has_crc) {
            const std::uint32_t crc = ~ethernet_crc_little(frame);
            frame.resize(frame.size() + crc_size);
            store_le(&frame[frame.size() - crc_size], crc);
        }
        put_frame(frame);
        return;
    }
    if (has_crc) frame.resize(frame.size() - std::min(frame.size(), crc_size));
    if (frame.size() > ethernet_longest) {
        log_.write(LogItem::guest_error, "{}: sends a frame that is too long", name());
        return raise(csr0_babble);
    }
    if (frame.size() < ethernet_header_size) {
        log_.write(LogItem::guest_error, "{}: sends a frame of {} bytes", name(), frame.size());
        return;
    }
    network_.send(frame);
}

// -- receiving

bool Lance::accepts(std::span<const std::byte> frame) const {
    const auto destination = frame.first(6);
    if ((mode_ & mode_promiscuous) || is_broadcast(destination)) return true;
    if (is_group(destination)) {
        const unsigned hash = ethernet_crc_little(destination) >> 26;
        return (filter_[hash >> 4] >> (hash & 15) & 1) != 0;
    }
    return std::ranges::equal(destination, std::as_bytes(std::span(station_)));
}

Receipt Lance::receive(std::span<const std::byte> frame) {
    if (!(csr0_ & csr0_receiver_on) || (mode_ & mode_loop) || running_ ||
        frame.size() < ethernet_header_size || frame.size() > ethernet_longest || !accepts(frame))
        return Receipt::taken;
    std::uint32_t taken = 0;
    for (const Arrival& arrival : arriving_)
        taken += arrival.descriptors;
    const std::size_t size = std::max<std::size_t>(frame.size(), ethernet_shortest);
    running_ = true;
    const auto chain = room_for(size + crc_size, taken);
    running_ = false;
    if (chain.empty()) {
        if (!poll_timer_.armed()) poll_timer_.arm_in(poll_time);
        return Receipt::no_room;
    }
    Arrival& arrival = arriving_.emplace_back();
    arrival.in_at = scheduler_.now() + shortest_frame_time;
    arrival.descriptors = static_cast<std::uint32_t>(chain.size());
    arrival.data.assign(frame.begin(), frame.end());
    arrival.data.resize(size + crc_size);
    store_le(&arrival.data[size], ~ethernet_crc_little(std::span(arrival.data).first(size)));
    if (!arrival_timer_.armed()) arrival_timer_.arm_at(arrival.in_at);
    return Receipt::taken;
}

void Lance::frames_are_in() {
    while (!arriving_.empty() && arriving_.front().in_at <= scheduler_.now()) {
        const Arrival arrival = std::move(arriving_.front());
        arriving_.pop_front();
        running_ = true;
        put_frame(arrival.data);
        running_ = false;
    }
    if (!arriving_.empty()) arrival_timer_.arm_at(arriving_.front().in_at);
}

// The descriptors for so many bytes, from the one `after` the next on, or all that there are. None:
// some are the driver's, or frames that come in have them.
std::vector<Lance::Descriptor> Lance::room_for(std::size_t size, std::uint32_t after) {
    std::vector<Descriptor> chain;
    std::size_t room = 0;
    while (room < size && chain.size() <= receive_ring_.mask) {
        const auto index = after + static_cast<std::uint32_t>(chain.size());
        if (index > receive_ring_.mask) return {};
        chain.push_back(load(receive_ring_.entry(index)));
        if (!chain.back().owned()) return {};
        room += chain.back().size();
    }
    return chain;
}

// A frame with its checksum, into as many buffers as it takes. It is lost if there are none.
void Lance::put_frame(std::span<const std::byte> data) {
    auto chain = room_for(data.size(), 0);
    if (chain.empty()) return;
    std::size_t at = 0;
    for (Descriptor& descriptor : chain) {
        const bool last = &descriptor == &chain.back();
        const std::size_t size = std::min<std::size_t>(descriptor.size(), data.size() - at);
        write_data(descriptor.buffer(), data.subspan(at, size));
        unsigned status = descriptor.words[1] & status_address;
        if (at == 0) status |= status_start;
        at += size;
        if (last && at == data.size()) {
            status |= status_end;
            descriptor.words[3] = static_cast<std::uint16_t>(data.size());
        } else if (last) { // the whole ring is too small for it
            status |= status_error | status_buffer_error | status_overflow;
        }
        descriptor.words[1] = static_cast<std::uint16_t>(status);
        store(descriptor, last);
        receive_ring_.advance();
    }
    raise(csr0_received);
}

// -- reset and state

void Lance::dma_reset() {
    if (running_) return;
    address_port_ = 0;
    stop();
}

void Lance::reset() {
    dma_reset();
    block_address_ = 0;
    mode_ = 0;
    station_ = {};
    filter_ = {};
    receive_ring_ = transmit_ring_ = {};
}

void Lance::visit(StateVisitor& state) {
    state.section(name(), 2, [&] {
        state.field("address_port", address_port_);
        state.field("csr0", csr0_);
        state.field("block_address", block_address_);
        state.field("csr3", csr3_);
        state.field("mode", mode_);
        state.field("station", station_);
        state.field("filter", filter_);
        for (Ring* ring : {&receive_ring_, &transmit_ring_}) {
            state.field("base", ring->base);
            state.field("mask", ring->mask);
            state.field("index", ring->index);
        }
        state.field("sending", sending_);
        std::uint64_t arriving = arriving_.size();
        state.field("arriving", arriving);
        if (state.loading()) {
            arriving_.clear();
            arriving_.resize(std::min<std::uint64_t>(arriving, most_descriptors));
        }
        for (Arrival& arrival : arriving_) {
            state.field("in_at", arrival.in_at);
            state.field("descriptors", arrival.descriptors);
            state.field("data", arrival.data);
        }
        poll_timer_.visit(state, "poll_timer");
        arrival_timer_.visit(state, "arrival_timer");
    });
    if (!state.loading()) return;
    address_port_ &= 3;
    for (Ring* ring : {&receive_ring_, &transmit_ring_})
        ring->mask &= most_descriptors - 1;
    sending_.resize(std::min(sending_.size(), longest_sent + 1));
    for (Arrival& arrival : arriving_) {
        arrival.descriptors = std::min(arrival.descriptors, most_descriptors);
        arrival.data.resize(std::min(arrival.data.size(), longest_sent));
    }
    irq_.restore((csr0_ & csr0_causes) != 0 && (csr0_ & csr0_interrupt_enable) != 0);
}

} // namespace vestige::hw
