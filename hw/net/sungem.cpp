#include "hw/net/sungem.h"

#include <algorithm>
#include <bit>
#include <iterator>

#include "common/assertion.h"
#include "hw/net/ethernet.h"
#include "hw/net/sungem_registers.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr PciIdentity identity{
    .vendor = 0x106b, .device = 0x0021, .class_code = 0x020000, .revision = 1, .interrupt_pin = 1};

constexpr std::uint32_t window_size = 0x200000;
constexpr std::size_t longest_sent = ethernet_longest + 4; // with a VLAN tag
constexpr unsigned fcs_size = 4;

// Registers, in order: offset, bits that software can write, value after a reset of the chip.
struct RegisterRow {
    std::uint32_t offset, writable, reset;
};

constexpr std::uint32_t word = 0xffffffff;

constexpr RegisterRow rows[] = {
    {gem::global_config, 0x1fff, 0},
    {gem::global_mask, word, word},
    {0x1004, 7, 7}, // PCI error mask
    {0x1008, 7, 0}, // bus interface configuration
    {gem::tx_kick, 0x1fff, 0},
    {gem::tx_config, 0x3fffff, 0},
    {gem::tx_base_low, 0xfffff800, 0},
    {gem::tx_base_high, word, 0},
    {gem::tx_done, 0, 0},
    {gem::tx_fifo_size, 0, 9 * 1024 / 64},
    {0x3000, 0xffff, 0}, // wake-up: match, counts, control
    {0x3004, 0xffff, 0},
    {0x3008, 0xffff, 0},
    {0x300c, 0xffff, 0},
    {0x3010, 0x7f, 0},
    {gem::rx_config, 0x70ffc3f, 0},
    {gem::rx_base_low, 0xfffff800, 0},
    {gem::rx_base_high, word, 0},
    {0x4020, 0x1ff1ff, 0xf8}, // pause thresholds
    {gem::rx_kick, 0x1fff, 0},
    {gem::rx_done, 0, 0},
    {0x4108, 0xff1ff, 0}, // blanking
    {gem::rx_fifo_size, 0, 20 * 1024 / 64},
    {0x6008, 0x1ffff, 0},   // send pause
    {0x6020, 0x1ff, 0x1ff}, // masks of the MAC's three interrupts
    {0x6024, 0x7f, 0x7f},
    {0x6028, 7, 7},
    {gem::mac_tx_config, 0x3ff, 0},
    {gem::mac_rx_config, 0x1ff, 0},
    {0x6038, 7, 0},    // MAC control
    {0x603c, 0xff, 0}, // transceiver interface
    {0x6040, 0xff, 0}, // gaps and slot time
    {0x6044, 0xff, 8},
    {0x6048, 0xff, 4},
    {0x604c, 0x3ff, 0x40},
    {0x6050, 0x3ff, 0x40},
    {gem::mac_max_frame, 0x7fff7fff, 0x200005ee},
    {0x6058, 0x3ff, 7},
    {0x605c, 0xf, 4},
    {0x6060, 0xff, 0x10},
    {0x6064, 0xffff, 0x8808},
    {gem::mac_address, 0xffff, 0},
    {gem::mac_address + 4, 0xffff, 0},
    {gem::mac_address + 8, 0xffff, 0},
    {0x608c, 0xffff, 0}, // the alternate address, that of control frames, filters
    {0x6090, 0xffff, 0},
    {0x6094, 0xffff, 0},
    {0x6098, 0xffff, 0x0001},
    {0x609c, 0xffff, 0xc200},
    {0x60a0, 0xffff, 0x0180},
    {0x60a4, 0xffff, 0},
    {0x60a8, 0xffff, 0},
    {0x60ac, 0xffff, 0},
    {0x60b0, 0xff, 0},
    {0x60b4, 0xffff, 0},
    {gem::mac_hash, 0xffff, 0},
    {gem::mac_hash + 0x04, 0xffff, 0},
    {gem::mac_hash + 0x08, 0xffff, 0},
    {gem::mac_hash + 0x0c, 0xffff, 0},
    {gem::mac_hash + 0x10, 0xffff, 0},
    {gem::mac_hash + 0x14, 0xffff, 0},
    {gem::mac_hash + 0x18, 0xffff, 0},
    {gem::mac_hash + 0x1c, 0xffff, 0},
    {gem::mac_hash + 0x20, 0xffff, 0},
    {gem::mac_hash + 0x24, 0xffff, 0},
    {gem::mac_hash + 0x28, 0xffff, 0},
    {gem::mac_hash + 0x2c, 0xffff, 0},
    {gem::mac_hash + 0x30, 0xffff, 0},
    {gem::mac_hash + 0x34, 0xffff, 0},
    {gem::mac_hash + 0x38, 0xffff, 0},
    {gem::mac_hash + 0x3c, 0xffff, 0},
    {0x6130, 0x3ff, 0}, // random seed
    {0x6200, 1, 0},     // bits of the management interface driven by hand
    {0x6204, 1, 0},
    {0x6208, 1, 0},
    {gem::mif_frame, 0, 0},
    {gem::mif_config, 0x7fff, 0x100}, // a PHY on the first set of pins
    {0x6214, 0xffff, 0xffff},
    {0x9000, 0xffff, 0}, // PCS: control, advertisement, configuration, data path, serial link
    {0x9008, 0xffff, 0},
    {0x9010, 0x3f, 0},
    {0x9050, 0xf, 0},
    {0x9054, 0xffff, 0},
};

