#include "hw/misc/stub_registers.h"

#include <algorithm>
#include <utility>

#include "common/assertion.h"
#include "common/endian.h"
#include "machine/core/state.h"

namespace vestige::hw {

StubRegisters::StubRegisters(std::string name, std::uint64_t size,
                             std::initializer_list<std::uint8_t> contents, Writes writes, Log& log)
    : Device(std::move(name)), initial_(size), writes_(writes), log_(log) {
    VESTIGE_ASSERT(contents.size() <= size);
    std::ranges::transform(contents, initial_.begin(), [](std::uint8_t b) { return std::byte{b}; });
    contents_ = initial_;
}

std::uint64_t StubRegisters::read(std::uint64_t offset, unsigned size) {
    const std::uint64_t value = load_sized(contents_.data() + offset, size, traits.endian);
    log_.write(LogItem::unimplemented, "{}: read of {} bytes at {:#x} gives {:#x}", name(), size,
               offset, value);
    return value;
}

void StubRegisters::write(std::uint64_t offset, unsigned size, std::uint64_t value) {
    log_.write(LogItem::unimplemented, "{}: write of {:#x}, {} bytes, to {:#x}", name(), value,
               size, offset);
    if (writes_ == Writes::kept) store_sized(contents_.data() + offset, size, value, traits.endian);
}

void StubRegisters::visit(StateVisitor& state) { state.bytes("contents", contents_); }

} // namespace vestige::hw
