// The "standard VGA" of QEMU on PCI: 1234:1111. OpenBIOS has a driver for it built in and hands
// Linux a linear framebuffer.
#pragma once

#include <string>

#include "hw/display/vga.h"
#include "hw/pci/pci_device.h"

namespace vestige::hw {

// Base address 0: video memory. 2: 4 KB of registers: the VGA ports from 3C0 on at 400, DISPI at
// 500, the pixels' byte order at 604. The legacy ports as well: 3B0 to 3DF, and DISPI behind 1CE.
class VgaPci final : public PciDevice {
  public:
    static constexpr std::uint64_t default_memory = 16u << 20;

    // `order`: of the framebuffer at reset; big on machines with a big-endian CPU. `memory_size`: a
    // power of 2.
    VgaPci(std::string name, PciBus& bus, PciAddress address, Endian order,
           std::uint64_t memory_size, Log& log);

    DisplaySource& display() { return vga_; }

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    struct Registers final : MmioHandler {
        static constexpr MmioTraits traits{.endian = Endian::little, .min_size = 1, .max_size = 4};
        explicit Registers(Vga& vga_in) : vga(vga_in) {}
        std::uint64_t read(std::uint64_t offset, unsigned size) override;
        void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
        Vga& vga;
    };
    struct LegacyPorts final : MmioHandler {
        static constexpr MmioTraits traits{.endian = Endian::little, .min_size = 1, .max_size = 1};
        explicit LegacyPorts(Vga& vga_in) : vga(vga_in) {}
        std::uint64_t read(std::uint64_t offset, unsigned size) override;
        void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
        Vga& vga;
    };
    struct DispiPorts final : MmioHandler {
        static constexpr MmioTraits traits{.endian = Endian::little, .min_size = 2, .max_size = 2};
        explicit DispiPorts(Vga& vga_in) : vga(vga_in) {}
        std::uint64_t read(std::uint64_t offset, unsigned size) override;
        void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
        Vga& vga;
        std::uint16_t index = 0;
    };

    Vga vga_;
    Registers registers_{vga_};
    LegacyPorts legacy_ports_{vga_};
    DispiPorts dispi_ports_{vga_};
};

} // namespace vestige::hw
