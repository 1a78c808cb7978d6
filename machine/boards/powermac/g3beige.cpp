// g3beige: PowerPC 750 on Motorola's MPC106 "Grackle", Apple's Heathrow MacIO.
//
//     00000000  RAM (-m)
//     80000000  PCI memory: as the firmware places it
//     F0000510  fw_cfg selector, F0000512 data
//     FD000000  PCI memory 00000000 to 00FFFFFF (ISA memory)
//     FE000000  PCI I/O, 2 MB
//     FEC00000  Grackle: configuration address, FEE00000 configuration data
//     FFC00000  ROM, 4 MB
//
//     PCI: 0 Grackle, 1 VGA, 2 Ethernet, 16 Heathrow
//     Heathrow, at its base address: 00010 interrupt controller, 00030 feature control, 08000
//     DBDMA, 12000 ESCC (legacy layout), 13000 ESCC, 16000 CUDA, 20000 and 21000 IDE, 60000 NVRAM
//
//     Heathrow interrupt inputs: 02, 03 DBDMA of IDE 0 and 1; 0D, 0E IDE 0 and 1; 0F ESCC A;
//     10 ESCC B; 12 CUDA; 15 to 18 (hex) PCI slots 0 to 3
//     Source: HARDWARE facts of QEMU 7.2's memory tree and OpenBIOS's device tree.
#include "machine/boards/powermac/g3beige.h"

#include "hw/char/escc.h"
#include "hw/dma/dbdma.h"
#include "hw/input/adb.h"
#include "hw/input/cuda.h"
#include "hw/intc/heathrow_pic.h"
#include "hw/misc/macio.h"
#include "hw/misc/macio_feature.h"
#include "hw/nvram/mac_nvram.h"
#include "hw/pci/grackle.h"
#include "machine/boards/powermac/power_mac.h"

namespace vestige {

namespace {

constexpr PowerMacBoard board_facts{
    .name = "g3beige",
    .default_cpu = "750",
    .default_memory = 128 << 20,
    .timebase_hertz = 16'600'000,
    .bus_hertz = 66'000'000,
    .cpu_hertz = 266'000'000,
    .rom_base = 0xffc00000,
    .rom_size = 4 << 20,
    .firmware_machine_id = 2,
    .default_nic = "ne2k_pci",
    .nvram_address = 0,
};

namespace irq {
constexpr unsigned ide0_dma = 0x02, ide1_dma = 0x03;
constexpr unsigned ide0 = 0x0d, ide1 = 0x0e;
constexpr unsigned escc_a = 0x0f, escc_b = 0x10;
constexpr unsigned cuda = 0x12;
constexpr unsigned pci[4] = {0x15, 0x16, 0x17, 0x18};
} // namespace irq

class G3Beige final : public PowerMac {
  public:
    G3Beige(const MachineConfig& its_config, MachineEnvironment its_environment)
        : PowerMac(board_facts, its_config, std::move(its_environment)) {
        add_fw_cfg();
        auto& pic = add<hw::HeathrowPic>("heathrow_pic", cpu_interrupt(), log);
        const auto input = [&](unsigned number) { return IrqLine(pic, number); };

        // PCI
        auto& pci = add<hw::PciBus>(
            "pci",
            hw::PciInterrupts{
                {input(irq::pci[0]), input(irq::pci[1]), input(irq::pci[2]), input(irq::pci[3])},
                [](unsigned slot, unsigned pin) { return (slot + pin) & 3; }},
            memory, log);
        auto& grackle = add<hw::Grackle>("grackle", pci, log);
        memory.map_window("pci memory", 0x80000000, 0x10000000, pci.memory(), 0x80000000);
        memory.map_window("isa memory", 0xfd000000, 0x01000000, pci.memory(), 0);
        memory.map_window("pci i/o", 0xfe000000, 0x00200000, pci.io(), 0);
        memory.map_mmio("grackle address", hw::Grackle::config_address_base,
                        hw::Grackle::config_size, grackle.config().address(),
                        hw::PciConfigPorts::address_traits);
        memory.map_mmio("grackle data", hw::Grackle::config_data_base, hw::Grackle::config_size,
                        grackle.config().data(), hw::PciConfigPorts::data_traits);

        // Heathrow
        auto& heathrow =
            add<hw::MacIo>("heathrow", hw::MacIo::Kind::heathrow, pci, hw::PciAddress{16}, log);
        AddressSpace& cells = heathrow.cells();
        auto& feature = add<hw::MacIoFeature>("feature");
        cells.map_mmio("pic", 0x10, hw::HeathrowPic::size, pic, hw::HeathrowPic::traits);
        cells.map_mmio("feature", 0x30, hw::MacIoFeature::size, feature, hw::MacIoFeature::traits);
        auto& dbdma = add<hw::Dbdma>("dbdma", scheduler, memory, log);
        cells.map_mmio("dbdma", 0x8000, hw::Dbdma::region_size, dbdma, hw::Dbdma::traits);
        add_escc(cells, input(irq::escc_a), input(irq::escc_b));
        add_cuda(cells, input(irq::cuda));
        add_ide(cells, dbdma,
                {{{0x20000, input(irq::ide0), input(irq::ide0_dma), 0x0b},
                  {0x21000, input(irq::ide1), input(irq::ide1_dma), 0x0d}}});
        auto& nvram = add<hw::MacNvram>("nvram", hw::MacNvram::heathrow_shift);
        nvram.format(config.prom_settings);
        cells.map_mmio("nvram", 0x60000, nvram.size(), nvram, hw::MacNvram::traits);

        // Slots
        add_screen(pci, {1});
        add_network(pci, {2});
        finish();
    }
};

} // namespace

std::unique_ptr<Machine> make_g3beige(const MachineConfig& config, MachineEnvironment environment) {
    return std::make_unique<G3Beige>(config, std::move(environment));
}

} // namespace vestige
