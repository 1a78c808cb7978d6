// sun4m: SPARC V8 on an MBus or in one chip with its memory controller, an IOMMU, the SBus, and
// SLAVIO. The addresses of each machine are in sun4m_models.cpp; at fixed distances from SLAVIO's:
//
//     1000000  keyboard (A) and mouse (B)     1A00000  diagnostics
//     1100000  serial ports A and B           1B00000  modem control
//     1200000  M48T08: NVRAM and clock        1F00000  system control
//     1600000  LEDs                           1800000  configuration
//
//     D00000510  fw_cfg selector, D00000512 data: nothing that Sun made
//
//     RAM: kernel at 4000, command line at 7FF000, initial RAM disk at 800000 (-kernel)
//     SCSI: targets 0 to 6, the first CD-ROM drive at 2 (QEMU's numbering); the controller is 7
//     Interrupts: hw/intc/slavio_intctl.h
//     Source: HARDWARE facts of QEMU 7.2's memory tree; Linux arch/sparc and its sun4m drivers.
#include "machine/boards/sun4m/sun4m.h"

#include <array>
#include <cstring>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "common/endian.h"
#include "common/error.h"
#include "hw/block/fdc82077.h"
#include "hw/char/escc.h"
#include "hw/display/cgthree.h"
#include "hw/display/tcx.h"
#include "hw/dma/sparc32_dma.h"
#include "hw/dma/sun4m_iommu.h"
#include "hw/input/sun_keyboard.h"
#include "hw/input/sun_mouse.h"
#include "hw/intc/irq_or.h"
#include "hw/intc/slavio_intctl.h"
#include "hw/misc/fw_cfg.h"
#include "hw/misc/slavio_misc.h"
#include "hw/misc/stub_registers.h"
#include "hw/misc/sun_apc.h"
#include "hw/misc/sun_ecc.h"
#include "hw/net/lance.h"
#include "hw/nvram/m48txx.h"
#include "hw/nvram/sun_nvram.h"
#include "hw/scsi/esp.h"
#include "hw/scsi/scsi_cdrom.h"
#include "hw/scsi/scsi_disk.h"
#include "hw/timer/slavio_timer.h"
#include "machine/boards/drive_places.h"
#include "machine/boards/sparc_board.h"
#include "machine/loaders/firmware.h"
#include "roms/embedded.h"

namespace vestige {

namespace {

constexpr std::uint64_t prom_size = 1 << 20;
constexpr std::uint32_t prom_mask = 0x7ffff;            // that boot mode decodes
constexpr std::uint64_t prom_link_address = 0xffd00000; // of OpenBIOS, by virtual addresses
constexpr std::uint64_t fw_cfg_address = 0xd'0000'0510;

constexpr std::uint64_t kernel_link_address = 0xf0000000; // by virtual addresses
constexpr std::uint64_t kernel_offset = 0x4000, command_line_offset = 0x7ff000,
                        initrd_offset = 0x800000;
constexpr std::uint64_t command_line_room = initrd_offset - command_line_offset;

// Targets of the SCSI bus, whose controller is number 7; the first CD-ROM drive is QEMU's, which
// OpenBIOS looks for at 2 as well.
constexpr unsigned first_cdrom = 2;
constexpr DriveRoom drive_rooms[] = {{DriveInterface::scsi, 1, 7, first_cdrom},
                                     {DriveInterface::floppy, 1, 1, 0}};

constexpr int sun_base_year = 1968;

class Sun4m final : public SparcBoard {
  public:
    Sun4m(const Sun4mModel& model, const MachineConfig& its_config,
          MachineEnvironment its_environment)
        : SparcBoard({model.name, model.cpu, model.prom, prom_mask}, its_config,
                     std::move(its_environment)),
          m_(model),
          drives_(model.name, config.drives, drive_rooms) {
        add_main_memory(memory_size({128 * megabyte, 16 * megabyte, model.most_memory}));
        add_rom(model.prom, prom_size);
        add_interrupts();
        add_slavio();
        add_sbus();
        add_rest();
        load();
        set_identity(
            fmt::format("{} {} {}M", model.name, cpu().model().name, ram->size() / megabyte));
        start(cpu());
    }

    bool press_power_switch() override {
        misc_->power_button();
        return true;
    }

