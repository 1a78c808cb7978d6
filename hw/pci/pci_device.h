// What every PCI device is made of: a configuration space with a type 0 header, base addresses that
// put its registers and memory on the bus, an interrupt pin, bus mastering.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/log.h"
#include "hw/pci/pci_bus.h"
#include "hw/pci/pci_registers.h"
#include "machine/core/address_space.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/ram.h"

namespace vestige::hw {

struct PciIdentity {
    std::uint16_t vendor;
    std::uint16_t device;
    std::uint32_t
        class_code; // class, subclass, programming interface: 0x020000 is an Ethernet card
    std::uint8_t revision = 0;
    std::uint16_t subsystem_vendor = 0;
    std::uint16_t subsystem = 0;
    std::uint8_t interrupt_pin = 0; // 1 to 4: INTA to INTD; 0: none
};

class PciDevice : public Device {
  public:
    PciDevice(std::string name, PciBus& bus, PciAddress address, const PciIdentity& identity,
              Log& log);
    ~PciDevice() override;

    PciAddress address() const { return address_; }

    // Configuration cycles; the bus has checked that they lie within the 256 bytes. Devices whose
    // configuration registers do something override these and call them.
    virtual std::uint32_t config_read(unsigned offset, unsigned size);
    virtual void config_write(unsigned offset, unsigned size, std::uint32_t value);

    // The stored bytes, without what reading may do.
    std::uint32_t stored(unsigned offset, unsigned size) const;

    // For the monitor's `info pci`: what the base addresses are now, unmapped ones included.
    struct BarInfo {
        unsigned index; // 0 to 5, 6: the ROM
        std::uint64_t base, size;
        bool is_io, mapped;
    };
    std::vector<BarInfo> bars() const;

    // Back to the reset values of the configuration space; base addresses are unmapped.
    void reset() override;
    // The configuration space. A derived device calls it and adds its own.
    void visit(StateVisitor& state) override;

  protected:
    // -- base addresses, in the constructor. Sizes are powers of 2, at least 16 bytes of memory
    // (4096 where a page of RAM is shown) or 4 of I/O. Indexes 0 to 5.
    void add_mmio_bar(unsigned index, std::uint32_t size, MmioHandler& handler, MmioTraits traits);
    void add_io_bar(unsigned index, std::uint32_t size, MmioHandler& handler, MmioTraits traits);
    void add_ram_bar(unsigned index, RamBlock& ram);
    void add_window_bar(unsigned index, std::uint32_t size, AddressSpace& target);
    void add_rom(RamBlock& rom);

    // -- addresses that no base register moves (the VGA ports), there while the command bit is set
    void add_fixed_mmio(std::uint64_t base, std::uint64_t size, MmioHandler& handler,
                        MmioTraits traits);
    void add_fixed_io(std::uint64_t base, std::uint64_t size, MmioHandler& handler,
                      MmioTraits traits);

    // -- the configuration space, in the constructor: 1, 2 or 4 bytes at `offset`
    void set_reset_value(unsigned offset, unsigned size, std::uint32_t value);
    void set_writable(unsigned offset, unsigned size, std::uint32_t mask);

    // For a device that sets its own status bits.
    void store(unsigned offset, unsigned size, std::uint32_t value);

    // The level of the interrupt pin; the command register can hold it back.
    void set_interrupt(bool level);

    // As a bus master. Without the command bit nothing is transferred (reads give ones) and the
    // result is false.
    bool dma_read(std::uint64_t address, std::span<std::byte> to);
    bool dma_write(std::uint64_t address, std::span<const std::byte> from);

    PciBus& bus() { return bus_; }
    Log& log() { return log_; }

  private:
    // Something on the bus that the command register or a base address moves and switches.
    struct Mapping {
        enum class Register : std::uint8_t { base_address, rom_address, none };
        Register kind;
        unsigned index; // of the base address
        std::uint32_t size;
        AddressSpace* space; // the bus's memory or I/O
        AddressSpace::RegionId region;
        bool is_io;
        bool mapped = false;
    };
    static unsigned offset_of(const Mapping& mapping);
    std::string region_name(unsigned index) const;
    void add_bar(unsigned index, std::uint32_t size, AddressSpace::RegionId region, bool is_io,
                 std::uint32_t flags);
    void update_mappings();
    void update_interrupt();

    PciBus& bus_;
    PciAddress address_;
    Log& log_;
    std::array<std::byte, pci::config_size> config_ = {};
    std::array<std::byte, pci::config_size> reset_ = {};
    std::array<std::byte, pci::config_size> writable_ = {};  // bits that writes change
    std::array<std::byte, pci::config_size> clearable_ = {}; // bits that writing ones clears
    std::vector<Mapping> mappings_;
    bool interrupt_ = false;
    IrqLine pin_;
};

} // namespace vestige::hw
