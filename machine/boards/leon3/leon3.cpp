// leon3_generic: a LEON3 with GRLIB's cores around it, for bare-metal programs.
//
//     00000000  PROM, 8 MB
//     40000000  RAM (-m, up to 1 GB)
//     80000100  APBUART, 80000200 IRQMP, 80000300 GPTIMER with two timers
//     800FF000  plug-and-play table of the APB, FFFFF000 of the AHB
//
//     IRQMP inputs: 3 APBUART, 6 and 7 the timers
//     Source: HARDWARE facts of QEMU 7.2's board of this name; GRLIB IP Core User's Manual.
#include "machine/boards/leon3/leon3.h"

#include <array>

#include <fmt/format.h>

#include "common/endian.h"
#include "common/error.h"
#include "hw/char/apbuart.h"
#include "hw/intc/irqmp.h"
#include "hw/misc/grlib_pnp.h"
#include "hw/timer/gptimer.h"
#include "machine/boards/sparc_board.h"
#include "roms/embedded.h"

namespace vestige {

namespace {

constexpr std::uint64_t prom_bytes = 8 << 20;
constexpr std::uint64_t ram_base = 0x40000000;
constexpr std::uint64_t uart_base = 0x80000100, irqmp_base = 0x80000200, timer_base = 0x80000300;
constexpr std::uint64_t apb_base = 0x80000000, apb_table_base = 0x800ff000,
                        ahb_table_base = 0xfffff000;
constexpr std::uint64_t clock_hertz = 40'000'000;
constexpr unsigned timers = 2;

namespace irq {
constexpr unsigned uart = 3, first_timer = 6;
} // namespace irq

// ---- what a boot loader leaves behind, for programs that -kernel starts without one

struct RegisterValue {
    std::uint32_t address, value;
};

// APBUART: receiver and transmitter on. GPTIMER: a microsecond a tick; the first timer runs.
constexpr RegisterValue initialised[] = {
    {uart_base + 0x08, 3},
    {timer_base + 0x04, clock_hertz / 1'000'000 - 1},
    {timer_base + 0x14, 0xfffffffe},
    {timer_base + 0x18, 3},
};

namespace code {
constexpr unsigned g1 = 1, g2 = 2, o6 = 14;
constexpr std::uint32_t nop = 0x01000000;
constexpr std::uint32_t sethi(unsigned rd, std::uint32_t value) {
    return 0x01000000 | rd << 25 | value >> 10;
}
constexpr std::uint32_t or_low(unsigned rd, std::uint32_t value) {
    return 0x80102000 | rd << 25 | rd << 14 | (value & 0x3ff);
}
constexpr std::uint32_t st_g2_at_g1 = 0xc4204000;
constexpr std::uint32_t jmp_g1 = 0x81c04000;
} // namespace code

// The program that does it and goes on at `entry`, with the stack at the end of RAM.
std::vector<std::uint32_t> boot_program(std::uint32_t entry, std::uint32_t stack) {
    std::vector<std::uint32_t> words;
    const auto set = [&](unsigned rd, std::uint32_t value) {
        words.push_back(code::sethi(rd, value));
        words.push_back(code::or_low(rd, value));
    };
    for (const RegisterValue& row : initialised) {
        set(code::g1, row.address);
        set(code::g2, row.value);
        words.push_back(code::st_g2_at_g1);
    }
    set(code::o6, stack);
    set(code::g1, entry);
    words.push_back(code::jmp_g1);
    words.push_back(code::nop);
    return words;
}

class Leon3 final : public SparcBoard {
  public:
    Leon3(const MachineConfig& its_config, MachineEnvironment its_environment)
        : SparcBoard({"leon3_generic", "LEON3", 0, prom_bytes - 1}, its_config,
                     std::move(its_environment)) {
        add_rom(0, prom_bytes);
        add_main_memory(memory_size({128 * megabyte, 1 * megabyte, 1024 * megabyte}), ram_base);

        irqmp_ = &add<hw::Irqmp>("irqmp", std::vector{hw::Irqmp::Processor{&cpu_levels()}}, log);
        memory.map_mmio("irqmp", irqmp_base, hw::Irqmp::region_size, *irqmp_, hw::Irqmp::traits);
        auto& uart =
            add<hw::ApbUart>("apbuart", scheduler, IrqLine(*irqmp_, irq::uart), serial(0), log);
        memory.map_mmio("apbuart", uart_base, hw::ApbUart::region_size, uart, hw::ApbUart::traits);
        std::vector<IrqLine> timer_lines;
        for (unsigned i = 0; i < timers; ++i)
            timer_lines.emplace_back(*irqmp_, irq::first_timer + i);
        auto& timer = add<hw::GpTimer>("gptimer", scheduler, clock_hertz, irq::first_timer,
                                       std::move(timer_lines));
        memory.map_mmio("gptimer", timer_base, hw::GpTimer::region_size, timer,
                        hw::GpTimer::traits);
        add_tables();
        refuse_what_is_not_there();
        write_boot_images();
        set_identity(
            fmt::format("leon3_generic {} {}M", cpu().model().name, ram->size() / megabyte));
        start(cpu());
    }