  private:
    template <typename Handler>
    void map(const std::string& name, std::uint64_t address, std::uint64_t size, Handler& handler,
             MmioTraits traits) {
        memory.map_mmio(name, address, size, handler, traits);
    }
    IrqLine input(unsigned number) { return {*interrupts_, number}; }
    // An input that several devices share.
    IrqLine shared(const std::string& name, unsigned number, unsigned wire) {
        auto& joined = joined_input(name, number);
        return {joined, wire};
    }
    hw::IrqOr& joined_input(const std::string& name, unsigned number);
    void add_interrupts();
    void add_slavio();
    hw::Fdc82077& add_floppy();
    void add_sbus();
    void add_scsi(hw::Sparc32Dma& dma);
    void add_network(hw::Sparc32Dma& dma);
    hw::SunScreen screen() const;
    void add_screen();
    void add_rest();
    void add_stub(const char* name, std::uint64_t address, std::uint64_t size,
                  std::initializer_list<std::uint8_t> contents = {});
    hw::EthernetAddress station() const;
    void load();
    void tell_kernel_of_initrd(std::uint64_t size);

    const Sun4mModel& m_;
    const DrivePlaces drives_;
    hw::SlavioIntctl* interrupts_ = nullptr;
    hw::SlavioMisc* misc_ = nullptr;
    std::vector<std::pair<unsigned, hw::IrqOr*>> joined_;
};

hw::IrqOr& Sun4m::joined_input(const std::string& name, unsigned number) {
    for (const auto& [input_number, joined] : joined_)
        if (input_number == number) return *joined;
    auto& joined = add<hw::IrqOr>(name, input(number));
    joined_.emplace_back(number, &joined);
    return joined;
}

void Sun4m::add_interrupts() {
    interrupts_ =
        &add<hw::SlavioIntctl>("slavio_intctl", std::vector<IrqSink*>{&cpu_levels()}, log);
    // Software sets up the registers of four CPUs, whether they are there or not.
    using Intctl = hw::SlavioIntctl;
    for (unsigned i = 0; i < Intctl::max_cpus; ++i)
        map(fmt::format("interrupts, cpu {}", i), m_.interrupts + i * Intctl::cpu_spacing,
            Intctl::cpu_size, interrupts_->cpu_registers(i), Intctl::traits);
    map("interrupts, system", m_.interrupts + Intctl::system_offset, Intctl::system_size,
        interrupts_->system_registers(), Intctl::traits);
    using Counters = hw::SlavioTimer;
    auto& timer =
        add<Counters>("slavio_timer", scheduler, input(hw::slavio_input::system_timer),
                      std::vector<IrqLine>{input(hw::slavio_input::first_cpu_timer)}, log);
    for (unsigned i = 0; i < Counters::max_cpus; ++i)
        map(fmt::format("counter, cpu {}", i), m_.counter + i * Counters::cpu_spacing,
            Counters::cpu_size, timer.cpu_registers(i), Counters::traits);
    map("counter, system", m_.counter + Counters::system_offset, Counters::system_size,
        timer.system_registers(), Counters::traits);
}

hw::EthernetAddress Sun4m::station() const {
    const bool named = config.nics && !config.nics->empty();
    return station_address(named ? config.nics->front() : NicConfig{});
}

void Sun4m::add_slavio() {
    const auto at = [&](std::uint64_t offset) { return m_.slavio + offset; };
    // Serial lines: one interrupt for both channels of a chip.
    auto& keyboard = add<hw::SunKeyboard>("sun_keyboard", log);
    auto& mouse = add<hw::SunMouse>("sun_mouse");
    input_.connect(static_cast<hw::KeyboardSink&>(keyboard));
    input_.connect(static_cast<hw::MouseSink&>(mouse));
    const auto add_escc = [&](const char* name, std::uint64_t offset, unsigned irq,
                              hw::CharBackend& a, hw::CharBackend& b) {
        using Receiver = hw::Escc::ReceiverAfterReset;
        const std::string wires = std::string(name) + "_irq";
        auto& escc = add<hw::Escc>(
            name, scheduler, hw::Escc::Connection{shared(wires, irq, 0), a, Receiver::on},
            hw::Escc::Connection{shared(wires, irq, 1), b, Receiver::on}, log);
        auto& view = own<hw::EsccRegisters>(escc, hw::escc_layout_sun);
        map(name, at(offset), view.region_size(), view, hw::EsccRegisters::traits);
    };
    add_escc("escc_input", 0x100'0000, hw::slavio_input::keyboard_mouse, keyboard, mouse);
    add_escc("escc", 0x110'0000, hw::slavio_input::serial, serial(0), serial(1));

    auto& nvram = add<hw::M48txx>("m48t08", hw::M48txx::Kind::m48t08, scheduler,
                                  hw::M48txx::TimeOfDay{clock_seconds(), sun_base_year}, log);
    hw::format_sun_nvram(nvram.contents(), config.prom_settings,
                         {m_.idprom_machine, station(), hw::serial_of(station())});
    map("m48t08", at(0x120'0000), nvram.size(), nvram, hw::M48txx::traits);

    auto& floppy = add_floppy();
    auto& misc =
        add<hw::SlavioMisc>("slavio_misc", shared("bus_error_irq", hw::slavio_input::bus_error, 0),
                            hw::SlavioMisc::Actions{[this] { end_run(RunEnd::powered_off); },
                                                    [this] { end_run(RunEnd::reset_asked); },
                                                    [&floppy] { floppy.terminal_count(); }},
                            log);
    misc_ = &misc;
    using Register = hw::SlavioMisc::Register;
    const struct {
        const char* name;
        Register which;
        std::uint64_t address;
    } registers[] = {
        {"leds", Register::leds, at(0x160'0000)},
        {"configuration", Register::configuration, at(0x180'0000)},
        {"diagnostic", Register::diagnostic, at(0x1a0'0000)},
        {"modem", Register::modem, at(0x1b0'0000)},
        {"system control", Register::system_control, at(0x1f0'0000)},
        // SS-20 has this where the configuration register is.
        {"auxiliary 1", Register::auxiliary_1, m_.auxiliary_1},
        {"auxiliary 2", Register::auxiliary_2, m_.auxiliary_2},
    };
    for (const auto& row : registers)
        map(row.name, row.address, hw::SlavioMisc::size(row.which), misc.handler(row.which),
            hw::SlavioMisc::traits(row.which));
}

hw::Fdc82077& Sun4m::add_floppy() {
    const DriveConfig* const drive = drives_.at(DriveInterface::floppy).front();
    std::unique_ptr<hw::BlockBackend> image = drive ? open_image(*drive) : nullptr;
    auto& floppy = add<hw::Fdc82077>("floppy", scheduler, input(hw::slavio_input::floppy),
                                     std::move(image), log);
    map("floppy", m_.floppy, hw::Fdc82077::size, floppy, hw::Fdc82077::traits);
    return floppy;
}

void Sun4m::add_sbus() {
    auto& iommu = add<hw::Sun4mIommu>("iommu", m_.iommu_version, memory,
                                      shared("bus_error_irq", hw::slavio_input::bus_error, 1), log);
    map("iommu", m_.iommu, hw::Sun4mIommu::size, iommu, hw::Sun4mIommu::traits);
    auto& dma = add<hw::Sparc32Dma>("dma",
                                    hw::Sparc32Dma::Interrupts{input(hw::slavio_input::scsi),
                                                               input(hw::slavio_input::ethernet)},
                                    iommu, log);
    map("dma", m_.dma, hw::Sparc32Dma::region_size, dma, hw::Sparc32Dma::traits);
    add_scsi(dma);
    add_network(dma);
    add_screen();
    // "FE" and the text that tells SBus firmware about the slot of the board's own devices.
    add_stub("sbus id", m_.id, 4, {0xfe, 0x81, 0x01, 0x03});
}

void Sun4m::add_scsi(hw::Sparc32Dma& dma) {
    auto places = drives_.at(DriveInterface::scsi);
    const DriveConfig empty_cdrom{.media = DriveMedia::cdrom};
    if (!places[first_cdrom]) places[first_cdrom] = &empty_cdrom;

    hw::ScsiBus::Targets targets{};
    for (unsigned id = 0; id < places.size(); ++id) {
        if (!places[id]) continue;
        const DriveConfig& drive = *places[id];
        auto image = open_image(drive);
        const std::string name = fmt::format("scsi{}", id);
        if (drive.media == DriveMedia::cdrom) {
            targets[id] = &add<hw::ScsiCdrom>(name, hw::ScsiCdrom::Kind::sun, std::move(image),
                                              hw::DriveIdentity{"VESTIGE CD-ROM", "", "1.0"}, log);
            continue;
        }
        if (!image) throw UserError("a disk needs an image: give -drive file=IMAGE");
        targets[id] = &add<hw::ScsiDisk>(
            name, std::move(image),
            hw::DriveIdentity{"VESTIGE HARDDISK", fmt::format("VD{:05}", id + 1), "1.0"}, log);
    }
    auto& esp = add<hw::Esp>("esp", scheduler, dma.scsi_interrupt(), dma.scsi_port(), targets, log);
    map("esp", m_.esp, hw::Esp::region_size, esp, hw::Esp::traits);
}

void Sun4m::add_network(hw::Sparc32Dma& dma) {
    constexpr std::array<const char*, 1> models{"lance"};
    const NicConfig* const card = network_card(models);
    if (!card) return;
    auto& lance = add<hw::Lance>("lance", scheduler, dma.ethernet_interrupt(),
                                 dma.ethernet_memory(), add_network_backend(*card), log);
    dma.connect_ethernet(lance);
    map("lance", m_.lance, hw::Lance::region_size, lance, hw::Lance::traits);
}

hw::SunScreen Sun4m::screen() const {
    hw::SunScreen screen;
    if (config.screen)
        screen = {config.screen->width, config.screen->height,
                  config.screen->depth.value_or(screen.depth)};
    return screen;
}

void Sun4m::add_screen() {
    constexpr std::array<const char*, 2> models{"tcx", "cg3"};
    const std::string card = screen_card(models);
    if (card.empty()) return;
    const auto fcode = [&](const char* name) {
        return read_file(find_firmware(name, config.firmware_folders, "qemu-system-data"),
                         "the framebuffer's FCode");
    };
    if (card == "cg3") {
        auto& cgthree = add<hw::CgThree>("cg3", scheduler, screen(), fcode("QEMU,cgthree.bin"),
                                         input(hw::slavio_input::sbus(5)), log);
        cgthree.map(memory, m_.framebuffer);
        display_ = &cgthree;
        return;
    }
    auto& tcx = add<hw::Tcx>("tcx", screen(), fcode("QEMU,tcx.bin"), log);
    tcx.map(memory, m_.framebuffer);
    display_ = &tcx;
}

void Sun4m::add_stub(const char* name, std::uint64_t address, std::uint64_t size,
                     std::initializer_list<std::uint8_t> contents) {
    if (address == 0) return;
    auto& stub =
        add<hw::StubRegisters>(name, size, contents, hw::StubRegisters::Writes::ignored, log);
    map(name, address, size, stub, hw::StubRegisters::traits);
}

void Sun4m::add_rest() {
    if (m_.apc != 0) {
        auto& apc = add<hw::SunApc>("apc", [this] { power_down_cpu(); });
        map("apc", m_.apc, hw::SunApc::size, apc, hw::SunApc::traits);
    }
    if (m_.ecc != 0) {
        auto& ecc = add<hw::SunEcc>("ecc", m_.ecc_kind, log);
        map("ecc", m_.ecc, hw::SunEcc::size, ecc, hw::SunEcc::traits);
    }
    add_stub("afx", m_.afx, 0x4);
    add_stub("cs4231", m_.cs4231, 0x40);
    add_stub("bpp", m_.bpp, 0x20);
    add_stub("dbri", m_.dbri == 0 ? 0 : m_.dbri + 0x1000, 0x40);
    add_stub("dbri rom", m_.dbri == 0 ? 0 : m_.dbri + 0x10000, 0x10);
    add_stub("sx", m_.sx, 0x2000);
    for (const std::uint64_t vsimm : {0x9000'0000u, 0x9400'0000u, 0x9800'0000u, 0x9c00'0000u})
        if (m_.has_vsimms && vsimm >= ram->size()) add_stub("vsimm", vsimm, 0x10'0000);
}

// Linux has a place for it in its first pages, behind the letters "HdrS"
// (arch/sparc/boot/piggyback).
void Sun4m::tell_kernel_of_initrd(std::uint64_t size) {
    constexpr std::uint64_t step = 0x1000, pages = 64;
    constexpr std::uint32_t signature = 0x48647253;
    for (std::uint64_t offset = kernel_offset; offset < kernel_offset + pages * step;
         offset += step) {
        std::byte* const header = ram->data() + offset;
        if (load_be<std::uint32_t>(header) != signature) continue;
        store_be<std::uint32_t>(header + 16, static_cast<std::uint32_t>(initrd_offset));
        store_be<std::uint32_t>(header + 20, static_cast<std::uint32_t>(size));
        return;
    }
}

void Sun4m::load() {
    const auto own_rom =
        std::string_view(m_.name) == "SS-5" ? embedded_rom_ss5() : std::span<const std::byte>{};
    load_firmware({.usual = "openbios-sparc32",
                   .package = "qemu-system-data",
                   .own_rom = own_rom,
                   .target = elf_sparc32,
                   .raw = Firmware::RawImage::at_start,
                   .link_offset = m_.prom - prom_link_address});
    namespace key = hw::fw_cfg;
    auto& cfg = add<hw::FwCfg>("fw_cfg", log);
    map("fw_cfg selector", fw_cfg_address, 2, cfg.selector(), hw::FwCfg::selector_traits);
    map("fw_cfg data", fw_cfg_address + 2, 1, cfg.data(), hw::FwCfg::data_traits);
    const auto i32 = [&](std::uint16_t number, std::uint64_t value) {
        cfg.add_i32(number, static_cast<std::uint32_t>(value));
    };
    cfg.add_bytes(key::uuid, std::vector<std::byte>(16));
    cfg.add_i64(key::ram_size, ram->size());
    cfg.add_i16(key::no_graphic, config.firmware_console == FirmwareConsole::serial ? 1 : 0);
    cfg.add_i16(key::cpu_count, 1);
    cfg.add_i16(key::max_cpus, 1);
    cfg.add_i16(key::machine_id, m_.firmware_machine_id);
    cfg.add_i16(key::sun4m_depth, static_cast<std::uint16_t>(screen().depth));
    cfg.add_i16(key::sun4m_width, static_cast<std::uint16_t>(screen().width));
    cfg.add_i16(key::sun4m_height, static_cast<std::uint16_t>(screen().height));
    const auto initrd_bytes = initrd();
    if (!config.kernel.empty()) {
        const ElfImage image = read_elf(config.kernel, elf_sparc32);
        place_kernel(image, [](std::uint64_t address) { return address - kernel_link_address; });
        const std::uint64_t end = image.high - kernel_link_address;
        if (end > command_line_offset)
            throw UserError(fmt::format("{} has {} bytes: more than the {} that lie below the "
                                        "command line and the initial RAM disk",
                                        kernel_description(), end, command_line_offset));
        i32(key::kernel_address, kernel_offset);
        i32(key::kernel_size, end - kernel_offset);
        const std::string& line = config.append;
        if (line.size() + 1 > command_line_room)
            throw UserError(fmt::format("the kernel command line has {} characters: at most {} fit",
                                        line.size(), command_line_room - 1));
        place(command_line_offset, std::as_bytes(std::span(line.c_str(), line.size() + 1)),
              "the kernel command line");
        i32(key::kernel_command_line, line.empty() ? 0 : command_line_offset);
        cfg.add_string(key::command_line_data, line);
        i32(key::command_line_size, line.size() + 1);
        if (!initrd_bytes.empty()) {
            place_initrd(initrd_offset, initrd_bytes);
            tell_kernel_of_initrd(initrd_bytes.size());
        }
        i32(key::initrd_address, initrd_bytes.empty() ? 0 : initrd_offset);
        i32(key::initrd_size, initrd_bytes.size());
    } else {
        for (const std::uint16_t number :
             {key::kernel_address, key::kernel_size, key::kernel_command_line, key::initrd_address,
              key::initrd_size})
            i32(number, 0);
    }
    cfg.add_i16(key::boot_device, static_cast<std::uint16_t>(boot_letter()));
}

} // namespace

std::unique_ptr<Machine> make_sun4m(const Sun4mModel& model, const MachineConfig& config,
                                    MachineEnvironment environment) {
    return std::make_unique<Sun4m>(model, config, std::move(environment));
}

} // namespace vestige
