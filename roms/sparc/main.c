// Vestige's boot ROM for SPARC V8 machines: start, menu, and what the shared parts ask of the
// machine.
#include "roms/shared/display.h"
#include "roms/shared/dump.h"
#include "roms/shared/mandelbrot.h"
#include "roms/shared/menu.h"
#include "roms/shared/platform.h"
#include "roms/shared/print.h"
#include "roms/sparc/demonstrations.h"
#include "roms/sparc/exceptions.h"
#include "roms/sparc/machine.h"
#include "roms/sparc/processor.h"
#include "roms/sparc/registers.h"
#include "roms/sparc/timer.h"
#include "roms/sparc/translation.h"

// Shared with start.S, which calls these two; neither returns.
void rom_main(void);
void rom_menu(void);
uint32_t window_last;
volatile uint32_t window_overflows, window_underflows;

// ---- What the shared parts ask for --------------------------------------------------------------

static struct exception_frame refusal;

void platform_put_byte(char byte) { console_put(byte); }

int platform_poll_key(void) { return console_has_byte() ? (unsigned char)console_get() : no_key; }

int platform_wait_for_key(void) {
    while (!console_has_byte())
        timer_sleep();
    return (unsigned char)console_get();
}

bool platform_read_word(uintptr_t address, uint32_t* value) {
    return probe_word(address, value, &refusal);
}

void platform_explain_refusal(void) { explain_exception(&refusal); }

bool platform_answers(uintptr_t address) { return probe_byte(address); }

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

static const struct menu_item items[] = {
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

static const struct menu menu = {
    "This is the Vestige boot ROM. It runs on the bare machine, without an operating system.\n"
    "Press a key:",
    "vestige",
    items,
    sizeof items / sizeof items[0],
};

void rom_menu(void) {
    for (;;)
        menu_run(&menu); // no item leaves it
}

void rom_main(void) {
    translation_start();
    machine_start_console();
    machine_start();
    translation_limit_memory(machine_memory_size());
    timer_start();
    print("\n\nVestige boot ROM for %s\n\n", machine_title);
    machine_print();
    menu_show(&menu);
    rom_menu();
}
