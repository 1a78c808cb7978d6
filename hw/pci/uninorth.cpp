// Sources: Linux arch/powerpc/platforms/powermac/pci.c (configuration cycles) and
// include/asm/uninorth.h (control registers): Apple published no manual.
#include "hw/pci/uninorth.h"

#include <bit>
#include <optional>
#include <utility>

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr std::uint16_t apple = 0x106b;
constexpr std::uint32_t host_bridge = 0x060000;

struct KindInfo {
    std::uint16_t device;
    std::uint8_t slot;
};
constexpr KindInfo kinds[] = {{0x001f, 11}, {0x0020, 11}, {0x001e, 14}};

const KindInfo& info(UniNorthBridge::Kind kind) { return kinds[static_cast<std::size_t>(kind)]; }

// Which 256 MB slices and 16 MB pieces of the address space the bridge claims: bit 24 stands for
// 80000000. Mac OS X computes its PCI window from it.
constexpr unsigned address_select = 0x48;
constexpr std::uint32_t select_80000000 = 0x01000000;

// Three forms of address: type 0 cycles carry one bit for the slot (its IDSEL line), type 1 cycles
// the usual fields and bit 0; OpenBIOS uses configuration mechanism 1, which no real UniNorth
// knows. In the first two the data register is 8 bytes wide.
std::optional<PciConfigCycle> decode(std::uint32_t value, std::uint64_t offset) {
    if (bit(value, 31)) return decode_mechanism_1(value, offset);
    const auto lane = static_cast<unsigned>(offset & 7);
    const auto function = static_cast<std::uint8_t>(bits(value, 8, 3));
    const unsigned place = (value & 0xf8) | lane;
    if (bit(value, 0))
        return PciConfigCycle{
            bits(value, 16, 8), {static_cast<std::uint8_t>(bits(value, 11, 5)), function}, place};
    const std::uint32_t select = value & ~0x7ffu;
    if (!std::has_single_bit(select)) return std::nullopt; // no slot, or several at once
    return PciConfigCycle{
        0, {static_cast<std::uint8_t>(std::countr_zero(select)), function}, place};
}

} // namespace

UniNorthBridge::UniNorthBridge(std::string name, Kind kind, PciBus& bus, Log& log)
    : PciDevice(
          std::move(name), bus, PciAddress{info(kind).slot, 0},
          PciIdentity{.vendor = apple, .device = info(kind).device, .class_code = host_bridge},
          log),
      ports_(bus, decode) {
    set_reset_value(pci::cache_line_size, 1, 8);
    set_reset_value(pci::latency_timer, 1, 0x10);
    for (unsigned offset = 0x40; offset < pci::config_size; offset += 4)
        set_writable(offset, 4, 0xffffffff);
    if (kind == Kind::main) set_reset_value(address_select, 4, select_80000000);
}

void UniNorthBridge::reset() {
    PciDevice::reset();
    ports_.reset();
}

void UniNorthBridge::visit(StateVisitor& state) {
    PciDevice::visit(state);
    ports_.visit(state);
}

// -- the control registers

namespace {

constexpr std::uint64_t version_register = 0x00;
constexpr std::uint32_t version_1_0_a = 7; // the revision of the first G4 Macs

} // namespace

UniNorthControl::UniNorthControl(std::string name, Log& log) : Device(std::move(name)), log_(log) {}

std::uint64_t UniNorthControl::read(std::uint64_t offset, unsigned) {
    if (offset == version_register) return version_1_0_a;
    if (offset % 0x10 == 0 && offset / 0x10 < registers_.size()) return registers_[offset / 0x10];
    log_.write(LogItem::unimplemented, "{}: read of {:#x}", name(), offset);
    return 0;
}

void UniNorthControl::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    if (offset != version_register && offset % 0x10 == 0 && offset / 0x10 < registers_.size())
        registers_[offset / 0x10] = static_cast<std::uint32_t>(value);
    else
        log_.write(LogItem::unimplemented, "{}: write of {:#x} to {:#x}", name(), value, offset);
}

void UniNorthControl::reset() { registers_ = {}; }

void UniNorthControl::visit(StateVisitor& state) { state.field("registers", registers_); }

} // namespace vestige::hw
