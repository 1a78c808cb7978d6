// The cells and cards that the Power Macintosh boards share.
#include <fmt/format.h>

#include "common/error.h"
#include "hw/char/escc.h"
#include "hw/input/adb_devices.h"
#include "hw/input/cuda.h"
#include "hw/net/ne2000_pci.h"
#include "hw/net/slirp_backend.h"
#include "machine/boards/powermac/power_mac.h"

namespace vestige {

void PowerMac::add_escc(AddressSpace& cells, IrqLine a, IrqLine b) {
    auto& escc = add<hw::Escc>("escc", scheduler, hw::Escc::Connection{a, serial(0)},
                               hw::Escc::Connection{b, serial(1)}, log);
    const auto view = [&](const char* name, std::uint64_t offset, hw::EsccLayout layout) {
        auto registers = std::make_unique<hw::EsccRegisters>(escc, layout);
        cells.map_mmio(name, offset, registers->size(), *registers, hw::EsccRegisters::traits);
        views_.push_back(std::move(registers));
    };
    view("escc (legacy)", 0x12000, hw::escc_layout_macio_legacy);
    view("escc", 0x13000, hw::escc_layout_macio);
}

void PowerMac::add_cuda(AddressSpace& cells, IrqLine irq) {
    adb_ = std::make_unique<hw::AdbBus>();
    auto& keyboard = add<hw::AdbKeyboard>("adb_keyboard");
    auto& mouse = add<hw::AdbMouse>("adb_mouse");
    adb_->attach(keyboard);
    adb_->attach(mouse);
    input_.connect(static_cast<hw::KeyboardSink&>(keyboard));
    input_.connect(static_cast<hw::MouseSink&>(mouse));
    auto& cuda = add<hw::Cuda>("cuda", scheduler, irq, *adb_, mac_time(),
                               hw::Cuda::Power{[this] { end_run(RunEnd::powered_off); },
                                               [this] { end_run(RunEnd::reset_asked); }},
                               log);
    cells.map_mmio("cuda", 0x16000, 0x2000, cuda.registers(), hw::ViaRegisters::traits);
}

void PowerMac::add_network(hw::PciBus& pci, hw::PciAddress address) {
    std::vector<NicConfig> cards = config.nics.value_or(std::vector<NicConfig>(1));
    if (cards.size() > 1)
        throw UserError(
            fmt::format("{} has a place for one network card: give one -nic", board.name));
    for (const NicConfig& card : cards) {
        if (!card.model.empty() && card.model != "ne2k_pci")
            throw UserError(fmt::format("{} has no network card '{}' (it takes ne2k_pci)",
                                        board.name, card.model));
        auto& network =
            add<hw::SlirpBackend>("network", scheduler, environment.gate,
                                  hw::UserNetworkSettings{card.forwards, card.restricted}, log);
        constexpr hw::EthernetAddress usual{0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
        add<hw::Ne2000Pci>("ne2k_pci", pci, address, network, card.mac.value_or(usual), log);
    }
}

} // namespace vestige
