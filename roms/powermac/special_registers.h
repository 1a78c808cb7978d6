// The processor's special registers, for C.
#pragma once

#include "roms/powermac/bits.h"

#include <stdint.h>

#define READ_SPECIAL_REGISTER(number)                                                              \
    ({                                                                                             \
        uint32_t value_;                                                                           \
        __asm__ volatile("mfspr %0, %1" : "=r"(value_) : "i"(number));                             \
        value_;                                                                                    \
    })
#define WRITE_SPECIAL_REGISTER(number, value)                                                      \
    __asm__ volatile("mtspr %0, %1" : : "i"(number), "r"((uint32_t)(value)) : "memory")

enum special_register {
    spr_dec = 22,
    spr_sdr1 = 25,
    spr_pvr = 287,
    spr_ibat0u = 528, // upper and lower alternate, pair after pair
    spr_dbat0u = 536,
    spr_hid0 = 1008,
    spr_hid1 = 1009,
};

static inline uint32_t read_msr(void) {
    uint32_t value;
    __asm__ volatile("mfmsr %0" : "=r"(value));
    return value;
}

static inline void write_msr(uint32_t value) {
    __asm__ volatile("sync; mtmsr %0; isync" : : "r"(value) : "memory");
}

static inline uint32_t read_segment_register(uint32_t address) {
    uint32_t value;
    __asm__ volatile("mfsrin %0, %1" : "=r"(value) : "r"(address));
    return value;
}

static inline void write_segment_register(uint32_t address, uint32_t value) {
    __asm__ volatile("mtsrin %0, %1; isync" : : "r"(value), "r"(address) : "memory");
}

// The 64-bit time base; the upper half is read again in case the lower one overflowed between.
static inline uint64_t read_time_base(void) {
    uint32_t upper, lower, again;
    do {
        __asm__ volatile("mftbu %0; mftb %1; mftbu %2" : "=r"(upper), "=r"(lower), "=r"(again));
    } while (upper != again);
    return (uint64_t)upper << 32 | lower;
}
