// The machine that the ROM runs on: each has a folder with what this header and shared/rom.h ask
// for.
#pragma once

#include "roms/shared/rom.h"

#include <stdbool.h>
#include <stdint.h>

// A range of addresses that the ROM uses, mapped one to one but for `physical`.
struct region {
    uint32_t first, last; // multiples of 16 MB, less one for the last
    uint64_t physical;    // 36 bits
    bool memory;          // cached, and code may run there
    const char* name;
};

// What lies where, in more detail; for people.
struct place {
    uint32_t first, last;
    const char* what;
};

extern const uint32_t machine_memory;         // where RAM starts
extern const struct region machine_regions[]; // the first is RAM
extern const unsigned machine_region_count;
extern const struct place machine_places[];
extern const unsigned machine_place_count;

// Makes the console work; translation is on. Then finds out the rest.
void machine_start_console(void);
void machine_start(void);

uint64_t machine_memory_size(void);

// Menu items: reset, power off.
void machine_reset(void);
void machine_power_off(void);

// The processor's name as PSR's implementation and version tell, for machine_print.
const char* processor_name(void);

// The MMU's registers: 000 control, 100 context table, 200 context, 300 fault status, 400 fault
// address.
uint32_t mmu_read(uint32_t number);
void mmu_write(uint32_t number, uint32_t value);
void mmu_flush(void); // every translation that it remembers

// The bit that takes instructions from the ROM while translation is off, or 0.
extern const uint32_t mmu_boot_mode;

// The timers: a counter that runs up for ever, and `timer_ticks_per_second` interrupts.
extern const uint32_t timer_source_frequency; // of the counter, Hz
extern const uint32_t timer_source_mask;      // its bits
extern const unsigned timer_source_level;     // of the interrupt
extern const char timer_source_name[];
void timer_source_start(void);
uint32_t timer_source_count(void);
void timer_source_acknowledge(void);

// Waits for an interrupt, if the machine knows how; else returns at once.
void processor_idle(void);
