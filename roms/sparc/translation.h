// The reference MMU: the ROM maps what it uses, 16 MB at a time, and nothing else, so that a stray
// address is caught.
#pragma once

#include <stdint.h>

// Turns translation on for the machine's regions, with all that RAM could be.
void translation_start(void);

// Leaves only so much of RAM mapped, rounded up to 256 KB.
void translation_limit_memory(uint64_t memory_size);

// Turns it off again, to start afresh.
void translation_stop(void);

// Fault status and fault address; reading clears them.
void translation_take_fault(uint32_t* status, uint32_t* address);

// Prints the MMU's registers and what is mapped.
void translation_print(void);
