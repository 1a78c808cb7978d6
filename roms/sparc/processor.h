// The processor's state registers, for C.
#pragma once

#include "roms/sparc/bits.h"

#include <stdint.h>

#define READ_STATE(name)                                                                           \
    ({                                                                                             \
        uint32_t value_;                                                                           \
        __asm__ volatile("rd %%" name ", %0" : "=r"(value_));                                      \
        value_;                                                                                    \
    })

// A word in another address space; `space` is a constant.
#define READ_ALTERNATE(space, address)                                                             \
    ({                                                                                             \
        uint32_t value_;                                                                           \
        __asm__ volatile("lda [%1] %2, %0" : "=r"(value_) : "r"(address), "i"(space) : "memory");  \
        value_;                                                                                    \
    })
#define WRITE_ALTERNATE(space, address, value)                                                     \
    __asm__ volatile("sta %0, [%1] %2"                                                             \
                     :                                                                             \
                     : "r"((uint32_t)(value)), "r"(address), "i"(space)                            \
                     : "memory")

// Interrupts above this level come through; 15 holds back all that can be.
static inline void set_interrupt_level(uint32_t level) {
    const uint32_t psr = (READ_STATE("psr") & ~(uint32_t)PSR_PIL) | level << 8;
    __asm__ volatile("wr %0, 0, %%psr; nop; nop; nop" : : "r"(psr) : "memory");
}

// How many windows there are, less one.
extern uint32_t window_last;

// Window traps taken so far.
extern volatile uint32_t window_overflows, window_underflows;

// All windows but the caller's go to the stack.
void flush_windows(void);
