// Source: QEMU's docs/specs/standard-vga.rst.
#include "hw/display/vga_pci.h"

namespace vestige::hw {

namespace {

constexpr PciIdentity identity{.vendor = 0x1234,
                               .device = 0x1111,
                               .class_code = 0x030000,
                               .revision = 2,
                               .subsystem_vendor = 0x1af4,
                               .subsystem = 0x1100};

constexpr std::uint32_t register_window = 4096;
constexpr std::uint64_t ports_start = 0x400; // port 3C0
constexpr std::uint64_t ports_end = 0x420;
constexpr std::uint64_t dispi_start = 0x500; // 16 bits a register
constexpr std::uint64_t dispi_end = 0x516;
constexpr std::uint64_t extension_size =
    0x600; // reads the number of bytes that follow, itself included
constexpr std::uint64_t extension_order = 0x604;
constexpr std::uint64_t extension_end = 0x608;

// What the byte order register holds: the same whichever way it is read.
constexpr std::uint32_t order_big = 0xbebebebe;
constexpr std::uint32_t order_little = 0x1e1e1e1e;

constexpr unsigned first_port = 0x3b0;
constexpr unsigned first_mapped_port = 0x3c0;
constexpr unsigned port_count = 0x30;
constexpr unsigned dispi_port = 0x1ce; // the index; data at 1D0, and on PCs at 1CF
constexpr unsigned dispi_port_count = 4;

} // namespace

VgaPci::VgaPci(std::string name, PciBus& bus, PciAddress address, Endian order,
               std::uint64_t memory_size, Log& log)
    : PciDevice(name, bus, address, identity, log), vga_(name + " memory", memory_size, order) {
    add_ram_bar(0, vga_.memory());
    add_mmio_bar(2, register_window, registers_, Registers::traits);
    add_fixed_io(first_port, port_count, legacy_ports_, LegacyPorts::traits);
    add_fixed_io(dispi_port, dispi_port_count, dispi_ports_, DispiPorts::traits);
}

std::uint64_t VgaPci::Registers::read(std::uint64_t offset, unsigned size) {
    if (offset >= ports_start && offset < ports_end) {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < size && offset + i < ports_end; ++i) {
            const auto port = static_cast<unsigned>(offset + i - ports_start) + first_mapped_port;
            value |= std::uint64_t{vga.read_port(port)} << (8 * i);
        }
        return value;
    }
    if (offset >= dispi_start && offset < dispi_end) {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < size; ++i) {
            const auto at = static_cast<unsigned>(offset + i - dispi_start);
            value |= std::uint64_t{vga.read_dispi(at / 2) >> (8 * (at % 2)) & 0xffu} << (8 * i);
        }
        return value;
    }
    if (offset == extension_size) return extension_end - extension_size;
    if (offset >= extension_order && offset < extension_end)
        return vga.pixel_order() == Endian::big ? order_big : order_little;
    return 0; // no EDID, no registers
}

void VgaPci::Registers::write(std::uint64_t offset, unsigned size, std::uint64_t value) {
    if (offset >= ports_start && offset < ports_end) {
        for (unsigned i = 0; i < size && offset + i < ports_end; ++i)
            vga.write_port(static_cast<unsigned>(offset + i - ports_start) + first_mapped_port,
                           static_cast<std::uint8_t>(value >> (8 * i)));
    } else if (offset >= dispi_start && offset < dispi_end && offset % 2 == 0 && size >= 2) {
        const auto index = static_cast<unsigned>(offset - dispi_start) / 2;
        vga.write_dispi(index, static_cast<std::uint16_t>(value));
        if (size == 4) vga.write_dispi(index + 1, static_cast<std::uint16_t>(value >> 16));
    } else if (offset == extension_order && size == 4) {
        if (value == order_big) vga.set_pixel_order(Endian::big);
        if (value == order_little) vga.set_pixel_order(Endian::little);
    }
}

std::uint64_t VgaPci::LegacyPorts::read(std::uint64_t offset, unsigned) {
    return vga.read_port(first_port + static_cast<unsigned>(offset));
}

void VgaPci::LegacyPorts::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    vga.write_port(first_port + static_cast<unsigned>(offset), static_cast<std::uint8_t>(value));
}

std::uint64_t VgaPci::DispiPorts::read(std::uint64_t offset, unsigned) {
    return offset == 0 ? index : vga.read_dispi(index);
}

void VgaPci::DispiPorts::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    if (offset == 0)
        index = static_cast<std::uint16_t>(value);
    else
        vga.write_dispi(index, static_cast<std::uint16_t>(value));
}

void VgaPci::reset() {
    PciDevice::reset();
    vga_.reset();
    dispi_ports_.index = 0;
}

void VgaPci::visit(StateVisitor& state) {
    PciDevice::visit(state);
    vga_.visit(state);
    state.field("dispi_index", dispi_ports_.index);
}

} // namespace vestige::hw
