// Exceptions: what the entry code saves.
#pragma once

#include "roms/powermac/bits.h"
#include "roms/shared/exceptions.h"

#include <stddef.h>
#include <stdint.h>

struct exception_frame {
    uint32_t gpr[32];
    uint32_t cr, xer, lr, ctr;
    uint32_t srr0, srr1; // where and in which state (MSR) the processor was
    uint32_t dar, dsisr;
    uint32_t vector;
};

_Static_assert(offsetof(struct exception_frame, cr) == FRAME_CR, "start.S disagrees");
_Static_assert(offsetof(struct exception_frame, srr0) == FRAME_SRR0, "start.S disagrees");
_Static_assert(offsetof(struct exception_frame, vector) == FRAME_VECTOR, "start.S disagrees");

enum exception_vector {
    vector_machine_check = 0x200,
    vector_data_access = 0x300,
    vector_instruction_access = 0x400,
    vector_external_interrupt = 0x500,
    vector_alignment = 0x600,
    vector_program = 0x700,
    vector_floating_point_unavailable = 0x800,
    vector_decrementer = 0x900,
    vector_system_call = 0xc00,
};

// Prints the names of the bits that are set in an MSR value.
void print_msr_bits(uint32_t msr);
