#include "hw/net/ne2000.h"

#include <algorithm>

#include "hw/net/ethernet.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

// DP8390 data sheet, section 10: the registers, by page and direction.
enum CommandBits : std::uint8_t {
    command_stop = 0x01,
    command_start = 0x02,
    command_transmit = 0x04,
    command_remote_mask = 0x38,
    command_remote_read = 0x08,
    command_remote_write = 0x10,
    command_no_dma = 0x20,
};

enum InterruptBits : std::uint8_t {
    interrupt_received = 0x01,
    interrupt_transmitted = 0x02,
    interrupt_remote_done = 0x40,
    interrupt_reset = 0x80, // a status, not a source
};

enum ReceiveConfigBits : std::uint8_t {
    accept_broadcast = 0x04,
    accept_multicast = 0x08,
    accept_all = 0x10,
    monitor_mode = 0x20,
};

constexpr std::uint8_t transmit_loopback_mask = 0x06;
constexpr std::uint8_t data_config_word = 0x01;
constexpr std::uint8_t transmit_ok = 0x01;
constexpr std::uint8_t receive_ok = 0x01;
constexpr std::uint8_t receive_group = 0x20; // a broadcast or multicast frame

constexpr unsigned register_count = 16;
constexpr unsigned data_port_end = 0x18;
constexpr unsigned ring_header_size = 4;
constexpr unsigned page_size = 256;

// RTL8029AS data sheet, registers 0A and 0B of page 0: "PC".
constexpr std::uint8_t realtek_id[2] = {0x50, 0x43};

} // namespace

Ne2000::Ne2000(std::string name, IrqLine irq, NetBackend& network, const EthernetAddress& address,
               Log& log)
    : Device(std::move(name)), irq_(irq), network_(network), log_(log) {
    // Each byte twice, so that a word read gives it whichever half is looked at; 57h at 14 and 15
    // says that the card is 16 bits wide.
    for (unsigned i = 0; i < 16; ++i) {
        const std::uint8_t value = i < 6 ? address[i] : i >= 14 ? 0x57 : 0;
        prom_[2 * i] = prom_[2 * i + 1] = value;
    }
    network_.set_receiver([this](auto frame) { return receive(frame); });
    reset();
}

Ne2000::~Ne2000() { network_.set_receiver({}); }

std::uint8_t Ne2000::load(unsigned address) const {
    if (address < prom_.size()) return prom_[address];
    if (address - memory_start < memory_size) return memory_[address - memory_start];
    return 0xff;
}

void Ne2000::store(unsigned address, std::uint8_t value) {
    if (address - memory_start < memory_size) memory_[address - memory_start] = value;
}

void Ne2000::update_irq() { irq_.set((interrupt_status_ & interrupt_mask_ & 0x7f) != 0); }

// -- the registers

std::uint8_t Ne2000::read_register(unsigned index) const {
    if (index == 0) return command_;
    const auto low = [](std::uint16_t value) { return static_cast<std::uint8_t>(value); };
    const auto high = [](std::uint16_t value) { return static_cast<std::uint8_t>(value >> 8); };
    switch (command_ >> 6) {
    case 0:
        switch (index) {
        case 0x3: return boundary_;
        case 0x4: return transmit_status_;
        case 0x7: return interrupt_status_;
        case 0x8: return low(remote_address_);
        case 0x9: return high(remote_address_);
        case 0xa:
        case 0xb: return realtek_id[index - 0xa];
        case 0xc: return receive_status_;
        default: return 0; // local DMA address, collisions, FIFO, tallies
        }
    case 1:
        if (index <= 6) return station_[index - 1];
        if (index == 7) return current_;
        return multicast_[index - 8];
    case 2:
        switch (index) {
        case 0x1: return page_start_;
        case 0x2: return page_stop_;
        case 0x4: return transmit_page_;
        case 0xc: return receive_config_;
        case 0xd: return transmit_config_;
        case 0xe: return data_config_;
        case 0xf: return interrupt_mask_;
        default: return 0;
        }
    default: return 0; // Realtek's configuration page
    }
}

void Ne2000::write_register(unsigned index, std::uint8_t value) {
    if (index == 0)
        command(value);
    else if (command_ >> 6 == 0)
        write_page0(index, value);
    else if (command_ >> 6 == 1)
        write_page1(index, value);
    else
        log_.write(LogItem::guest_error, "{}: write of {:02x} to register {:x} of page {}", name(),
                   value, index, command_ >> 6);
}

