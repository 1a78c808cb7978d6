// A LEON3 system as GRLIB builds it. Source: GRLIB IP Core User's Manual (APBUART, GPTIMER, IRQMP,
// plug and play).
#include "roms/sparc/machine.h"

#include "roms/shared/display.h"
#include "roms/shared/memory_size.h"
#include "roms/shared/print.h"
#include "roms/sparc/processor.h"
#include "roms/sparc/timer.h"
#include "roms/sparc/translation.h"

#include <stddef.h>

enum {
    memory_limit = 1 << 30,
    uart_data = 0x00,
    uart_status = 0x04,
    uart_control = 0x08,
    uart_ready = 0x01,
    uart_sent = 0x02,
    uart_room = 0x04,
    uart_receive_and_transmit = 0x03,
    interrupt_mask = 0x40,
};
#define UART 0x80000100u
#define INTERRUPTS 0x80000200u
#define TIMERS 0x80000300u
#define APB_TABLE 0x800ff000u
#define AHB_TABLE 0xfffff000u

const char rom_title[] = "LEON3";
const uint32_t machine_memory = 0x40000000;
const uint32_t mmu_boot_mode = 0;

const struct region machine_regions[] = {
    {0x40000000, 0x7fffffff, 0x040000000, true, "RAM"},
    {0x00000000, 0x00ffffff, 0x000000000, true, "ROM"},
    {0x80000000, 0x80ffffff, 0x080000000, false, "APB"},
    {0xff000000, 0xffffffff, 0x0ff000000, false, "AHB plug and play"},
};
const unsigned machine_region_count = sizeof machine_regions / sizeof machine_regions[0];

const struct place machine_places[] = {
    {0x00000000, 0x0007ffff, "this ROM"},
    {0x80000100, 0x800001ff, "the serial port (APBUART)"},
    {0x80000200, 0x800002ff, "the interrupt controller (IRQMP)"},
    {0x80000300, 0x800003ff, "the timers (GPTIMER)"},
    {0x800ff000, 0x800fffff, "the APB's plug-and-play table"},
    {0xfffff000, 0xffffffff, "the AHB's plug-and-play table"},
};
const unsigned machine_place_count = sizeof machine_places / sizeof machine_places[0];

static uint64_t memory_size = memory_limit;

static volatile uint32_t* at(uint32_t address) { return (volatile uint32_t*)(uintptr_t)address; }

// ---- The MMU's registers ------------------------------------------------------------------------

uint32_t mmu_read(uint32_t number) { return READ_ALTERNATE(0x19, number); }
void mmu_write(uint32_t number, uint32_t value) { WRITE_ALTERNATE(0x19, number, value); }
void mmu_flush(void) { WRITE_ALTERNATE(0x18, 0x400, 0); }

// ---- Console ------------------------------------------------------------------------------------

void machine_start_console(void) { *at(UART + uart_control) = uart_receive_and_transmit; }

void console_put(char byte) {
    while ((*at(UART + uart_status) & uart_room) == 0) {
    }
    *at(UART + uart_data) = (uint8_t)byte;
}

bool console_has_byte(void) { return (*at(UART + uart_status) & uart_ready) != 0; }
char console_get(void) { return (char)*at(UART + uart_data); }

// ---- Timers: the first runs for ever, the second interrupts -------------------------------------

enum {
    timer_scaler_reload = 0x04,
    timer_configuration = 0x08,
    timer1_count = 0x10,
    timer1_reload = 0x14,
    timer1_control = 0x18,
    timer2_reload = 0x24,
    timer2_control = 0x28,
    timer_enable = 0x01,
    timer_restart = 0x02,
    timer_load = 0x04,
    timer_interrupts = 0x08,
    timer_pending = 0x10,
    clock_megahertz = 40, // nothing tells: QEMU's board, and Vestige's
    frequency = 1000000,
    interrupt_level = 7,
};

const uint32_t timer_source_frequency = frequency;
const uint32_t timer_source_mask = 0xffffffff;
const unsigned timer_source_level = interrupt_level;
const char timer_source_name[] = "GPTIMER's first timer";

