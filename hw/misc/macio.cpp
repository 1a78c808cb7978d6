#include "hw/misc/macio.h"

#include <utility>

namespace vestige::hw {

namespace {

constexpr std::uint16_t apple = 0x106b;
constexpr std::uint16_t devices[] = {0x0010, 0x0022}; // by Kind
constexpr std::uint32_t unclassified = 0xff0000;

} // namespace

MacIo::MacIo(std::string name, Kind kind, PciBus& bus, PciAddress address, Log& log)
    : PciDevice(std::move(name), bus, address,
                PciIdentity{.vendor = apple,
                            .device = devices[static_cast<std::size_t>(kind)],
                            .class_code = unclassified},
                log),
      cells_(this->name() + " cells", log) {
    cells_.map_mmio("unconnected", 0, size, unconnected_, {Endian::little, 1, 4});
    add_window_bar(0, size, cells_);
}

std::uint64_t MacIo::Unconnected::read(std::uint64_t offset, unsigned) {
    chip.log().write(LogItem::unimplemented, "{}: read of {:#x}: no cell there", chip.name(),
                     offset);
    return 0;
}

void MacIo::Unconnected::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    chip.log().write(LogItem::unimplemented, "{}: write of {:#x} to {:#x}: no cell there",
                     chip.name(), value, offset);
}

} // namespace vestige::hw
