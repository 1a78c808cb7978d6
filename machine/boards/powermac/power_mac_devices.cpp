// The cells and cards that the Power Macintosh boards share.
#include <fmt/format.h>

#include "common/error.h"
#include "hw/char/escc.h"
#include "hw/display/vga_pci.h"
#include "hw/ide/ata_disk.h"
#include "hw/ide/atapi_cdrom.h"
#include "hw/ide/macio_ide.h"
#include "hw/input/adb_devices.h"
#include "hw/input/cuda.h"
#include "hw/net/ne2000_pci.h"
#include "hw/net/sungem.h"
#include "machine/boards/drive_places.h"
#include "machine/boards/powermac/power_mac.h"

namespace vestige {

void PowerMac::add_escc(AddressSpace& cells, IrqLine a, IrqLine b) {
    auto& escc = add<hw::Escc>("escc", scheduler, hw::Escc::Connection{a, serial(0)},
                               hw::Escc::Connection{b, serial(1)}, log);
    const auto view = [&](const char* name, std::uint64_t offset, hw::EsccLayout layout) {
        auto& registers = own<hw::EsccRegisters>(escc, layout);
        cells.map_mmio(name, offset, registers.region_size(), registers, hw::EsccRegisters::traits);
    };
    view("escc (legacy)", 0x12000, hw::escc_layout_macio_legacy);
    view("escc", 0x13000, hw::escc_layout_macio);
}

void PowerMac::add_cuda(AddressSpace& cells, IrqLine irq) {
    auto& adb = own<hw::AdbBus>();
    auto& keyboard = add<hw::AdbKeyboard>("adb_keyboard");
    auto& mouse = add<hw::AdbMouse>("adb_mouse");
    adb.attach(keyboard);
    adb.attach(mouse);
    input_.connect(static_cast<hw::KeyboardSink&>(keyboard));
    input_.connect(static_cast<hw::MouseSink&>(mouse));
    auto& cuda = add<hw::Cuda>("cuda", scheduler, irq, adb, mac_time(),
                               hw::Cuda::Power{[this] { end_run(RunEnd::powered_off); },
                                               [this] { end_run(RunEnd::reset_asked); }},
                               log);
    cells.map_mmio("cuda", 0x16000, 0x2000, cuda.registers(), hw::ViaRegisters::traits);
}

namespace {

// Two cables with two drives each; a CD-ROM goes to the second one, as in QEMU.
constexpr unsigned first_cdrom_place = 2;
constexpr DriveRoom drive_rooms[] = {{DriveInterface::ide, 2, 2, first_cdrom_place}};

} // namespace

hw::IdeDrive* PowerMac::make_drive(const DriveConfig& drive, unsigned place) {
    std::unique_ptr<hw::BlockBackend> image = open_image(drive);
    const std::string name = fmt::format("ide{}.{}", place / 2, place % 2);
    if (drive.media == DriveMedia::cdrom)
        return &add<hw::AtapiCdrom>(name, scheduler, std::move(image),
                                    hw::DriveIdentity{"VESTIGE DVD-ROM", "", "1.0"}, log);
    if (!image) throw UserError("a disk needs an image: give -drive file=IMAGE");
    return &add<hw::AtaDisk>(
        name, scheduler, std::move(image),
        hw::DriveIdentity{"VESTIGE HARDDISK", fmt::format("VD{:05}", place + 1), "1.0"}, log);
}

void PowerMac::add_ide(AddressSpace& cells, hw::Dbdma& dbdma,
                       const std::array<IdeCell, 2>& channels) {
    auto places = DrivePlaces(board.name, config.drives, drive_rooms).at(DriveInterface::ide);
    // A machine without a CD has the drive all the same.
    const DriveConfig empty_cdrom{.media = DriveMedia::cdrom};
    if (!places[first_cdrom_place]) places[first_cdrom_place] = &empty_cdrom;
    for (unsigned i = 0; i < channels.size(); ++i) {
        const IdeCell& cell = channels[i];
        hw::IdeChannel::Drives drives;
        if (places[2 * i]) drives.master = make_drive(*places[2 * i], 2 * i);
        if (places[2 * i + 1]) drives.slave = make_drive(*places[2 * i + 1], 2 * i + 1);
        auto& ide = add<hw::MacioIde>(fmt::format("ide{}", i), cell.irq,
                                      hw::MacioIde::Dma{dbdma, cell.dma_channel, cell.dma_irq},
                                      drives, log);
        cells.map_mmio(ide.name(), cell.offset, hw::MacioIde::region_size, ide,
                       hw::MacioIde::traits);
    }
}

void PowerMac::add_screen(hw::PciBus& pci, hw::PciAddress address) {
    constexpr std::array<const char*, 1> models{"std"};
    if (screen_card(models).empty()) return;
    auto& vga = add<hw::VgaPci>("vga", pci, address, Endian::big, hw::VgaPci::default_memory, log);
    display_ = &vga.display();
}

void PowerMac::add_network(hw::PciBus& pci, hw::PciAddress address) {
    // The board's own first.
    const bool gmac = std::string_view(board.default_nic) == "sungem";
    const std::array<const char*, 2> models{board.default_nic, gmac ? "ne2k_pci" : "sungem"};
    const NicConfig* const card = network_card(models);
    if (!card) return;
    hw::NetBackend& network = add_network_backend(*card);
    const std::string model = network_model(*card, models);
    if (model == "sungem")
        add<hw::SunGem>(model, pci, address, network, station_address(*card), log);
    else
        add<hw::Ne2000Pci>(model, pci, address, network, station_address(*card), log);
}

} // namespace vestige