void timer_source_start(void) {
    *at(TIMERS + timer_scaler_reload) = clock_megahertz - 1;
    *at(TIMERS + timer1_reload) = 0xffffffff;
    *at(TIMERS + timer1_control) = timer_load | timer_restart | timer_enable;
    *at(TIMERS + timer2_reload) = frequency / timer_ticks_per_second - 1;
    *at(TIMERS + timer2_control) = timer_load | timer_restart | timer_enable | timer_interrupts;
    *at(INTERRUPTS + interrupt_mask) = 1u << interrupt_level;
}

uint32_t timer_source_count(void) { return ~*at(TIMERS + timer1_count); }

// The processor has acknowledged the interrupt by taking it.
void timer_source_acknowledge(void) {
    *at(TIMERS + timer2_control) = timer_restart | timer_enable | timer_interrupts | timer_pending;
}

// ASR19: power down until an interrupt comes.
void processor_idle(void) { __asm__ volatile("wr %%g0, %%asr19" : : : "memory"); }

// ---- The machine --------------------------------------------------------------------------------

static const struct {
    uint16_t device; // of vendor 01, Gaisler
    const char* name;
} cores[] = {
    {0x003, "LEON3 processor"},     {0x006, "APB bridge"},
    {0x00c, "APBUART serial port"}, {0x00d, "IRQMP interrupt controller"},
    {0x011, "GPTIMER timers"},
};

static void print_core(const char* bus, uint32_t identity) {
    const char* name = "a core that this ROM does not know";
    if (identity == 0) return;
    for (unsigned i = 0; i < sizeof cores / sizeof cores[0]; ++i) {
        if (identity >> 24 == 1 && (identity >> 12 & 0xfff) == cores[i].device)
            name = cores[i].name;
    }
    print("  %s   %02x:%03x  %s", bus, (unsigned)(identity >> 24),
          (unsigned)(identity >> 12 & 0xfff), name);
    if ((identity & 0x1f) != 0) print(", interrupt %u", (unsigned)(identity & 0x1f));
    print("\n");
}

static void print_cores(void) {
    enum { masters = 64, slaves = 63, ahb_size = 32, apb_size = 8, apb_cores = 64 };
    for (unsigned i = 0; i < masters; ++i)
        print_core("AHB master", *at(AHB_TABLE + i * ahb_size));
    for (unsigned i = 0; i < slaves; ++i)
        print_core("AHB slave ", *at(AHB_TABLE + 0x800 + i * ahb_size));
    for (unsigned i = 0; i < apb_cores; ++i)
        print_core("APB       ", *at(APB_TABLE + i * apb_size));
}

void machine_start(void) { memory_size = probe_memory_size(machine_memory, memory_limit); }

uint64_t machine_memory_size(void) { return memory_size; }

void machine_print(void) {
    print("  Machine      LEON3 system (GRLIB)\n");
    print("  Processor    %s, %u register windows (PSR %08x)\n", processor_name(),
          (unsigned)(window_last + 1), (unsigned)READ_STATE("psr"));
    print("  Memory       %u MB at 40000000 (found by trying)\n", (unsigned)(memory_size >> 20));
    print("  MMU          control %08x\n", (unsigned)mmu_read(0));
    print("  Timer        %s at 80000310, 1 MHz if the clock has 40 MHz\n", timer_source_name);
    print_cores();
}

static void leave(const char* farewell) {
    print("%s\n", farewell);
    while ((*at(UART + uart_status) & uart_sent) == 0) {
    }
}

void machine_reset(void) {
    extern void processor_restart(void);
    leave("Starting again at address 0.");
    set_interrupt_level(15);
    translation_stop();
    processor_restart();
}

// There is no power switch. A trap while traps are off stops the processor (error mode), which
// emulators take for the end.
void machine_power_off(void) {
    leave("Stopping the processor.");
    __asm__ volatile("rd %%psr, %%g1; wr %%g1, %0, %%psr; nop; nop; nop; ta 0"
                     :
                     : "i"(PSR_ET)
                     : "g1", "memory");
}

// ---- No display ---------------------------------------------------------------------------------

const char display_known[] = "display on this machine";

struct display display_start(void) {
    return (struct display){NULL, 0, 0};
}
void display_set_colour(uint8_t index, struct colour colour) {
    (void)index;
    (void)colour;
}
