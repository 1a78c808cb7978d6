#include "hw/misc/grlib_pnp.h"

#include <utility>

#include "common/assertion.h"

namespace vestige::hw {

namespace {

constexpr std::size_t table_words = GrlibPnp::region_size / 4;
constexpr std::size_t ahb_entry_words = 8; // identity, three of the user's, four areas
constexpr std::size_t ahb_first_area = 4;
constexpr std::size_t ahb_slaves = 0x800 / 4;
constexpr std::size_t ahb_most_masters = 64, ahb_most_slaves = 63; // the build's number ends it
constexpr std::size_t apb_entry_words = 2;
constexpr std::uint32_t apb_registers = 1; // the kind of an APB area

std::uint32_t identity(const GrlibCore& core) {
    return std::uint32_t{core.vendor} << 24 | (core.device & 0xfffu) << 12 |
           (core.version & 0x1fu) << 5 | (core.interrupt & 0x1fu);
}

// `address_field`: the 12 bits that go into the area's word.
std::uint32_t area(std::uint32_t address_field, std::uint16_t mask, std::uint32_t kind) {
    return (address_field & 0xfff) << 20 | (mask & 0xfffu) << 4 | kind;
}

void put_ahb(std::vector<std::uint32_t>& table, std::size_t at, const GrlibAhbEntry& entry) {
    table[at] = identity(entry.core);
    for (std::size_t i = 0; i < entry.areas.size(); ++i) {
        const auto& [kind, address, mask] = entry.areas[i];
        table[at + ahb_first_area + i] =
            area(address >> 20, mask, static_cast<std::uint32_t>(kind));
    }
}

} // namespace

std::vector<std::uint32_t> GrlibPnp::ahb_table(const std::vector<GrlibAhbEntry>& masters,
                                               const std::vector<GrlibAhbEntry>& slaves) {
    VESTIGE_ASSERT(masters.size() <= ahb_most_masters && slaves.size() <= ahb_most_slaves);
    std::vector<std::uint32_t> table(table_words);
    for (std::size_t i = 0; i < masters.size(); ++i)
        put_ahb(table, i * ahb_entry_words, masters[i]);
    for (std::size_t i = 0; i < slaves.size(); ++i)
        put_ahb(table, ahb_slaves + i * ahb_entry_words, slaves[i]);
    return table;
}

std::vector<std::uint32_t> GrlibPnp::apb_table(const std::vector<GrlibApbEntry>& cores) {
    VESTIGE_ASSERT(cores.size() <= table_words / apb_entry_words);
    std::vector<std::uint32_t> table(table_words);
    for (std::size_t i = 0; i < cores.size(); ++i) {
        table[i * apb_entry_words] = identity(cores[i].core);
        table[i * apb_entry_words + 1] = area(cores[i].address >> 8, cores[i].mask, apb_registers);
    }
    return table;
}

GrlibPnp::GrlibPnp(std::string name, std::vector<std::uint32_t> table, Log& log)
    : Device(std::move(name)), table_(std::move(table)), log_(log) {
    VESTIGE_ASSERT(table_.size() == table_words);
}

std::uint64_t GrlibPnp::read(std::uint64_t offset, unsigned) { return table_[offset / 4]; }

void GrlibPnp::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    log_.write(LogItem::guest_error, "{}: write of {:#x} to the table at {:#x}", name(), value,
               offset);
}

} // namespace vestige::hw