static_assert(std::is_sorted(std::begin(rows), std::end(rows),
                             [](const auto& a, const auto& b) { return a.offset < b.offset; }));

std::optional<std::size_t> find_row(std::uint32_t offset) {
    const auto found =
        std::lower_bound(std::begin(rows), std::end(rows), offset,
                         [](const RegisterRow& row, std::uint32_t at) { return row.offset < at; });
    if (found == std::end(rows) || found->offset != offset) return {};
    return static_cast<std::size_t>(found - std::begin(rows));
}

// The Internet's ones' complement sum, folded to 16 bits.
std::uint16_t internet_sum(std::span<const std::byte> data) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
        sum += static_cast<std::uint32_t>(data[i]) << (i % 2 ? 0 : 8);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<std::uint16_t>(sum);
}

// IEEE 802.3 clause 22.
enum PhyRegister : unsigned {
    phy_control = 0,
    phy_status = 1,
    phy_advertisement = 4,
    phy_partner = 5,
    phy_expansion = 6,
};
constexpr std::uint16_t phy_self_clearing = 0x8200; // reset, restart of the negotiation
constexpr std::uint16_t phy_control_reset = 0x1000; // negotiation on
constexpr std::uint16_t phy_status_value = 0x782d;  // 10 and 100 Mbit, negotiated, link up
constexpr std::uint16_t phy_advertised_reset = 0x01e1;
constexpr std::uint16_t phy_partner_value = 0x41e1;

} // namespace

SunGem::SunGem(std::string name, PciBus& bus, PciAddress address, NetBackend& network,
               const EthernetAddress& station, Log& log)
    : PciDevice(std::move(name), bus, address, identity, log),
      network_(network),
      station_(station) {
    static_assert(std::size(rows) <= plain_registers);
    add_mmio_bar(0, window_size, *this, traits);
    network_.set_receiver([this](auto frame) { return receive(frame); });
    reset();
}

SunGem::~SunGem() { network_.set_receiver({}); }

// -- registers

std::uint32_t SunGem::value(std::uint32_t offset) const {
    const auto row = find_row(offset);
    VESTIGE_ASSERT(row);
    return registers_[*row];
}

void SunGem::set_value(std::uint32_t offset, std::uint32_t value) {
    const auto row = find_row(offset);
    VESTIGE_ASSERT(row);
    registers_[*row] = value;
}

std::uint32_t SunGem::status() const {
    return status_ | value(gem::tx_done) << gem::status_tx_index_shift;
}

void SunGem::update_irq() { set_interrupt((status_ & ~value(gem::global_mask)) != 0); }

void SunGem::raise(std::uint32_t bits) {
    status_ |= bits;
    update_irq();
}

std::uint64_t SunGem::read(std::uint64_t offset, unsigned) {
    const auto at = static_cast<std::uint32_t>(offset);
    if (at == gem::global_status) {
        const std::uint32_t now = status();
        status_ &= ~gem::status_clearing;
        update_irq();
        return now;
    }
    if (at == gem::global_status_alias) return status();
    const auto row = find_row(at);
    return row ? registers_[*row] : 0;
}

void SunGem::write(std::uint64_t offset, unsigned, std::uint64_t written) {
    const auto at = static_cast<std::uint32_t>(offset);
    const auto bits = static_cast<std::uint32_t>(written);
    switch (at) {
    case gem::global_acknowledge:
        status_ &= ~(bits & gem::status_clearing);
        update_irq();
        return;
    case gem::software_reset: software_reset(bits); return;
    case gem::mac_tx_reset: set_value(gem::mac_tx_config, 0); return;
    case gem::mac_rx_reset: set_value(gem::mac_rx_config, 0); return;
    case gem::mif_frame: manage_phy(bits); return;
    default: break;
    }
    const auto row = find_row(at);
    if (!row) {
        log().write(LogItem::unimplemented, "{}: write of {:08x} to {:04x}", name(), bits, at);
        return;
    }
    registers_[*row] = (registers_[*row] & ~rows[*row].writable) | (bits & rows[*row].writable);
    switch (at) {
    case gem::global_mask: update_irq(); break;
    case gem::tx_kick:
    case gem::tx_config:
    case gem::mac_tx_config: transmit(); break;
    case gem::rx_kick:
    case gem::rx_config:
    case gem::mac_rx_config: network_.resume(); break;
    default: break;
    }
}