void Ne2000::write_page0(unsigned index, std::uint8_t value) {
    const auto set_low = [value](std::uint16_t& word) {
        word = static_cast<std::uint16_t>((word & 0xff00) | value);
    };
    const auto set_high = [value](std::uint16_t& word) {
        word = static_cast<std::uint16_t>((word & 0x00ff) | value << 8);
    };
    switch (index) {
    case 0x1: page_start_ = value; break;
    case 0x2: page_stop_ = value; break;
    case 0x3:
        boundary_ = value;
        network_.resume();
        break;
    case 0x4: transmit_page_ = value; break;
    case 0x5: set_low(transmit_count_); break;
    case 0x6: set_high(transmit_count_); break;
    case 0x7:
        // Ones clear. The reset bit is a status: it follows the command register.
        interrupt_status_ &= static_cast<std::uint8_t>(~(value & 0x7f));
        update_irq();
        break;
    case 0x8: set_low(remote_address_); break;
    case 0x9: set_high(remote_address_); break;
    case 0xa: set_low(remote_count_); break;
    case 0xb: set_high(remote_count_); break;
    case 0xc: receive_config_ = value & 0x3f; break;
    case 0xd: transmit_config_ = value & 0x1f; break;
    case 0xe: data_config_ = value & 0x7f; break;
    case 0xf:
        interrupt_mask_ = value & 0x7f;
        update_irq();
        break;
    default: break;
    }
}

void Ne2000::write_page1(unsigned index, std::uint8_t value) {
    if (index <= 6)
        station_[index - 1] = value;
    else if (index == 7)
        current_ = value;
    else
        multicast_[index - 8] = value;
}

void Ne2000::command(std::uint8_t value) {
    const bool was_stopped = (command_ & command_stop) != 0;
    command_ = value;
    if (value & command_stop) {
        interrupt_status_ |= interrupt_reset;
        command_ &= static_cast<std::uint8_t>(~command_transmit);
        return;
    }
    interrupt_status_ &= static_cast<std::uint8_t>(~interrupt_reset);
    const unsigned remote = value & command_remote_mask;
    if ((remote == command_remote_read || remote == command_remote_write) && remote_count_ == 0)
        interrupt_status_ |= interrupt_remote_done;
    if (value & command_transmit) transmit();
    update_irq();
    if (was_stopped) network_.resume();
}

// -- sending and receiving

void Ne2000::transmit() {
    command_ &= static_cast<std::uint8_t>(~command_transmit);
    if (transmit_count_ >= ethernet_header_size && transmit_count_ <= ethernet_longest) {
        std::array<std::byte, ethernet_longest> frame;
        for (unsigned i = 0; i < transmit_count_; ++i)
            frame[i] = static_cast<std::byte>(load(transmit_page_ * page_size + i));
        if (!(transmit_config_ & transmit_loopback_mask))
            network_.send(std::span(frame).first(transmit_count_));
    } else {
        log_.write(LogItem::guest_error, "{}: sends a frame of {} bytes", name(), transmit_count_);
    }
    transmit_status_ = transmit_ok;
    interrupt_status_ |= interrupt_transmitted;
}

bool Ne2000::accepts(std::span<const std::byte> frame) const {
    if (receive_config_ & accept_all) return true;
    const auto destination = frame.first(6);
    if (is_broadcast(destination)) return (receive_config_ & accept_broadcast) != 0;
    if (is_group(destination)) {
        if (!(receive_config_ & accept_multicast)) return false;
        const unsigned hash = ethernet_crc_big(destination) >> 26;
        return (multicast_[hash >> 3] >> (hash & 7) & 1) != 0;
    }
    return std::equal(destination.begin(), destination.end(),
                      std::as_bytes(std::span(station_)).begin());
}

// Pages that can be filled: never the last one, or a full ring would look like an empty one.
unsigned Ne2000::free_pages() const {
    const unsigned pages = page_stop_ - page_start_;
    const unsigned used = current_ >= boundary_
                              ? current_ - boundary_
                              : pages - std::min<unsigned>(pages, boundary_ - current_);
    return used + 1 >= pages ? 0 : pages - used - 1;
}

void Ne2000::ring_put(unsigned& at, std::uint8_t value) {
    store(at++, value);
    if (at == page_stop_ * page_size) at = page_start_ * page_size;
    at &= 0xffff;
}

