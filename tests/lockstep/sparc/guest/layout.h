/* What the two sides of the SPARC lockstep agree on: plain numbers, for C, C++ and assembly.
 *
 * The guest's address space, under qemu-sparc:
 *     0x00000000  low area: reachable with rs1 = %g0. The harness's own words; the test window lies
 *                 across a page boundary in it.
 *     0x01000000  the harness itself
 *     0x01400000  code of the cases, all within the reach of a branch to the harness
 *
 * A batch on standard input: a header of four words (magic, cases, code words, 0), the code, a
 * record a case. On standard output: the records as they are afterwards. All big-endian.
 *
 * Windows: a case can move three down and three up from where it begins without a trap. Seven
 * windows hang together, the ins of one being the outs of the window before: 8 ins and 8 locals of
 * each, the outermost first, and the outs of the innermost. A case ends in the window that it
 * begins in.
 */
#ifndef VESTIGE_TESTS_LOCKSTEP_SPARC_LAYOUT_H
#define VESTIGE_TESTS_LOCKSTEP_SPARC_LAYOUT_H

#define SPARC_LOCKSTEP_MAGIC 0x56535038

#define SPARC_LOW_START 0
#define SPARC_LOW_END 0x4000
#define SPARC_WINDOW 0xf80
#define SPARC_WINDOW_BYTES 256
/* Where windows are spilled to, one below another. */
#define SPARC_STACK 0x3c00
#define SPARC_FRAME 96
/* The harness's own words in the low area. */
#define SPARC_RECORD 0x100
#define SPARC_HOST_SP 0x104
#define SPARC_HOST_FP 0x108
#define SPARC_HOST_I7 0x10c
#define SPARC_G1 0x110

#define SPARC_CODE 0x01400000
#define SPARC_CODE_BYTES 0x00400000

/* Words before a case's code, which load %g1, and after it, which leave. */
#define SPARC_PROLOGUE_WORDS 1
#define SPARC_EPILOGUE_WORDS 2

/* Features of a suite. */
#define SPARC_FLOAT 1
#define SPARC_DEEP 2 /* more saves than windows: stack pointers are kept */

#define SPARC_DEPTH 3 /* windows on either side of the one that a case begins in */
#define SPARC_FILE_WORDS 120

/* Offsets in a record. */
#define RECORD_GLOBAL 0
#define RECORD_FILE 32
#define RECORD_Y 512
#define RECORD_ICC 516   /* N Z V C, on output */
#define RECORD_ICC_A 520 /* on input: two operands that make them, */
#define RECORD_ICC_B 524
#define RECORD_ICC_SUBTRACT 528 /* by subcc, or else addcc */
#define RECORD_FSR 532
#define RECORD_CODE 536 /* address of the prologue */
#define RECORD_FPR 544
#define RECORD_MEMORY 672
#define RECORD_BYTES 928

#endif
