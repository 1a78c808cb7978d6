// The SPARCstation 5. Sources: NCR89C105 (SLAVIO) chip specification; Linux and NetBSD for where
// the machine has its parts.
#include "roms/sparc/machine.h"

#include "roms/shared/display.h"
#include "roms/shared/escc.h"
#include "roms/shared/fw_cfg.h"
#include "roms/shared/memory_size.h"
#include "roms/shared/print.h"
#include "roms/sparc/exceptions.h"
#include "roms/sparc/processor.h"
#include "roms/sparc/ss5/screen.h"
#include "roms/sparc/timer.h"

enum {
    memory_limit = 256 << 20,
    serial_a_control = 0x71100004,
    serial_a_data = 0x71100006,
    serial_38400_baud = 2,   // of 4.9152 MHz
    power_idle = 0x6a000000, // of the power management controller, APC
    power_idle_now = 0x01,
    power_off = 0x71910000, // AUX2
    power_off_now = 0x01,
    system_control = 0x71f00000,
    system_reset = 0x01,
};
#define fw_cfg_selector 0xd0000510u

const char rom_title[] = "the SPARCstation 5";
const uint32_t machine_memory = 0;
const uint32_t mmu_boot_mode = 0x4000; // microSPARC-II

const struct region machine_regions[] = {
    {0x00000000, 0x0fffffff, 0x000000000, true, "RAM"},
    {0x10000000, 0x10ffffff, 0x010000000, false, "IOMMU"},
    {0x50000000, 0x50ffffff, 0x050000000, false, "framebuffer"},
    {0x6a000000, 0x6affffff, 0x06a000000, false, "power management"},
    {0x70000000, 0x70ffffff, 0x070000000, true, "ROM"},
    {0x71000000, 0x71ffffff, 0x071000000, false, "SLAVIO"},
    {0x78000000, 0x78ffffff, 0x078000000, false, "DMA, SCSI, Ethernet"},
    {0xd0000000, 0xd0ffffff, 0xd00000000, false, "fw_cfg"},
};
const unsigned machine_region_count = sizeof machine_regions / sizeof machine_regions[0];

const struct place machine_places[] = {
    {0x10000000, 0x10003fff, "the IOMMU"},
    {0x50000000, 0x5000ffff, "the framebuffer's FCode ROM"},
    {0x50200000, 0x507fffff, "the framebuffer's registers (reading may change them)"},
    {0x50800000, 0x508fffff, "the framebuffer's pixels"},
    {0x6a000000, 0x6a000fff, "power management (APC)"},
    {0x70000000, 0x700fffff, "this ROM"},
    {0x71000000, 0x71000fff, "serial controller: keyboard and mouse"},
    {0x71100000, 0x71100fff, "serial controller: ttya and ttyb"},
    {0x71200000, 0x71201fff, "NVRAM and clock (M48T08)"},
    {0x71400000, 0x71400fff, "floppy controller"},
    {0x71600000, 0x71cfffff, "SLAVIO's small registers"},
    {0x71d00000, 0x71dfffff, "SLAVIO's timers"},
    {0x71e00000, 0x71efffff, "SLAVIO's interrupt controller"},
    {0x71f00000, 0x71ffffff, "system control"},
    {0x78400000, 0x784fffff, "DMA controllers"},
    {0x78800000, 0x788fffff, "SCSI controller (ESP)"},
    {0x78c00000, 0x78cfffff, "Ethernet controller (LANCE)"},
    {0xd0000510, 0xd0000513, "fw_cfg, which is at d00000510: selector and data"},
};
const unsigned machine_place_count = sizeof machine_places / sizeof machine_places[0];

static bool has_fw_cfg, can_idle;
static uint64_t memory_size = memory_limit;

// ---- The MMU's registers ------------------------------------------------------------------------

uint32_t mmu_read(uint32_t number) { return READ_ALTERNATE(0x04, number); }
void mmu_write(uint32_t number, uint32_t value) { WRITE_ALTERNATE(0x04, number, value); }
void mmu_flush(void) { WRITE_ALTERNATE(0x03, 0x400, 0); }

// ---- Console ------------------------------------------------------------------------------------

void machine_start_console(void) {
    static const struct escc_wiring wiring = {.control = serial_a_control,
                                              .data = serial_a_data,
                                              .reset = escc_reset_channel_a,
                                              .time_constant = serial_38400_baud};
    escc_start(&wiring);
}

void console_put(char byte) { escc_put(byte); }
bool console_has_byte(void) { return escc_has_byte(); }
char console_get(void) { return escc_get(); }

// ---- The machine --------------------------------------------------------------------------------

void machine_start(void) {
    has_fw_cfg = fw_cfg_start(fw_cfg_selector);
    memory_size = has_fw_cfg ? fw_cfg_number(fw_cfg_memory_size, 8)
                             : probe_memory_size(machine_memory, memory_limit);
    if (memory_size > memory_limit) memory_size = memory_limit;
    can_idle = probe_byte(power_idle);
    screen_find(has_fw_cfg);
}

uint64_t machine_memory_size(void) { return memory_size; }

void processor_idle(void) {
    if (can_idle) *(volatile uint8_t*)power_idle = power_idle_now;
}

void machine_print(void) {
    print("  Machine      SPARCstation 5");
    if (has_fw_cfg) print(" (fw_cfg machine id %u)", (unsigned)fw_cfg_number(fw_cfg_machine_id, 2));
    print("\n  Processor    %s, %u register windows (PSR %08x)\n", processor_name(),
          (unsigned)(window_last + 1), (unsigned)READ_STATE("psr"));
    print("  Memory       %u MB at 00000000 (%s)\n", (unsigned)(memory_size >> 20),
          has_fw_cfg ? "told by fw_cfg" : "found by trying");
    print("  MMU          control %08x\n", (unsigned)mmu_read(0));
    print("  Timer        %s at 71d00000, 2 MHz\n", timer_source_name);
    print("  Console      ttya (ESCC channel A) at 71100004\n");
    print("  Display      %s\n", screen_name());
    print("  Idle         %s\n", can_idle ? "by power management (APC)" : "the processor spins");
}

static void leave(const char* farewell) {
    print("%s\n", farewell);
    escc_drain();
}

void machine_reset(void) {
    leave("Asking system control for a reset.");
    *(volatile uint32_t*)system_control = system_reset;
    timer_wait(1000000);
    print("The machine still runs.\n");
}

void machine_power_off(void) {
    leave("Asking for the power to be switched off.");
    *(volatile uint8_t*)power_off = power_off_now;
    timer_wait(1000000);
    print("The machine still runs.\n");
}