void SunGem::software_reset(std::uint32_t which) {
    // Done before the driver looks: the bits read as 0.
    if (which & gem::reset_tx) {
        for (const std::uint32_t offset : {gem::tx_kick, gem::tx_done, gem::tx_config})
            set_value(offset, 0);
        sending_.clear();
        status_ &= ~(gem::status_tx_interrupt | gem::status_tx_all | gem::status_tx_done);
    }
    if (which & gem::reset_rx) {
        for (const std::uint32_t offset : {gem::rx_kick, gem::rx_done, gem::rx_config})
            set_value(offset, 0);
        status_ &= ~(gem::status_rx_done | gem::status_rx_no_buffer);
    }
    update_irq();
}

void SunGem::manage_phy(std::uint32_t frame) {
    const unsigned operation = frame >> gem::mif_operation_shift & 3;
    const unsigned phy = frame >> gem::mif_phy_shift & 31;
    const unsigned index = frame >> gem::mif_register_shift & 31;
    const auto data = static_cast<std::uint16_t>(frame);
    std::uint16_t answer = 0xffff; // nobody drives the wire
    if (phy == 0 && operation == gem::mif_write) {
        answer = data;
        if (index == phy_control)
            phy_control_ = data & 0x8000 ? phy_control_reset
                                         : static_cast<std::uint16_t>(data & ~phy_self_clearing);
        if (index == phy_advertisement) phy_advertised_ = data;
    } else if (phy == 0 && operation == gem::mif_read) {
        switch (index) {
        case phy_control: answer = phy_control_; break;
        case phy_status: answer = phy_status_value; break;
        case phy_advertisement: answer = phy_advertised_; break;
        case phy_partner: answer = phy_partner_value; break;
        case phy_expansion: answer = 1; break;
        default: answer = 0; // identification 0: drivers treat it as a generic one
        }
    }
    set_value(gem::mif_frame, (frame & 0xfffe0000) | gem::mif_done | answer);
}

// -- sending

unsigned SunGem::ring_mask(std::uint32_t config) const {
    const unsigned size = config >> gem::ring_size_shift & gem::ring_size_mask;
    return (32u << std::min(size, gem::largest_ring_size)) - 1;
}

void SunGem::transmit() {
    const std::uint32_t config = value(gem::tx_config);
    if (!(config & gem::dma_enable) || !(value(gem::mac_tx_config) & gem::mac_enable)) return;
    const unsigned mask = ring_mask(config);
    const unsigned kick = value(gem::tx_kick) & mask;
    unsigned done = value(gem::tx_done) & mask;
    if (done == kick) return;
    const std::uint64_t base =
        std::uint64_t{value(gem::tx_base_high)} << 32 | value(gem::tx_base_low);
    while (done != kick) {
        std::array<std::byte, gem::descriptor_size> descriptor;
        if (!dma_read(base + std::uint64_t{done} * gem::descriptor_size, descriptor)) return;
        const auto control = load_le<std::uint64_t>(descriptor.data());
        const auto address = load_le<std::uint64_t>(descriptor.data() + 8);
        if (control & gem::tx_start_of_frame) sending_.clear();
        // One byte too many is kept, so that the end knows that the frame was too long.
        const std::size_t size =
            std::min<std::size_t>(control & gem::tx_size, longest_sent + 1 - sending_.size());
        const std::size_t before = sending_.size();
        sending_.resize(before + size);
        dma_read(address, std::span(sending_).subspan(before));
        if (control & gem::tx_end_of_frame) finish_frame(control);
        done = (done + 1) & mask;
    }
    set_value(gem::tx_done, done);
    raise(gem::status_tx_all);
}

void SunGem::finish_frame(std::uint64_t control) {
    const std::size_t start = control >> gem::tx_checksum_start_shift & 0x3f;
    const std::size_t place = control >> gem::tx_checksum_place_shift & 0xff;
    const bool good = sending_.size() >= ethernet_header_size && sending_.size() <= longest_sent;
    if (!good)
        log().write(LogItem::guest_error, "{}: sends a frame of {} bytes", name(), sending_.size());
    if (good && (control & gem::tx_checksum) && start < sending_.size() &&
        place + 2 <= sending_.size())
        store_be(sending_.data() + place,
                 static_cast<std::uint16_t>(~internet_sum(std::span(sending_).subspan(start))));
    if (good) network_.send(sending_);
    sending_.clear();
    raise(gem::status_tx_done | (control & gem::tx_wants_interrupt ? gem::status_tx_interrupt : 0));
}

