// Device registers. PCI devices are little-endian, whatever the processor is.
#pragma once

#include <stdint.h>

static inline void io_barrier(void) { __asm__ volatile("eieio" : : : "memory"); }

static inline uint8_t io_read8(uint32_t address) {
    const uint8_t value = *(volatile uint8_t*)address;
    io_barrier();
    return value;
}

static inline void io_write8(uint32_t address, uint8_t value) {
    *(volatile uint8_t*)address = value;
    io_barrier();
}

static inline void io_write16_big(uint32_t address, uint16_t value) {
    *(volatile uint16_t*)address = value;
    io_barrier();
}

static inline uint16_t io_read16_little(uint32_t address) {
    uint32_t value;
    __asm__ volatile("lhbrx %0, 0, %1; eieio" : "=r"(value) : "r"(address) : "memory");
    return (uint16_t)value;
}

static inline void io_write16_little(uint32_t address, uint16_t value) {
    __asm__ volatile("sthbrx %0, 0, %1; eieio" : : "r"(value), "r"(address) : "memory");
}

static inline uint32_t io_read32_little(uint32_t address) {
    uint32_t value;
    __asm__ volatile("lwbrx %0, 0, %1; eieio" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static inline void io_write32_little(uint32_t address, uint32_t value) {
    __asm__ volatile("stwbrx %0, 0, %1; eieio" : : "r"(value), "r"(address) : "memory");
}
