// The decrementer and the time base.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { timer_ticks_per_second = 100 };

// Tells the time base's frequency in Hz and checks that the decrementer interrupts: only then does
// timer_sleep really sleep.
void timer_start(uint32_t time_base_frequency);

// Called by the exception handler.
void timer_interrupt(void);

uint64_t timer_microseconds_to_ticks(uint32_t microseconds);
uint64_t timer_ticks_to_microseconds(uint64_t time_base_ticks);
void timer_wait(uint32_t microseconds);

// Menu item: decrementer interrupts counted against the time base.
void timer_show(void);
