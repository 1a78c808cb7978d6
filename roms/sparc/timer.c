#include "roms/sparc/timer.h"

#include "roms/shared/divide.h"
#include "roms/shared/platform.h"
#include "roms/shared/print.h"
#include "roms/shared/rom.h"
#include "roms/sparc/machine.h"
#include "roms/sparc/processor.h"

#include <stddef.h>

static uint64_t total;
static uint32_t last_count;
static bool works;
static volatile uint32_t ticks;

bool timer_interrupt(unsigned level) {
    if (level != timer_source_level) return false;
    timer_source_acknowledge();
    ++ticks;
    return true;
}

uint64_t timer_count(void) {
    const uint32_t count = timer_source_count() & timer_source_mask;
    total += (count - last_count) & timer_source_mask;
    last_count = count;
    return total;
}

uint64_t timer_microseconds(void) {
    return divide64(timer_count() * 1000, timer_source_frequency / 1000, NULL);
}

void timer_start(void) {
    timer_source_start();
    last_count = timer_source_count() & timer_source_mask;
    const uint64_t start = timer_count();
    set_interrupt_level(0);
    while (ticks == 0 && timer_count() - start < timer_source_frequency) { // a second
    }
    set_interrupt_level(15);
    works = ticks != 0;
}

void timer_sleep(void) {
    (void)timer_count();
    if (!works) return;
    set_interrupt_level(0);
    processor_idle();
    set_interrupt_level(15);
}

void timer_wait(uint32_t microseconds) {
    const uint64_t start = timer_microseconds();
    while (timer_microseconds() - start < microseconds) {
    }
}

void timer_show(void) {
    enum { seconds = 3 };
    print("The counter: %s, %u.%03u MHz.\n", timer_source_name,
          (unsigned)(timer_source_frequency / 1000000),
          (unsigned)(timer_source_frequency / 1000 % 1000));
    if (!works) {
        print("The timer gave no interrupt when the ROM tried it at the start.\n");
        return;
    }
    print("The timer interrupts %u times a second, at level %u:\n\n", timer_ticks_per_second,
          timer_source_level);
    set_interrupt_level(0); // an interrupt may be pending from before: let it pass
    const uint32_t before = ticks;
    while (ticks == before)
        (void)timer_count();
    const uint64_t start = timer_count();
    const uint32_t first = ticks;
    for (unsigned second = 1; second <= seconds; ++second) {
        while (ticks - first < second * timer_ticks_per_second) {
            (void)timer_count();
            processor_idle();
        }
        const uint64_t passed = timer_count() - start;
        print("  %3u interrupts, %10llu counts, %8llu microseconds\n", (unsigned)(ticks - first),
              (unsigned long long)passed,
              (unsigned long long)divide64(passed * 1000, timer_source_frequency / 1000, NULL));
        if (platform_poll_key() != no_key) break;
    }
    set_interrupt_level(15);
}
