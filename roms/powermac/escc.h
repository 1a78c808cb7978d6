// The serial port: channel A of the Zilog 85C30 (ESCC) within MacIO.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// 57600 baud, 8 data bits, no parity. `base` is the ESCC's block in MacIO.
void escc_start(uint32_t base);

void escc_put(char byte);
bool escc_has_byte(void);
char escc_get(void);

// Waits until the last byte has left the wire (but not for ever).
void escc_drain(void);
