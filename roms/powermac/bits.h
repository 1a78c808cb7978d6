// Bits of the PowerPC registers, for C and for the assembler.
// Source: Programming Environments Manual for 32-Bit Implementations of the PowerPC Architecture,
// chapter 2; the HID0 bits: MPC750 RISC Microprocessor User's Manual, section 2.1.2.
#pragma once

#define MSR_VEC 0x02000000 // AltiVec may be used
#define MSR_POW 0x00040000 // sleep as HID0 says
#define MSR_ILE 0x00010000 // exceptions switch to little-endian
#define MSR_EE 0x00008000  // external interrupts and the decrementer
#define MSR_PR 0x00004000  // user mode
#define MSR_FP 0x00002000  // floating point may be used
#define MSR_ME 0x00001000  // machine check exception (else: checkstop)
#define MSR_FE0 0x00000800
#define MSR_SE 0x00000400 // trace every instruction
#define MSR_BE 0x00000200 // trace branches
#define MSR_FE1 0x00000100
#define MSR_IP 0x00000040 // exception vectors at FFF00000, else at 0
#define MSR_IR 0x00000020 // instruction addresses are translated
#define MSR_DR 0x00000010 // data addresses are translated
#define MSR_PM 0x00000004
#define MSR_RI 0x00000002 // an exception here can be returned from
#define MSR_LE 0x00000001

// The ROM's own state: exceptions through the vectors in the ROM, translation on, interrupts off.
#define MSR_OF_ROM (MSR_ME | MSR_IP | MSR_IR | MSR_DR | MSR_RI)

#define HID0_DOZE 0x00800000
#define HID0_NAP 0x00400000
#define HID0_SLEEP 0x00200000
#define HID0_ICE 0x00008000
#define HID0_DCE 0x00004000
#define HID0_ICFI 0x00000800
#define HID0_DCFI 0x00000400

// Offsets in struct exception_frame (exceptions.h, which checks them).
#define FRAME_CR 128
#define FRAME_XER 132
#define FRAME_LR 136
#define FRAME_CTR 140
#define FRAME_SRR0 144
#define FRAME_SRR1 148
#define FRAME_DAR 152
#define FRAME_DSISR 156
#define FRAME_VECTOR 160
