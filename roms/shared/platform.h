// What a machine's own part must provide so that the shared parts can run on it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { no_key = -1 };

// Sends one byte to the console, waiting until there is room for it.
void platform_put_byte(char byte);

// A byte from the console, or no_key at once when none has come.
int platform_poll_key(void);

// Waits for a byte from the console. The processor may sleep meanwhile.
int platform_wait_for_key(void);

// Reads the aligned 32-bit word at a guest address. False when the processor refused the address;
// platform_explain_refusal then says in words why.
bool platform_read_word(uintptr_t address, uint32_t* value);
void platform_explain_refusal(void);

// One line about what lies at an address (memory, a device, nothing), never null.
const char* platform_describe_address(uintptr_t address);

// Whether a byte can be read at an address.
bool platform_answers(uintptr_t address);

// Device registers, in the bus's own order.
uint8_t platform_io_read8(uintptr_t address);
void platform_io_write8(uintptr_t address, uint8_t value);
void platform_io_write16(uintptr_t address, uint16_t value);

// Time since the ROM started its clock.
uint64_t platform_microseconds(void);
