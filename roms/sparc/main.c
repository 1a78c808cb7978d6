// Vestige's boot ROM for SPARC V8 machines: start, menu, and what the shared parts ask of the
// machine.
#include "roms/shared/display.h"
#include "roms/shared/dump.h"
#include "roms/shared/mandelbrot.h"
#include "roms/shared/platform.h"
#include "roms/shared/rom.h"
#include "roms/sparc/demonstrations.h"
#include "roms/sparc/machine.h"
#include "roms/sparc/processor.h"
#include "roms/sparc/registers.h"
#include "roms/sparc/timer.h"
#include "roms/sparc/translation.h"

// Shared with start.S.
uint32_t window_last;
volatile uint32_t window_overflows, window_underflows;

// ---- What the shared parts ask for --------------------------------------------------------------

uint8_t platform_io_read8(uintptr_t address) { return *(volatile uint8_t*)address; }
void platform_io_write8(uintptr_t address, uint8_t value) { *(volatile uint8_t*)address = value; }
void platform_io_write16(uintptr_t address, uint16_t value) {
    *(volatile uint16_t*)address = value;
}

uint64_t platform_microseconds(void) { return timer_microseconds(); }

const char* platform_describe_address(uintptr_t address) {
    if (address - machine_memory < machine_memory_size()) return "RAM";
    for (unsigned i = 0; i < machine_place_count; ++i) {
        if (address >= machine_places[i].first && address <= machine_places[i].last)
            return machine_places[i].what;
    }
    return "nothing that this ROM knows of";
}

// ---- The machine in words -----------------------------------------------------------------------

static const struct {
    uint8_t implementation_and_version; // of the PSR
    const char* name;
} processors[] = {
    {0x04, "MB86904 (microSPARC-II)"}, {0x10, "CY7C601"},    {0x11, "CY7C601"},
    {0x1e, "RT620 (hyperSPARC)"},      {0x1f, "hyperSPARC"}, {0x40, "TMS390Z50 (SuperSPARC)"},
    {0x41, "TMS390S10 (microSPARC)"},  {0xf3, "LEON3"},
};

const char* processor_name(void) {
    const uint32_t psr = READ_STATE("psr");
    for (unsigned i = 0; i < sizeof processors / sizeof processors[0]; ++i) {
        if (processors[i].implementation_and_version == psr >> 24) return processors[i].name;
    }
    return "unknown SPARC";
}

// ---- Menu ---------------------------------------------------------------------------------------

const struct menu_item rom_items[] = {
    {'i', "the machine: what the ROM found", machine_print},
    {'r', "the processor's registers", registers_print},
    {'w', "register windows at work", demonstrate_windows},
    {'s', "delay slots, step by step", demonstrate_delay_slots},
    {'d', "a memory dump", memory_dump},
    {'m', "the Mandelbrot set, as text", mandelbrot_as_text},
    {'g', "the Mandelbrot set, on the screen", display_show_mandelbrot},
    {'t', "timer ticks: interrupts against the counter", timer_show},
    {'x', "exceptions, caught and explained", demonstrate_exceptions},
    {'b', "boot again (reset)", machine_reset},
    {'o', "power off", machine_power_off},
};

const unsigned rom_item_count = sizeof rom_items / sizeof rom_items[0];

void rom_start(void) {
    translation_start();
    machine_start_console();
    machine_start();
    translation_limit_memory(machine_memory_size());
    timer_start();
}
