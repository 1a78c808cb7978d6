// Traps: what the entry code saves.
#pragma once

#include "roms/shared/exceptions.h"
#include "roms/sparc/bits.h"

#include <stddef.h>
#include <stdint.h>

struct exception_frame {
    // Of the interrupted window.
    uint32_t globals[8], outs[8], locals[8], ins[8];
    uint32_t psr, pc, npc, y, wim, tbr;
    uint32_t trap; // its number in the trap table
    // Of access faults: the MMU's account, added by C.
    uint32_t fault_status, fault_address;
};

_Static_assert(offsetof(struct exception_frame, outs) == FRAME_OUTS, "start.S disagrees");
_Static_assert(offsetof(struct exception_frame, psr) == FRAME_PSR, "start.S disagrees");
_Static_assert(offsetof(struct exception_frame, trap) == FRAME_TRAP, "start.S disagrees");

enum trap_number {
    trap_instruction_access = 0x01,
    trap_window_overflow = 0x05,
    trap_window_underflow = 0x06,
    trap_data_access = 0x09,
    trap_interrupt = 0x10, // + level
    trap_software = 0x80,  // + the number that ticc gives
};

// Prints the fields of a PSR value.
void print_psr(uint32_t psr);
