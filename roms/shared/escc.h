// The serial port: one channel of the Zilog 85C30 (ESCC).
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Where a machine has the channel, and its clock.
struct escc_wiring {
    uintptr_t control, data; // addresses of the channel's two registers
    uint8_t reset;           // what WR9 takes to reset this channel
    uint8_t time_constant;   // clock / (2 * 16 * baud) - 2
};

enum { escc_reset_channel_a = 0x80 };

// 8 data bits, no parity.
void escc_start(const struct escc_wiring* wiring);

void escc_put(char byte);
bool escc_has_byte(void);
char escc_get(void);

// Waits until the last byte has left the wire (but not for ever).
void escc_drain(void);
