#include "roms/shared/memory_size.h"

#include "roms/shared/exceptions.h"

// Writes each megabyte's own number into it, from the top down, so that where the memory repeats
// itself the lowest megabyte wins, and counts what can be read back.
uint32_t probe_memory_size(uint32_t base, uint32_t limit) {
    enum { megabyte = 1 << 20 };
    uint32_t value = 0;
    for (uint32_t offset = limit - megabyte; offset != 0; offset -= megabyte) {
        const uint32_t address = base + offset;
        if (probe_word(address, &value)) *(volatile uint32_t*)(uintptr_t)address = address;
    }
    uint32_t size = megabyte; // the first one holds our stack, so it must be there
    while (size < limit && probe_word(base + size, &value) && value == base + size)
        size += megabyte;
    return size;
}