  private:
    void interrupt_taken(unsigned level) override;
    void add_tables();
    void refuse_what_is_not_there() const;
    void write_boot_images();

    hw::Irqmp* irqmp_ = nullptr;
};

void Leon3::add_tables() {
    using hw::GrlibAhbEntry;
    using Kind = GrlibAhbEntry::Area::Kind;
    const auto core = [](std::uint16_t device, std::uint8_t version, unsigned interrupt = 0) {
        return hw::GrlibCore{hw::grlib_gaisler, device, version,
                             static_cast<std::uint8_t>(interrupt)};
    };
    GrlibAhbEntry bridge{core(hw::grlib_apb_bridge, 0)};
    bridge.areas[0] = {Kind::memory, apb_base, 0xfff};
    auto& ahb = add<hw::GrlibPnp>(
        "ahb_pnp", hw::GrlibPnp::ahb_table({{core(hw::grlib_leon3, 0)}}, {bridge}), log);
    memory.map_mmio("ahb pnp", ahb_table_base, hw::GrlibPnp::region_size, ahb,
                    hw::GrlibPnp::traits);
    auto& apb = add<hw::GrlibPnp>(
        "apb_pnp",
        hw::GrlibPnp::apb_table({{core(hw::grlib_irqmp, 2), irqmp_base},
                                 {core(hw::grlib_gptimer, 0, irq::first_timer), timer_base},
                                 {core(hw::grlib_apbuart, 1, irq::uart), uart_base}}),
        log);
    memory.map_mmio("apb pnp", apb_table_base, hw::GrlibPnp::region_size, apb,
                    hw::GrlibPnp::traits);
}

// The cache control register's freeze bits (4: instructions, 5: data) stop an enabled cache when an
// interrupt is taken.
void Leon3::interrupt_taken(unsigned level) {
    constexpr std::uint32_t enabled = 3, frozen = 1;
    std::uint32_t& control = cpu_state().mmu.cache_control;
    for (unsigned cache = 0; cache < 2; ++cache)
        if (control >> (4 + cache) & 1 && (control >> 2 * cache & 3) == enabled)
            control ^= (enabled ^ frozen) << 2 * cache;
    irqmp_->acknowledge(0, level);
}

void Leon3::refuse_what_is_not_there() const {
    if (!config.drives.empty()) throw UserError("leon3_generic has no drives: leave -drive away");
    if (config.nics && !config.nics->empty())
        throw UserError("leon3_generic has no place for a network card: leave -nic away");
    if (!config.screen_card.empty() && config.screen_card != "none")
        throw UserError("leon3_generic has no place for a screen card: leave -vga away");
    if (!config.initrd.empty())
        throw UserError("leon3_generic hands no initial RAM disk to programs: leave -initrd away");
}

void Leon3::write_boot_images() {
    if (!config.firmware.empty()) {
        load_firmware({.usual = "",
                       .package = "",
                       .own_rom = embedded_rom_leon3(),
                       .target = elf_sparc32,
                       .raw = Firmware::RawImage::at_start});
    } else if (config.kernel.empty()) {
        throw UserError("leon3_generic comes without firmware: give a program (-kernel FILE), an "
                        "image of the PROM (-bios FILE) or Vestige's own (-bios vestige)");
    }
    if (config.kernel.empty()) return;
    const ElfImage image = read_elf(config.kernel, elf_sparc32);
    if (image.low < ram_base)
        throw UserError(fmt::format("{} lies at {:08x}, and memory begins at {:08x}: link it there",
                                    kernel_description(), image.low, ram_base));
    place_kernel(image, [](std::uint64_t address) { return address - ram_base; });
    if (!config.firmware.empty()) return;
    const auto words = boot_program(static_cast<std::uint32_t>(image.entry),
                                    static_cast<std::uint32_t>(ram_base + ram->size()));
    for (std::size_t i = 0; i < words.size(); ++i)
        store_be(rom->data() + 4 * i, words[i]);
}

} // namespace

std::unique_ptr<Machine> make_leon3(const MachineConfig& config, MachineEnvironment environment) {
    return std::make_unique<Leon3>(config, std::move(environment));
}

} // namespace vestige
