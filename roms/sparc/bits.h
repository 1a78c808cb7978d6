// Bits of the SPARC V8 registers, for C and for the assembler.
// Source: The SPARC Architecture Manual, Version 8, chapter 4 (PSR, WIM, TBR), appendix H (the
// reference MMU).
#pragma once

#define PSR_EF 0x00001000  // floating point may be used
#define PSR_PIL 0x00000f00 // interrupt levels up to this one wait (level 15 never does)
#define PSR_S 0x00000080   // supervisor mode
#define PSR_PS 0x00000040  // S before the last trap
#define PSR_ET 0x00000020  // traps enabled
#define PSR_CWP 0x0000001f // current window

// The ROM's own state, beside the current window: traps taken, interrupts held back.
#define PSR_OF_ROM (PSR_S | PSR_PS | PSR_ET | PSR_PIL)

// Smallest stack frame: 16 words for a spilled window, the place of a structure's address, six
// arguments; a multiple of 8.
#define STACK_FRAME 96

// Offsets in struct exception_frame (exceptions.h, which checks them).
#define FRAME_GLOBALS 0
#define FRAME_OUTS 32
#define FRAME_LOCALS 64
#define FRAME_INS 96
#define FRAME_PSR 128
#define FRAME_PC 132
#define FRAME_NPC 136
#define FRAME_Y 140
#define FRAME_WIM 144
#define FRAME_TBR 148
#define FRAME_TRAP 152
