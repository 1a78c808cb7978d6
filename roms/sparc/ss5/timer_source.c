// SLAVIO's timers: the processor's interrupts, the system's just runs. Source: NCR89C105 chip
// specification; both count in steps of 500 ns, from bit 9 up.
#include "roms/sparc/machine.h"

#include "roms/sparc/timer.h"

enum {
    cpu_limit = 0x71d00000, // reading it lets the interrupt go
    system_limit = 0x71d10000,
    system_count = 0x71d10004,
    system_modes = 0x71d10010, // which processors' timers are user timers
    interrupt_mask_clear = 0x71e10008,
    interrupt_mask_set = 0x71e1000c,
    step_shift = 9,
    frequency = 2000000,
};
#define LONGEST_LIMIT 0x7ffffe00u
#define MASK_ALL 0x80000000u // every interrupt; the processors' timers have no other mask

const uint32_t timer_source_frequency = frequency;
const uint32_t timer_source_mask = 0x3fffff;
const unsigned timer_source_level = 14;
const char timer_source_name[] = "SLAVIO's system counter";

static volatile uint32_t* at(uint32_t address) { return (volatile uint32_t*)(uintptr_t)address; }

void timer_source_start(void) {
    *at(interrupt_mask_set) = ~MASK_ALL; // all the devices
    *at(interrupt_mask_clear) = MASK_ALL;
    *at(system_modes) = 0;
    *at(system_limit) = LONGEST_LIMIT;
    // The timer starts again at one step, so the limit is one more than the steps.
    *at(cpu_limit) = (uint32_t)(frequency / timer_ticks_per_second + 1) << step_shift;
    (void)*at(cpu_limit);
}

uint32_t timer_source_count(void) { return *at(system_count) >> step_shift; }

void timer_source_acknowledge(void) { (void)*at(cpu_limit); }
