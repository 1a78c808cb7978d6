// mac99: PowerPC 7400 on Apple's UniNorth, KeyLargo MacIO.
//
//     00000000  RAM (-m)
//     80000000  PCI memory: as the firmware places it
//     F0000510  fw_cfg selector, F0000512 data
//     F0800000  UniNorth AGP: configuration address, F0C00000 data
//     F2000000  PCI I/O, 8 MB
//     F2800000  UniNorth main PCI: configuration address, F2C00000 data
//     F4800000  UniNorth internal PCI: configuration address, F4C00000 data
//     F8000000  UniNorth control registers
//     FFF00000  ROM, 1 MB; in it FFF04000 NVRAM, 16 KB
//
//     Main PCI: 0B UniNorth, 0C KeyLargo, 0E VGA, 0F Ethernet. AGP: 0B UniNorth. Internal: 0E
//     UniNorth. KeyLargo, at its base address: 00030 feature control, 00050 GPIO, 08000 DBDMA,
//     12000 ESCC (legacy layout), 13000 ESCC, 15000 timer, 16000 VIA with CUDA, 20000 and 21000
//     IDE, 40000 OpenPIC
//
//     OpenPIC inputs: 02, 03 DBDMA of IDE 0 and 1; 0D, 0E IDE 0 and 1; 19 CUDA; 1B to 1E PCI;
//     24 ESCC B; 25 ESCC A
//     Source: HARDWARE facts of QEMU 7.2's memory tree and OpenBIOS's device tree.
#include "machine/boards/powermac/mac99.h"

#include <fmt/format.h>

#include "common/error.h"
#include "hw/dma/dbdma.h"
#include "hw/intc/openpic.h"
#include "hw/misc/macio.h"
#include "hw/misc/macio_feature.h"
#include "hw/misc/macio_gpio.h"
#include "hw/nvram/mac_nvram.h"
#include "hw/pci/uninorth.h"
#include "hw/timer/keylargo_timer.h"
#include "machine/boards/powermac/power_mac.h"

