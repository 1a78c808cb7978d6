// Sources: Sun, "Sun-4M System Architecture", revision 2.0, chapter on the I/O MMU; Linux
// arch/sparc/include/asm/iommu_32.h (register and bit names).
#include "hw/dma/sun4m_iommu.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "common/bits.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

// Places in the table of registers below.
enum Index : std::size_t {
    control,
    table_base,
    tlb_flush,
    page_flush,
    fault_status,
    fault_address,
    arbiter_enable,
    slot_0,
    slot_1,
    slot_2,
    slot_3,
    sbus_arbiter,
    mask_id,
};

struct Row {
    std::uint16_t offset;
    std::uint32_t reset;
    std::uint32_t writable;
    std::uint32_t ones; // always read as set
};

// In the order of Index.
constexpr std::array<Row, Sun4mIommu::register_count> rows = {{
    {0x0000, 0, 0x0000001d, 0},                   // control
    {0x0004, 0, 0x07fffc00, 0},                   // table base, bits 35:14 of the address
    {0x0014, 0, 0, 0},                            // TLB flush
    {0x0018, 0, 0, 0},                            // page flush
    {0x1000, 0, 0xff0fffff, 0x00800000},          // fault status
    {0x1004, 0, 0xffffffff, 0},                   // fault address
    {0x1008, 0x00000002, 0x801f000f, 0x00000001}, // arbiter enable
    {0x1010, 0, 0x00010003, 0},                   // SBus slots
    {0x1014, 0, 0x00010003, 0},
    {0x1018, 0, 0x00010003, 0},
    {0x101c, 0, 0x00010003, 0},
    {0x2000, 0, 0x001f0000, 0x00000008}, // SBus arbiter and module id
    {0x3018, 0x26000000, 0, 0},          // mask revision (of the microSPARC-II)
}};

std::optional<std::size_t> find_register(std::uint64_t offset) {
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].offset == offset) return i;
    return std::nullopt;
}

enum Control : std::uint32_t {
    control_enable = 0x01,
    control_range = 0x1c,
};
constexpr unsigned control_range_shift = 2;
constexpr unsigned smallest_range_bits = 24; // 16 MB, and twice as much with each step

enum FaultStatus : std::uint32_t {
    fault_any = 0x80000000,
    fault_late = 0x40000000,
    fault_multiple = 0x00080000,
    fault_reading = 0x00040000,
    fault_address_valid = 0x00020000,
};

// A word of the table.
enum Entry : std::uint32_t {
    entry_page = 0xffffff00, // bits 35:12 of the address
    entry_writable = 0x04,
    entry_valid = 0x02,
};
constexpr unsigned entry_page_shift = 4;
constexpr unsigned base_shift = 4;
constexpr unsigned page_bits = 12;
constexpr std::uint32_t page_size = 1u << page_bits;

} // namespace

Sun4mIommu::Sun4mIommu(std::string name, std::uint32_t version, AddressSpace& memory, IrqLine fault,
                       Log& log)
    : Device(std::move(name)), version_(version), memory_(memory), irq_(fault), log_(log) {
    reset();
}

// -- translation

void Sun4mIommu::refuse(std::uint32_t address, Access access) {
    log_.write(LogItem::guest_error, "{}: {} at {:08x} refused", name(),
               access == Access::read ? "read" : "write", address);
    std::uint32_t& status = registers_[fault_status];
    if (status & fault_any) {
        status |= fault_multiple; // the first stays on record
    } else {
        status = fault_any | fault_late | fault_address_valid;
        if (access == Access::read) status |= fault_reading;
        registers_[fault_address] = address;
    }
    interrupt_ = true;
    irq_.set(true);
}

// The word of the table for an address while translation is on; otherwise one that maps it to
// itself.
std::uint64_t Sun4mIommu::entry(std::uint32_t address) {
    if ((registers_[control] & control_enable) == 0)
        return std::uint64_t{address & ~(page_size - 1)} >> entry_page_shift | entry_valid |
               entry_writable;
    // What is below the range is taken for what lies above it: no bit tells them apart.
    const unsigned range_bits =
        smallest_range_bits + ((registers_[control] & control_range) >> control_range_shift);
    const std::uint32_t page = (address & ((1u << range_bits) - 1)) >> page_bits;
    const std::uint64_t place =
        (std::uint64_t{registers_[table_base]} << base_shift) + std::uint64_t{page} * 4;
    std::uint64_t word = 0;
    if (memory_.page(place).host) memory_.read(place, 4, Endian::big, word);
    return word;
}

std::uint64_t Sun4mIommu::translate(std::uint32_t address, Access access) {
    const std::uint64_t word = entry(address);
    const std::uint64_t physical =
        (word & entry_page) << entry_page_shift | (address & (page_size - 1));
    const bool allowed =
        (word & entry_valid) != 0 && (access == Access::read || (word & entry_writable) != 0);
    // Device registers are out of reach: a bus master could drive itself.
    if (allowed && memory_.page(physical).host) return physical;
    refuse(address, access);
    return refused;
}

void Sun4mIommu::read(std::uint32_t address, std::span<std::byte> to) {
    while (!to.empty()) {
        const auto part =
            to.first(std::min<std::size_t>(to.size(), page_size - address % page_size));
        const std::uint64_t physical = translate(address, Access::read);
        if (physical == refused)
            std::memset(part.data(), 0, part.size());
        else
            memory_.dma_read(physical, part);
        to = to.subspan(part.size());
        address += static_cast<std::uint32_t>(part.size());
    }
}

void Sun4mIommu::write(std::uint32_t address, std::span<const std::byte> from) {
    while (!from.empty()) {
        const auto part =
            from.first(std::min<std::size_t>(from.size(), page_size - address % page_size));
        const std::uint64_t physical = translate(address, Access::write);
        if (physical != refused) memory_.dma_write(physical, part);
        from = from.subspan(part.size());
        address += static_cast<std::uint32_t>(part.size());
    }
}

// -- registers

std::uint64_t Sun4mIommu::read(std::uint64_t offset, unsigned) {
    const auto index = find_register(offset);
    if (!index) {
        log_.write(LogItem::unimplemented, "{}: read of register {:#x}", name(), offset);
        return 0;
    }
    if (*index == fault_status || *index == fault_address) {
        interrupt_ = false;
        irq_.set(false);
    }
    return registers_[*index] | rows[*index].ones | (*index == control ? version_ : 0);
}

void Sun4mIommu::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    const auto index = find_register(offset);
    if (!index) {
        log_.write(LogItem::unimplemented, "{}: write of {:#x} to register {:#x}", name(), value,
                   offset);
        return;
    }
    const Row& row = rows[*index];
    registers_[*index] =
        (registers_[*index] & ~row.writable) | (static_cast<std::uint32_t>(value) & row.writable);
    if (*index == fault_status || *index == fault_address) {
        interrupt_ = false;
        irq_.set(false);
    }
}

// -- reset and state

void Sun4mIommu::reset() {
    for (std::size_t i = 0; i < register_count; ++i)
        registers_[i] = rows[i].reset;
    interrupt_ = false;
    irq_.set(false);
}

void Sun4mIommu::visit(StateVisitor& state) {
    state.field("registers", registers_);
    state.field("interrupt", interrupt_);
    if (!state.loading()) return;
    irq_.restore(interrupt_);
}

} // namespace vestige::hw
