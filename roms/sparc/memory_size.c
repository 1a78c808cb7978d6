#include "roms/sparc/memory_size.h"

#include "roms/sparc/exceptions.h"
#include "roms/sparc/machine.h"

// Writes each megabyte's own number into it, from the top down, so that where the memory repeats
// itself the lowest megabyte wins, and counts what can be read back.
uint64_t probe_memory_size(uint64_t limit) {
    enum { megabyte = 1 << 20 };
    uint32_t value = 0;
    for (uint32_t offset = (uint32_t)limit - megabyte; offset != 0; offset -= megabyte) {
        const uint32_t address = machine_memory + offset;
        if (probe_word(address, &value, NULL)) *(volatile uint32_t*)(uintptr_t)address = address;
    }
    uint32_t size = megabyte; // the first one holds our stack, so it must be there
    while (size < limit && probe_word(machine_memory + size, &value, NULL) &&
           value == machine_memory + size)
        size += megabyte;
    return size;
}
