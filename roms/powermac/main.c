// Vestige's boot ROM for Power Macintosh boards: start, menu, and what the shared parts ask of the
// machine.
#include "roms/powermac/demonstrations.h"
#include "roms/powermac/io.h"
#include "roms/powermac/machine.h"
#include "roms/powermac/pci.h"
#include "roms/powermac/registers.h"
#include "roms/powermac/special_registers.h"
#include "roms/powermac/timer.h"
#include "roms/powermac/translation.h"
#include "roms/powermac/via.h"
#include "roms/shared/display.h"
#include "roms/shared/dump.h"
#include "roms/shared/escc.h"
#include "roms/shared/mandelbrot.h"
#include "roms/shared/platform.h"
#include "roms/shared/print.h"
#include "roms/shared/rom.h"

#include <stddef.h>

// ---- What the shared parts ask for --------------------------------------------------------------

uint8_t platform_io_read8(uintptr_t address) { return io_read8(address); }
void platform_io_write8(uintptr_t address, uint8_t value) { io_write8(address, value); }
void platform_io_write16(uintptr_t address, uint16_t value) { io_write16_big(address, value); }

uint64_t platform_microseconds(void) { return timer_ticks_to_microseconds(read_time_base()); }

// Regions at fixed addresses; PCI devices lie where pci_start put them.
static const struct {
    uint32_t first, last;
    enum host_bridge_kind host_bridge;
    const char* what;
} regions[] = {
    {0xf0000510, 0xf0000513, host_bridge_grackle, "fw_cfg: selector and data"},
    {0xf0000510, 0xf0000513, host_bridge_uninorth, "fw_cfg: selector and data"},
    {0xfe000000, 0xfe1fffff, host_bridge_grackle, "PCI I/O ports"},
    {0xfec00000, 0xfeefffff, host_bridge_grackle, "Grackle's PCI configuration registers"},
    {0xffc00000, 0xffffffff, host_bridge_grackle, "this ROM"},
    {0xf2000000, 0xf27fffff, host_bridge_uninorth, "PCI I/O ports"},
    {0xf2800000, 0xf2ffffff, host_bridge_uninorth, "UniNorth's PCI configuration registers"},
    {0xf8000000, 0xf8ffffff, host_bridge_uninorth, "UniNorth's own registers"},
    {0xfff04000, 0xfff07fff, host_bridge_uninorth, "NVRAM, which lies over the ROM"},
    {0xfff00000, 0xffffffff, host_bridge_uninorth, "this ROM"},
};

const char* platform_describe_address(uintptr_t address) {
    unsigned bar = 0;
    if (address < machine_get()->memory_size)
        return address < translation_memory_limit ? "RAM"
                                                  : "RAM, but this ROM maps only its first 512 MB";
    for (unsigned i = 0; i < sizeof regions / sizeof regions[0]; ++i) {
        if (regions[i].host_bridge == machine_get()->host_bridge && address >= regions[i].first &&
            address <= regions[i].last)
            return regions[i].what;
    }
    const struct pci_device* owner = pci_find_owner(address, &bar);
    if (owner == machine_get()->macio) return "MacIO: device registers (reading may change them)";
    if (owner != NULL) return "a PCI device's memory (key p in the main menu lists them)";
    return "nothing that this ROM knows of";
}

// ---- Menu ---------------------------------------------------------------------------------------

static void power(enum cuda_command command, const char* farewell) {
    if (!machine_get()->has_cuda) {
        print("This machine has a PMU in place of CUDA, and this ROM speaks only CUDA.\n");
        return;
    }
    print("%s\n", farewell);
    escc_drain();
    if (!cuda_send(command)) {
        print("CUDA does not take the packet.\n");
        return;
    }
    timer_wait(1000000);
    print("CUDA took the packet, yet the machine still runs.\n");
}

static void power_off(void) { power(cuda_power_down, "Asking CUDA to switch the power off."); }
static void restart(void) { power(cuda_reset_system, "Asking CUDA to reset the machine."); }

const struct menu_item rom_items[] = {
    {'i', "the machine: what the ROM found", machine_print},
    {'p', "the PCI devices", pci_print},
    {'r', "the processor's registers", registers_print},
    {'d', "a memory dump", memory_dump},
    {'m', "the Mandelbrot set, as text", mandelbrot_as_text},
    {'g', "the Mandelbrot set, on the screen", display_show_mandelbrot},
    {'t', "timer ticks: the decrementer against the time base", timer_show},
    {'x', "exceptions, caught and explained", demonstrate_exceptions},
    {'b', "boot again (reset)", restart},
    {'o', "power off", power_off},
};

const unsigned rom_item_count = sizeof rom_items / sizeof rom_items[0];

const char rom_title[] = "Power Macintosh";

void console_put(char byte) { escc_put(byte); }
bool console_has_byte(void) { return escc_has_byte(); }
char console_get(void) { return escc_get(); }

void rom_start(void) {
    translation_start();
    machine_start();
}
