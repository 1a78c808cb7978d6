// The machine's counter, and interrupts from its timer.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { timer_ticks_per_second = 100 };

// Starts the counter and checks that the timer interrupts: only then does timer_sleep really sleep.
void timer_start(void);

// Called by the trap handler. False when it is not the timer's level.
bool timer_interrupt(unsigned level);

// Counts since timer_start, at timer_source_frequency. To be called more often than the counter
// takes to go round (2 seconds on a SPARCstation), as whoever waits here does.
uint64_t timer_count(void);
uint64_t timer_microseconds(void);
void timer_wait(uint32_t microseconds);

// Menu item: interrupts counted against the counter.
void timer_show(void);