NetBackend::Receipt Ne2000::receive(std::span<const std::byte> frame) {
    using Receipt = NetBackend::Receipt;
    if ((command_ & command_stop) || !(command_ & command_start) ||
        (receive_config_ & monitor_mode) || frame.size() < ethernet_header_size ||
        frame.size() > ethernet_longest || !accepts(frame))
        return Receipt::taken;
    if (page_start_ >= page_stop_ || current_ < page_start_ || current_ >= page_stop_) {
        log_.write(LogItem::guest_error, "{}: a ring from page {:02x} to {:02x}, at {:02x}", name(),
                   page_start_, page_stop_, current_);
        return Receipt::taken;
    }
    const unsigned length =
        std::max<unsigned>(static_cast<unsigned>(frame.size()), ethernet_shortest);
    // The header counts the frame, itself not, and four bytes of checksum.
    const unsigned counted = length + 4;
    const unsigned pages = (counted + ring_header_size + page_size - 1) / page_size;
    if (free_pages() < pages) return Receipt::no_room;
    unsigned next = current_ + pages;
    if (next >= page_stop_) next -= page_stop_ - page_start_;
    receive_status_ = receive_ok;
    if (is_group(frame.first(6))) receive_status_ |= receive_group;

    unsigned at = current_ * page_size;
    for (const unsigned value : {unsigned{receive_status_}, next, counted & 0xff, counted >> 8})
        ring_put(at, static_cast<std::uint8_t>(value));
    for (unsigned i = 0; i < length; ++i)
        ring_put(at, i < frame.size() ? static_cast<std::uint8_t>(frame[i]) : std::uint8_t{0});
    current_ = static_cast<std::uint8_t>(next);
    interrupt_status_ |= interrupt_received;
    update_irq();
    return Receipt::taken;
}

// -- the data port

// On a 16-bit card a narrow access moves a word all the same.
unsigned Ne2000::data_width(unsigned size) const {
    return (data_config_ & data_config_word) ? std::max(size, 2u) : 1;
}

void Ne2000::data_moved(unsigned count) {
    // The address stays even in word mode and turns back at the ring's end.
    unsigned address = remote_address_ + count;
    if (address == page_stop_ * page_size) address = page_start_ * page_size;
    remote_address_ = static_cast<std::uint16_t>(address);
    remote_count_ = static_cast<std::uint16_t>(remote_count_ > count ? remote_count_ - count : 0);
    if (remote_count_ == 0) {
        interrupt_status_ |= interrupt_remote_done;
        update_irq();
    }
}

std::uint32_t Ne2000::data_read(unsigned size) {
    const unsigned width = data_width(size);
    std::uint32_t value = 0;
    for (unsigned i = 0; i < width; ++i)
        value |= std::uint32_t{load((remote_address_ + i) & 0xffff)} << (8 * i);
    data_moved(width);
    return size == 1 ? value & 0xff : value;
}

void Ne2000::data_write(unsigned size, std::uint32_t value) {
    if (remote_count_ == 0) {
        log_.write(LogItem::guest_error, "{}: writes data without a remote DMA", name());
        return;
    }
    const unsigned width = data_width(size);
    for (unsigned i = 0; i < width; ++i)
        store((remote_address_ + i) & 0xffff, static_cast<std::uint8_t>(value >> (8 * i)));
    data_moved(width);
}

std::uint64_t Ne2000::read(std::uint64_t offset, unsigned size) {
    if (offset >= data_port_end && offset < port_count) {
        reset();
        return 0;
    }
    if (offset >= register_count && offset < data_port_end) return data_read(size);
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size && offset + i < register_count; ++i)
        value |= std::uint64_t{read_register(static_cast<unsigned>(offset + i))} << (8 * i);
    return value;
}

void Ne2000::write(std::uint64_t offset, unsigned size, std::uint64_t value) {
    // The reset port acts when it is read; drivers write back what they read.
    if (offset >= data_port_end) return;
    if (offset >= register_count) {
        data_write(size, static_cast<std::uint32_t>(value));
        return;
    }
    for (unsigned i = 0; i < size && offset + i < register_count; ++i)
        write_register(static_cast<unsigned>(offset + i),
                       static_cast<std::uint8_t>(value >> (8 * i)));
}

void Ne2000::reset() {
    command_ = command_stop | command_no_dma;
    interrupt_status_ = interrupt_reset;
    interrupt_mask_ = 0;
    receive_config_ = transmit_config_ = data_config_ = 0;
    remote_count_ = 0;
    update_irq();
}

void Ne2000::visit(StateVisitor& state) {
    state.field("memory", memory_);
    state.field("command", command_);
    state.field("page_start", page_start_);
    state.field("page_stop", page_stop_);
    state.field("boundary", boundary_);
    state.field("current", current_);
    state.field("transmit_page", transmit_page_);
    state.field("transmit_status", transmit_status_);
    state.field("transmit_count", transmit_count_);
    state.field("remote_address", remote_address_);
    state.field("remote_count", remote_count_);
    state.field("interrupt_status", interrupt_status_);
    state.field("interrupt_mask", interrupt_mask_);
    state.field("receive_config", receive_config_);
    state.field("transmit_config", transmit_config_);
    state.field("data_config", data_config_);
    state.field("receive_status", receive_status_);
    state.field("station", station_);
    state.field("multicast", multicast_);
    if (state.loading()) irq_.restore((interrupt_status_ & interrupt_mask_ & 0x7f) != 0);
}

} // namespace vestige::hw
