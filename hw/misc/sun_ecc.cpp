// Source: Sun, "Sun-4M System Architecture", revision 2.0, as QEMU 7.2's machines show it.
#include "hw/misc/sun_ecc.h"

#include <utility>

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

struct Row {
    std::uint32_t reset;
    std::uint32_t writable;
};

// From offset 0, a word each. The first holds the chip's kind, too.
constexpr std::array<Row, SunEcc::register_count> rows = {{
    {0x00000000, 0x00000bff}, // memory enable
    {0x00000020, 0x7fffffff}, // memory delay
    {0x00000000, 0xffffffff}, // fault status
    {0x00000000, 0xffffffff}, // video configuration
    {0x07c00000, 0x00000000}, // fault address, high
    {0x00000000, 0x00000000}, // fault address, low
    {0x00000000, 0xffffffff}, // diagnostics
    {0x00000000, 0xffffffff}, // event count 0
    {0x00000000, 0xffffffff}, // event count 1
}};

} // namespace

SunEcc::SunEcc(std::string name, Kind kind, Log& log)
    : Device(std::move(name)), kind_(kind), log_(log) {
    reset();
}

std::uint64_t SunEcc::read(std::uint64_t offset, unsigned) {
    return registers_[offset / 4] | (offset == 0 ? static_cast<std::uint32_t>(kind_) : 0);
}

void SunEcc::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    const Row& row = rows[offset / 4];
    if (row.writable == 0)
        log_.write(LogItem::guest_error, "{}: write of {:#x} to read-only {:#x}", name(), value,
                   offset);
    std::uint32_t& word = registers_[offset / 4];
    word = (word & ~row.writable) | (static_cast<std::uint32_t>(value) & row.writable);
}

void SunEcc::reset() {
    for (std::size_t i = 0; i < register_count; ++i)
        registers_[i] = rows[i].reset;
}

void SunEcc::visit(StateVisitor& state) { state.field("registers", registers_); }

} // namespace vestige::hw