// -- receiving

bool SunGem::accepts(std::span<const std::byte> frame) const {
    const std::uint32_t config = value(gem::mac_rx_config);
    const auto destination = frame.first(6);
    if ((config & gem::mac_rx_promiscuous) || is_broadcast(destination)) return true;
    if (is_group(destination)) {
        if (config & gem::mac_rx_promiscuous_group) return true;
        if (!(config & gem::mac_rx_hash)) return false;
        const unsigned hash = ethernet_crc_little(destination) >> 24;
        return (value(gem::mac_hash + 4 * (hash >> 4)) >> (15 - (hash & 15)) & 1) != 0;
    }
    for (unsigned i = 0; i < 3; ++i)
        if (load_be<std::uint16_t>(destination.data() + 2 * i) !=
            value(gem::mac_address + 4 * (2 - i)))
            return false;
    return true;
}

NetBackend::Receipt SunGem::receive(std::span<const std::byte> frame) {
    using Receipt = NetBackend::Receipt;
    const std::uint32_t config = value(gem::rx_config);
    const std::uint32_t mac_config = value(gem::mac_rx_config);
    if (!(config & gem::dma_enable) || !(mac_config & gem::mac_enable) ||
        frame.size() < ethernet_header_size || frame.size() > ethernet_longest || !accepts(frame))
        return Receipt::taken;

    const unsigned mask = ring_mask(config);
    const unsigned done = value(gem::rx_done) & mask;
    const std::uint64_t at =
        (std::uint64_t{value(gem::rx_base_high)} << 32 | value(gem::rx_base_low)) +
        std::uint64_t{done} * gem::descriptor_size;
    std::array<std::byte, gem::descriptor_size> descriptor;
    if (!dma_read(at, descriptor)) return Receipt::taken;
    const auto control = load_le<std::uint64_t>(descriptor.data());
    const auto address = load_le<std::uint64_t>(descriptor.data() + 8);
    // Who owns the descriptor decides, not the kick register: that meets the completion register
    // when all are used, and also when all are free.
    if (!(control & gem::rx_owned_by_card)) return Receipt::no_room;

    std::array<std::byte, ethernet_longest + fcs_size> data{};
    std::copy(frame.begin(), frame.end(), data.begin());
    std::size_t size = std::max<std::size_t>(frame.size(), ethernet_shortest);
    if (!(mac_config & gem::mac_rx_strip_fcs)) {
        store_le(data.data() + size, ~ethernet_crc_little(std::span(data).first(size)));
        size += fcs_size;
    }
    const unsigned offset = config >> gem::rx_first_byte_shift & 7;
    const std::size_t room = control >> gem::rx_size_shift & gem::rx_size_mask;
    if (offset + size > room || size > (value(gem::mac_max_frame) & gem::max_frame_mask)) {
        log().write(LogItem::guest_error, "{}: {} bytes for a buffer of {}", name(), size, room);
        return Receipt::taken;
    }
    dma_write(address + offset, std::span(data).first(size));

    // The driver wants the sum of what it gets, checksum of the frame included, inverted.
    const std::size_t skipped =
        std::min<std::size_t>(config >> gem::rx_checksum_shift & gem::rx_checksum_mask, size);
    const auto sum =
        static_cast<std::uint16_t>(~internet_sum(std::span(data).first(size).subspan(skipped)));
    std::array<std::byte, 8> answer;
    store_le(answer.data(), std::uint64_t{size} << gem::rx_size_shift | sum);
    dma_write(at, answer);
    set_value(gem::rx_done, (done + 1) & mask);
    raise(gem::status_rx_done);
    return Receipt::taken;
}

void SunGem::reset() {
    PciDevice::reset();
    for (std::size_t i = 0; i < std::size(rows); ++i)
        registers_[i] = rows[i].reset;
    // Where firmware finds the station's address.
    for (unsigned i = 0; i < 3; ++i)
        set_value(gem::mac_address + 4 * (2 - i), load_be<std::uint16_t>(station_.data() + 2 * i));
    status_ = 0;
    sending_.clear();
    phy_control_ = phy_control_reset;
    phy_advertised_ = phy_advertised_reset;
}

void SunGem::visit(StateVisitor& state) {
    PciDevice::visit(state);
    state.field("registers", registers_);
    state.field("status", status_);
    state.field("sending", sending_);
    state.field("phy_control", phy_control_);
    state.field("phy_advertised", phy_advertised_);
    if (!state.loading()) return;
    status_ &= gem::status_clearing;
    sending_.resize(std::min(sending_.size(), longest_sent + 1));
}

} // namespace vestige::hw
