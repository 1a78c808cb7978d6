#include "machine/boards/powermac/power_mac.h"
#include "frontend/ppc/altivec/lanes.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/bits.h"
#include "hw/input/cuda.h"
#include "machine/boards/find_cpu.h"
#include "machine/loaders/elf.h"
#include "roms/embedded.h"

namespace vestige {

namespace {

constexpr std::uint64_t fw_cfg_address = 0xf0000510;
// OpenBIOS and the kernels need room to unpack themselves; RAM ends below the PCI windows.
constexpr std::uint64_t least_memory = std::uint64_t{16} << 20;
constexpr std::uint64_t most_memory = std::uint64_t{2048} << 20;

// Where QEMU puts a kernel for OpenBIOS: its link address, less the top nibble, from 16 MB up.
constexpr std::uint64_t kernel_base = std::uint64_t{16} << 20;
constexpr std::uint64_t kernel_address_mask = 0x0fffffff;
constexpr std::uint64_t gap_after_kernel = 1 << 20;

const ppc::CpuModel& cpu_model(const PowerMacBoard& board, const MachineConfig& config) {
    return find_cpu(board.name, config, board.default_cpu, ppc::find_cpu_model, ppc::cpu_models());
}

} // namespace

PowerMac::PowerMac(const PowerMacBoard& its_board, const MachineConfig& its_config,
                   MachineEnvironment its_environment)
    : Board(its_board.name, its_config, std::move(its_environment),
            cpu_model(its_board, its_config).mips),
      board(its_board),
      state_(std::make_unique<ppc::State>()),
      mmu_(*state_, *this,
           cpu_model(board, config).software_table_search ? TableSearch::software
                                                          : TableSearch::hardware),
      cpu_(cpu_model(board, config), *state_,
           {*this, mmu_, log, board.timebase_hertz, [this](std::uint32_t word, std::uint32_t pc) {
                return disassembler_.disassemble(word, pc);
            }}) {
    add_main_memory(memory_size({board.default_memory, least_memory, most_memory}));
    add_rom(board.rom_base, board.rom_size);
}

std::uint32_t PowerMac::mac_time() const {
    return static_cast<std::uint32_t>(clock_seconds() + hw::mac_epoch_offset);
}

hw::FwCfg& PowerMac::add_fw_cfg() {
    fw_cfg_ = &add<hw::FwCfg>("fw_cfg", log);
    memory.map_mmio("fw_cfg selector", fw_cfg_address, 2, fw_cfg_->selector(),
                    hw::FwCfg::selector_traits);
    memory.map_mmio("fw_cfg data", fw_cfg_address + 2, 1, fw_cfg_->data(), hw::FwCfg::data_traits);
    return *fw_cfg_;
}

// ---- what goes into memory at power-on

PowerMac::Boot PowerMac::load_kernel() {
    Boot boot;
    const auto initrd_bytes = initrd();
    if (config.kernel.empty()) return boot;
    const ElfImage image = read_elf(config.kernel, elf_ppc32);
    place_kernel(
        image, [](std::uint64_t address) { return (address & kernel_address_mask) + kernel_base; });
    boot.kernel = kernel_base;
    boot.kernel_size = image.high - image.low;
    std::uint64_t next =
        align_up<std::uint64_t>(boot.kernel + boot.kernel_size + gap_after_kernel, 4096);
    if (!config.initrd.empty()) {
        boot.initrd = next;
        boot.initrd_size = initrd_bytes.size();
        place_initrd(boot.initrd, initrd_bytes);
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
    i16(key::boot_device, static_cast<std::uint16_t>(boot_letter()));
    const ScreenMode screen = config.screen.value_or(ScreenMode{800, 600, {}});
    const unsigned depth = screen.depth.value_or(32);
    if (depth != 8 && depth != 15 && depth != 32)
        throw UserError(
            fmt::format("-g: depth {}: the firmware draws with 8, 15 or 32 bits a pixel", depth));
    i16(key::ppc_width, screen.width);
    i16(key::ppc_height, screen.height);
    i16(key::ppc_depth, depth);
    i32(key::ppc_timebase_frequency, board.timebase_hertz);
    i32(key::ppc_clock_frequency, board.cpu_hertz);
    i32(key::ppc_bus_frequency, board.bus_hertz);
    i32(key::ppc_is_kvm, 0);
    if (board.nvram_address) i32(key::ppc_nvram_address, board.nvram_address);
}

void PowerMac::write_boot_images() {
    load_firmware({"openbios-ppc", "qemu-system-data", embedded_rom_powermac(), elf_ppc32,
                   Firmware::RawImage::at_end});
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
