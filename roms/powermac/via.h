// The 6522 VIA within MacIO: a timer, and the way to CUDA, the microcontroller that has the power
// switch.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// `base` is the VIA's block in MacIO.
void via_start(uint32_t base);

enum { via_timer_frequency = 783360 }; // Hz: the 15.6672 MHz of the first Macintosh, over 20

// The time base's frequency in Hz, measured against the VIA's timer 1; 0 when that timer
// does not run.
uint32_t via_measure_time_base(void);

enum cuda_command { cuda_power_down = 0x0a, cuda_reset_system = 0x11 };

// Sends CUDA a command of its own ("pseudo") packet kind. False when CUDA does not take it.
bool cuda_send(enum cuda_command command);
