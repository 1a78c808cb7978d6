#include "roms/powermac/timer.h"

#include "roms/powermac/special_registers.h"
#include "roms/powermac/via.h"
#include "roms/shared/divide.h"
#include "roms/shared/platform.h"
#include "roms/shared/print.h"
#include "roms/shared/rom.h"

#include <stddef.h>

static uint32_t frequency; // of the time base, Hz
static uint32_t reload;    // what the decrementer starts from
static bool works;
static volatile uint32_t ticks;

static void set_decrementer(uint32_t value) { WRITE_SPECIAL_REGISTER(spr_dec, value); }

// The decrementer goes on below zero, so that adding makes up for the time lost on the way here:
// the ticks do not drift. After a pause longer than a tick they start afresh.
void timer_interrupt(void) {
    ++ticks;
    const uint32_t late = 0 - READ_SPECIAL_REGISTER(spr_dec);
    set_decrementer(late < reload ? reload - late : reload);
}

void timer_start(uint32_t time_base_frequency) {
    frequency = time_base_frequency;
    reload = frequency / timer_ticks_per_second;
    const uint64_t start = read_time_base();
    set_decrementer(reload / 10);
    write_msr(MSR_OF_ROM | MSR_EE);
    while (ticks == 0 && read_time_base() - start < frequency) { // a second: hosts may be busy
    }
    write_msr(MSR_OF_ROM);
    works = ticks != 0;
}

void timer_sleep(void) {
    if (!works) return;
    WRITE_SPECIAL_REGISTER(spr_hid0,
                           (READ_SPECIAL_REGISTER(spr_hid0) & ~(uint32_t)(HID0_NAP | HID0_SLEEP)) |
                               HID0_DOZE);
    // One write for both bits: no interrupt can slip in between and leave us asleep.
    write_msr(MSR_OF_ROM | MSR_EE | MSR_POW);
    write_msr(MSR_OF_ROM);
}

uint64_t timer_microseconds_to_ticks(uint32_t microseconds) {
    return divide64((uint64_t)microseconds * frequency, 1000000, NULL);
}

uint64_t timer_ticks_to_microseconds(uint64_t time_base_ticks) {
    return divide64(time_base_ticks * 1000, frequency / 1000, NULL);
}

void timer_wait(uint32_t microseconds) {
    const uint64_t start = read_time_base();
    const uint64_t length = timer_microseconds_to_ticks(microseconds);
    while (read_time_base() - start < length) {
    }
}

static void print_megahertz(uint32_t hertz) {
    print("%u.%03u MHz", (unsigned)(hertz / 1000000), (unsigned)(hertz / 1000 % 1000));
}

static void compare_with_via(void) {
    const uint32_t measured = via_measure_time_base();
    print("The time base counts at ");
    print_megahertz(frequency);
    if (measured == 0) {
        print(". The VIA's timer does not run, so nothing here can check that.\n");
        return;
    }
    print(". Against the VIA's timer (783.360 kHz) it is ");
    print_megahertz(measured);
    print(".\n");
}

void timer_show(void) {
    enum { seconds = 3 };
    compare_with_via();
    if (!works) {
        print("The decrementer gave no interrupt when the ROM tried it at the start.\n");
        return;
    }
    print("The decrementer counts down at the same rate and interrupts when it passes zero.\n"
          "The ROM sets it to %u, for %u interrupts a second:\n\n",
          (unsigned)reload, timer_ticks_per_second);
    write_msr(MSR_OF_ROM | MSR_EE); // an interrupt may be pending from before: let it pass
    write_msr(MSR_OF_ROM);
    const uint64_t start = read_time_base();
    set_decrementer(reload);
    ticks = 0;
    for (unsigned second = 1; second <= seconds; ++second) {
        while (ticks < second * timer_ticks_per_second)
            timer_sleep();
        const uint64_t passed = read_time_base() - start;
        print("  %3u interrupts, %10llu time base ticks, %8llu microseconds\n", (unsigned)ticks,
              (unsigned long long)passed, (unsigned long long)timer_ticks_to_microseconds(passed));
        if (platform_poll_key() != no_key) return;
    }
}
