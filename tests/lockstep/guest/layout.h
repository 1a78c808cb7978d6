/* What the two sides of the PowerPC lockstep agree on: plain numbers, for C, C++ and assembly.
 *
 * The guest's address space, under qemu-ppc:
 *     0x00004000  low area: reachable with rA = 0. The test window lies across a page boundary in
 * it. 0x00007f00  one instruction that ends a case as LOCKSTEP_EXIT_LOW: the target of bca
 *     0x01000000  the harness itself: reachable with ba
 *     0x01800000  code of the cases
 *
 * A batch on standard input: a header of four words (magic, cases, code words, features), the code,
 * a record a case. On standard output: the records as they are afterwards. All big-endian.
 */
#ifndef VESTIGE_TESTS_LOCKSTEP_LAYOUT_H
#define VESTIGE_TESTS_LOCKSTEP_LAYOUT_H

#define LOCKSTEP_MAGIC 0x56504343

#define LOCKSTEP_LOW_START 0x4000
#define LOCKSTEP_LOW_END 0x8000
#define LOCKSTEP_WINDOW 0x4f80
#define LOCKSTEP_WINDOW_BYTES 256
/* The harness's own words in the low area. */
#define LOCKSTEP_CONTEXT 0x6000
#define LOCKSTEP_IN_R1 0x6000
#define LOCKSTEP_IN_CTR 0x6004
#define LOCKSTEP_OUT_R1 0x6008
#define LOCKSTEP_EXIT_KIND 0x600c
#define LOCKSTEP_EXIT_PC 0x6010
#define LOCKSTEP_RECORD 0x6014
#define LOCKSTEP_HOST_STACK 0x6018
#define LOCKSTEP_LOW_EXIT 0x7f00

#define LOCKSTEP_CODE 0x01800000
#define LOCKSTEP_CODE_BYTES 0x00400000

/* Features of a batch. */
#define LOCKSTEP_FLOAT 1
#define LOCKSTEP_VECTOR 2

/* How a case ended. */
#define LOCKSTEP_EXIT_END 0
#define LOCKSTEP_EXIT_LOW 1
#define LOCKSTEP_EXIT_TRAP 2
#define LOCKSTEP_EXIT_ILLEGAL 3
#define LOCKSTEP_EXIT_OTHER 4

/* Offsets in a record. */
#define RECORD_GPR 0
#define RECORD_CR 128
#define RECORD_XER 132
#define RECORD_LR 136
#define RECORD_VSCR 140 /* last word of a quadword */
#define RECORD_CTR 144
#define RECORD_FPSCR 148 /* second word of a double */
#define RECORD_VRSAVE 152
#define RECORD_EXIT_KIND 156
#define RECORD_EXIT_PC 160 /* of an exit by exception */
#define RECORD_CODE 164    /* address of the case's code */
#define RECORD_FEATURES 168
#define RECORD_FPR 176
#define RECORD_VR 432
#define RECORD_MEMORY 944
#define RECORD_SCRATCH 1200 /* the harness's own */
#define RECORD_BYTES 1216

/* Words at the start of a case's code that set CTR and r1, which nothing else can: written by the
 * generator. */
#define LOCKSTEP_PROLOGUE_WORDS 3

#endif