namespace vestige {

namespace {

constexpr std::uint64_t nvram_address = 0xfff04000;

constexpr PowerMacBoard board_facts{
    .name = "mac99",
    .default_cpu = "7400",
    .default_memory = 128 << 20,
    .timebase_hertz = 100'000'000,
    .bus_hertz = 100'000'000,
    .cpu_hertz = 900'000'000,
    .rom_base = 0xfff00000,
    .rom_size = 1 << 20,
    .firmware_machine_id = 1,
    .default_nic = "sungem",
    .nvram_address = nvram_address,
};

namespace irq {
constexpr unsigned ide0_dma = 0x02, ide1_dma = 0x03;
constexpr unsigned ide0 = 0x0d, ide1 = 0x0e;
constexpr unsigned cuda = 0x19;
constexpr unsigned pci[4] = {0x1b, 0x1c, 0x1d, 0x1e};
constexpr unsigned escc_b = 0x24, escc_a = 0x25;
} // namespace irq

class Mac99 final : public PowerMac {
  public:
    Mac99(const MachineConfig& its_config, MachineEnvironment its_environment)
        : PowerMac(board_facts, its_config, std::move(its_environment)) {
        namespace key = hw::fw_cfg;
        auto& fw_cfg = add_fw_cfg();
        fw_cfg.add_i32(key::ppc_nvram_flat, 0);
        fw_cfg.add_i16(key::ppc_via_config, 0);

        auto& pic = add<hw::OpenPic>("openpic", scheduler, cpu_interrupt(), log);
        const auto input = [&](unsigned number) { return IrqLine(pic, number); };

        // UniNorth and its three buses
        auto& control = add<hw::UniNorthControl>("uninorth", log);
        memory.map_mmio("uninorth", hw::UniNorthControl::base, hw::UniNorthControl::size, control,
                        hw::UniNorthControl::traits);
        using Kind = hw::UniNorthBridge::Kind;
        const auto wires = [&] {
            return hw::PciInterrupts{
                {input(irq::pci[0]), input(irq::pci[1]), input(irq::pci[2]), input(irq::pci[3])},
                hw::PciInterrupts::rotate};
        };
        const auto nowhere = [] {
            return hw::PciInterrupts{{IrqLine::unconnected(), IrqLine::unconnected(),
                                      IrqLine::unconnected(), IrqLine::unconnected()},
                                     hw::PciInterrupts::rotate};
        };
        auto& pci = add<hw::PciBus>("pci", wires(), memory, log);
        auto& agp = add<hw::PciBus>("agp", nowhere(), memory, log);
        auto& internal = add<hw::PciBus>("internal_pci", nowhere(), memory, log);
        add_bridge("uninorth_pci", Kind::main, pci);
        add_bridge("uninorth_agp", Kind::agp, agp);
        add_bridge("uninorth_internal", Kind::internal, internal);
        memory.map_window("pci memory", 0x80000000, 0x10000000, pci.memory(), 0x80000000);
        memory.map_window("pci i/o", 0xf2000000, 0x00800000, pci.io(), 0);

        // KeyLargo
        auto& key_largo =
            add<hw::MacIo>("keylargo", hw::MacIo::Kind::key_largo, pci, hw::PciAddress{0x0c}, log);
        AddressSpace& cells = key_largo.cells();
        auto& feature = add<hw::MacIoFeature>("feature");
        cells.map_mmio("feature", 0x30, hw::MacIoFeature::size, feature, hw::MacIoFeature::traits);
        auto& gpio = add<hw::MacIoGpio>("gpio", std::vector<hw::MacIoGpio::Interrupt>{});
        cells.map_mmio("gpio", 0x50, hw::MacIoGpio::size, gpio, hw::MacIoGpio::traits);
        auto& dbdma = add<hw::Dbdma>("dbdma", scheduler, memory, log);
        cells.map_mmio("dbdma", 0x8000, hw::Dbdma::region_size, dbdma, hw::Dbdma::traits);
        add_escc(cells, input(irq::escc_a), input(irq::escc_b));
        auto& timer = add<hw::KeyLargoTimer>("timer", scheduler);
        cells.map_mmio("timer", 0x15000, hw::KeyLargoTimer::size, timer, hw::KeyLargoTimer::traits);
        add_cuda(cells, input(irq::cuda));
        add_ide(cells, dbdma,
                {{{0x20000, input(irq::ide0), input(irq::ide0_dma), 0x0b},
                  {0x21000, input(irq::ide1), input(irq::ide1_dma), 0x0d}}});
        cells.map_mmio("openpic", 0x40000, hw::OpenPic::size, pic, hw::OpenPic::traits);

        auto& nvram = add<hw::MacNvram>("nvram", hw::MacNvram::core99_shift);
        nvram.format(config.prom_settings);
        memory.map_mmio("nvram", nvram_address, nvram.size(), nvram, hw::MacNvram::traits);

        // Slots
        add_screen(pci, {0x0e});
        add_network(pci, {0x0f});
        finish();
    }

  private:
    void add_bridge(const char* name, hw::UniNorthBridge::Kind kind, hw::PciBus& bus) {
        auto& bridge = add<hw::UniNorthBridge>(name, kind, bus, log);
        const auto place = hw::UniNorthBridge::place(kind);
        memory.map_mmio(fmt::format("{} address", name), place.address,
                        hw::UniNorthBridge::config_size, bridge.config().address(),
                        hw::PciConfigPorts::address_traits);
        memory.map_mmio(fmt::format("{} data", name), place.data, hw::UniNorthBridge::config_size,
                        bridge.config().data(), hw::PciConfigPorts::data_traits);
    }
};

} // namespace

std::unique_ptr<Machine> make_mac99(const MachineConfig& config, MachineEnvironment environment) {
    for (const auto& [name, value] : config.properties)
        if (name == "via" && value != "cuda")
            throw UserError(
                fmt::format("mac99 has a CUDA only: via={} is not there (use via=cuda)", value));
    return std::make_unique<Mac99>(config, std::move(environment));
}

} // namespace vestige
