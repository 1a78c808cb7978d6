#include "machine/boards/powermac/power_mac.h"
#include "frontend/ppc/altivec/lanes.h"

#include <algorithm>
#include <cstring>
#include <ctime>

#include <fmt/format.h>

#include "common/bits.h"
#include "common/error.h"
#include "hw/input/cuda.h"
#include "machine/loaders/elf.h"
#include "machine/loaders/firmware.h"
#include "roms/embedded.h"

namespace vestige {

namespace {

constexpr std::uint64_t megabyte = 1 << 20;
constexpr std::uint64_t fw_cfg_address = 0xf0000510;
// OpenBIOS and the kernels need room to unpack themselves; RAM ends below the PCI windows.
constexpr std::uint64_t least_memory = 16 * megabyte;
constexpr std::uint64_t most_memory = 2048 * megabyte;

// Where QEMU puts a kernel for OpenBIOS: its link address, less the top nibble, from 16 MB up.
constexpr std::uint64_t kernel_base = 16 * megabyte;
constexpr std::uint64_t kernel_address_mask = 0x0fffffff;
constexpr std::uint64_t gap_after_kernel = megabyte;

std::uint64_t memory_size(const PowerMacBoard& board, const MachineConfig& config) {
    const std::uint64_t size = config.memory_bytes.value_or(board.default_memory);
    if (size < least_memory || size > most_memory)
        throw UserError(
            fmt::format("{} takes from {} to {} MB of memory, not {} KB: choose another -m",
                        board.name, least_memory / megabyte, most_memory / megabyte, size / 1024));
    if (size % megabyte != 0)
        throw UserError(fmt::format("{} takes whole megabytes of memory (-m)", board.name));
    return size;
}

const ppc::CpuModel& cpu_model(const PowerMacBoard& board, const MachineConfig& config) {
    const std::string name = config.cpu.empty() ? board.default_cpu : config.cpu;
    if (const ppc::CpuModel* model = ppc::find_cpu_model(name)) return *model;
    std::string known;
    for (const ppc::CpuModel& model : ppc::cpu_models())
        known += fmt::format("{}{}", known.empty() ? "" : ", ", model.name);
    throw UserError(fmt::format("no CPU '{}' for {} (-cpu takes {})", name, board.name, known));
}

} // namespace

PowerMac::PowerMac(const PowerMacBoard& its_board, const MachineConfig& its_config,
                   MachineEnvironment its_environment)
    : EmulatedMachine(its_config, std::move(its_environment),
                      cpu_model(its_board, its_config).mips),
      board(its_board),
      config(its_config),
      input_(environment.gate),
      state_(std::make_unique<ppc::State>()),
      mmu_(*state_, *this,
           cpu_model(board, config).software_table_search ? TableSearch::software
                                                          : TableSearch::hardware),
      cpu_(cpu_model(board, config), *state_,
           {*this, mmu_, log, board.timebase_hertz, [this](std::uint32_t word, std::uint32_t pc) {
                return disassembler_.disassemble(word, pc);
            }}) {
    const std::uint64_t size = memory_size(board, config);
    ram = &add_ram("ram", size);
    memory.map_ram("ram", 0, *ram, 0, size);
    rom = &add_ram("rom", board.rom_size);
    memory.map_rom("rom", board.rom_base, *rom, 0, board.rom_size);
}

hw::CharBackend& PowerMac::serial(unsigned port) {
    if (port < environment.serial.size() && environment.serial[port])
        return *environment.serial[port];
    return own<hw::NullCharBackend>();
}

std::uint32_t PowerMac::mac_time() const {
    std::int64_t seconds = config.rtc.epoch_seconds;
    if (config.rtc.base != RtcConfig::Base::fixed) {
        const std::time_t now = std::time(nullptr);
        std::tm local{};
        localtime_r(&now, &local);
        seconds = now;
        if (config.rtc.base == RtcConfig::Base::host_local_time) seconds += local.tm_gmtoff;
    }
    return static_cast<std::uint32_t>(seconds + hw::mac_epoch_offset);
}

hw::FwCfg& PowerMac::add_fw_cfg() {
    fw_cfg_ = &add<hw::FwCfg>("fw_cfg", log);
    memory.map_mmio("fw_cfg selector", fw_cfg_address, 2, fw_cfg_->selector(),
                    hw::FwCfg::selector_traits);
    memory.map_mmio("fw_cfg data", fw_cfg_address + 2, 1, fw_cfg_->data(), hw::FwCfg::data_traits);
    return *fw_cfg_;
}

// ---- what goes into memory at power-on

void PowerMac::place(std::uint64_t address, std::span<const std::byte> data,
                     const std::string& what) {
    if (address > ram->size() || data.size() > ram->size() - address)
        throw UserError(fmt::format("{} does not fit into {} MB of memory: choose a larger -m",
                                    what, ram->size() / megabyte));
    std::memcpy(ram->data() + address, data.data(), data.size());
}

void PowerMac::load_firmware() {
    if (config.firmware == "vestige") {
        // The image ends where the ROM region ends.
        const auto image = embedded_rom_powermac();
        std::memcpy(rom->data() + (rom->size() - image.size()), image.data(), image.size());
        return;
    }
    const std::string name = config.firmware.empty() ? "openbios-ppc" : config.firmware;
    const std::string path = find_firmware(name, config.firmware_folders, "qemu-system-data");
    const std::vector<std::byte> bytes = read_file(path, "the firmware");
    const bool is_elf = bytes.size() >= 4 && std::memcmp(bytes.data(),
                                                         "\x7f"
                                                         "ELF",
                                                         4) == 0;
    if (!is_elf) {
        if (bytes.size() > rom->size())
            throw UserError(fmt::format("firmware '{}' has {} bytes, and the ROM of {} holds {}",
                                        path, bytes.size(), board.name, rom->size()));
        // A raw image fills the end of the ROM, where the reset vector is.
        std::memcpy(rom->data() + (rom->size() - bytes.size()), bytes.data(), bytes.size());
        return;
    }
    const ElfImage image = read_elf(path, elf_ppc32);
    for (const ElfSegment& segment : image.segments) {
        const std::uint64_t offset = segment.physical - board.rom_base;
        if (segment.physical < board.rom_base || offset > rom->size() ||
            segment.data.size() > rom->size() - offset)
            throw UserError(fmt::format("firmware '{}' does not lie in the ROM of {}, at {:08x}",
                                        path, board.name, board.rom_base));
        std::memcpy(rom->data() + offset, segment.data.data(), segment.data.size());
    }
}

PowerMac::Boot PowerMac::load_kernel() {
    Boot boot;
    if (config.kernel.empty()) {
        if (!config.initrd.empty())
            throw UserError("-initrd is for a kernel given with -kernel: give that too");
        return boot;
    }
    const ElfImage image = read_elf(config.kernel, elf_ppc32);
    const auto moved = [](std::uint64_t address) {
        return (address & kernel_address_mask) + kernel_base;
    };
    const std::string what = fmt::format("the kernel '{}'", config.kernel);
    for (const ElfSegment& segment : image.segments) {
        place(moved(segment.physical), segment.data, what);
        if (moved(segment.physical) + segment.memory_size > ram->size())
            throw UserError(fmt::format("{} does not fit into {} MB of memory: choose a larger -m",
                                        what, ram->size() / megabyte));
    }
    boot.kernel = kernel_base;
    boot.kernel_size = image.high - image.low;
    std::uint64_t next =
        align_up<std::uint64_t>(boot.kernel + boot.kernel_size + gap_after_kernel, 4096);
    if (!config.initrd.empty()) {
        const auto bytes = read_file(config.initrd, "the initial RAM disk");
        boot.initrd = next;
        boot.initrd_size = bytes.size();
        place(boot.initrd, bytes, fmt::format("the initial RAM disk '{}'", config.initrd));
        next = align_up<std::uint64_t>(boot.initrd + boot.initrd_size, 4096);
    }
    boot.command_line = next;
    const std::string& line = config.append;
    place(next, std::as_bytes(std::span(line.c_str(), line.size() + 1)), "the kernel command line");
    return boot;
}

void PowerMac::tell_firmware(const Boot& boot) {
    hw::FwCfg& cfg = *fw_cfg_;
    const auto i16 = [&](std::uint16_t key, std::uint64_t value) {
        cfg.add_i16(key, static_cast<std::uint16_t>(value));
    };
    const auto i32 = [&](std::uint16_t key, std::uint64_t value) {
        cfg.add_i32(key, static_cast<std::uint32_t>(value));
    };
    namespace key = hw::fw_cfg;
    cfg.add_bytes(key::uuid, std::vector<std::byte>(16));
    cfg.add_i64(key::ram_size, ram->size());
    i16(key::no_graphic, config.firmware_console == FirmwareConsole::serial ? 1 : 0);
    i16(key::cpu_count, 1);
    i16(key::max_cpus, 1);
    i16(key::machine_id, board.firmware_machine_id);
    i32(key::kernel_address, boot.kernel);
    i32(key::kernel_size, boot.kernel_size);
    i32(key::kernel_command_line, boot.command_line);
    i32(key::initrd_address, boot.initrd);
    i32(key::initrd_size, boot.initrd_size);
    // OpenBIOS tries one device: the disk, as under QEMU, unless a CD is all there is.
    const auto has = [&](DriveMedia media) {
        return std::any_of(
            config.drives.begin(), config.drives.end(),
            [&](const DriveConfig& drive) { return drive.media == media && !drive.file.empty(); });
    };
    const char usual = has(DriveMedia::cdrom) && !has(DriveMedia::disk) ? 'd' : 'c';
    const char first = config.boot_order.empty() ? usual : config.boot_order[0];
    i16(key::boot_device, static_cast<std::uint16_t>(config.kernel.empty() ? first : 'm'));
    i16(key::ppc_width, config.screen.width);
    i16(key::ppc_height, config.screen.height);
    i16(key::ppc_depth, config.screen.depth);
    i32(key::ppc_timebase_frequency, board.timebase_hertz);
    i32(key::ppc_clock_frequency, board.cpu_hertz);
    i32(key::ppc_bus_frequency, board.bus_hertz);
    i32(key::ppc_is_kvm, 0);
    if (board.nvram_address) i32(key::ppc_nvram_address, board.nvram_address);
}

void PowerMac::write_boot_images() {
    load_firmware();
    const Boot boot = load_kernel();
    if (fw_cfg_) tell_firmware(boot);
}

void PowerMac::finish() {
    set_identity(fmt::format("{} {} {}M", board.name, cpu_.model().name, ram->size() / megabyte));
    write_boot_images();
    start(cpu_);
}

// ---- the CPU

void PowerMac::reset_cpu() { cpu_.reset(); }

void PowerMac::visit_cpu(StateVisitor& state) {
    // Everything after the header, and of that what the guest can tell.
    state.field("sticky_float_flags", state_->header.guest_mxcsr);
    auto* first = reinterpret_cast<std::byte*>(&state_->pc);
    auto* end = reinterpret_cast<std::byte*>(state_.get() + 1);
    state.bytes("registers", {first, end});
    ppc::vector::set_vscr(*state_, state_->vscr);
}

std::string PowerMac::describe_cpu(MachineView view) {
    switch (view) {
    case MachineView::registers: return cpu_.dump_registers();
    case MachineView::fault:
        return fmt::format("the CPU has stopped (checkstop): {}\n{}", cpu_.checkstop(),
                           cpu_.dump_registers());
    case MachineView::translations: return cpu_.dump_translations();
    default: return {};
    }
}

} // namespace vestige
