// What Sun's firmware of versions 2 and 3 offers to programs: a vector of entry points and data.
// Source: Linux's struct linux_romvec, SunOS's <mon/sunromvec.h>.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct rom_vector {
    uint32_t magic, version, plugin, monitor;
    uint32_t memory[3]; // version 0's
    void* nodes;
    uint32_t version_0[18]; // devices, console, printing
    uint32_t version_0_ends[5];
    void (*evaluate)(const char* text);
    void* version_0_arguments;
    void* station;
    const char** boot_path;
    const char** boot_arguments;
    const int* standard_input;
    const int* standard_output;
    int (*package_of)(int device);
    void* (*claim)(void* address, uint32_t size);
    void (*release)(void* address, uint32_t size);
    void* (*map)(void* address, int space, uint32_t physical, uint32_t size);
    void (*unmap)(void* address, uint32_t size);
    int (*open)(const char* path);
    void (*close)(int device);
    int (*read)(int device, void* to, int size);
    int (*write)(int device, const void* from, int size);
    int (*seek)(int device, int high, int low);
};

_Static_assert(offsetof(struct rom_vector, evaluate) == 0x7c, "");
_Static_assert(offsetof(struct rom_vector, boot_path) == 0x88, "");
_Static_assert(offsetof(struct rom_vector, open) == 0xac, "");

#define ROM_VECTOR_MAGIC 0x10010407u
