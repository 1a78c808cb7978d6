// Address translation: the ROM maps what it uses one to one, by BATs, and nothing else, so that a
// stray address is caught.
#pragma once

#include <stdint.h>

enum { translation_memory_limit = 512 << 20 }; // what the RAM BATs can let through

// Sets up BATs, segment registers and an empty page table, and turns translation on. The BATs let
// 512 MB of RAM through until translation_limit_memory is told the real size.
void translation_start(void);

// Narrows the RAM BATs. A BAT covers a power of two, 128 KB to 256 MB, so that the mapping may
// still be larger than the memory.
void translation_limit_memory(uint64_t memory_size);

// Prints the BATs, the segment registers and SDR1.
void translation_print(void);
