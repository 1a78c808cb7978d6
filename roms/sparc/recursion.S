# The recursion that windows.c shows.

#include "roms/sparc/bits.h"

# Writes CWP, WIM and the counts of window traps to [i1] and advances i1.
.macro record
    rd %psr, %l0
    and %l0, PSR_CWP, %l0
    st %l0, [%i1]
    rd %wim, %l0
    st %l0, [%i1 + 4]
    sethi %hi(window_overflows), %l0
    ld [%l0 + %lo(window_overflows)], %l0
    st %l0, [%i1 + 8]
    sethi %hi(window_underflows), %l0
    ld [%l0 + %lo(window_underflows)], %l0
    st %l0, [%i1 + 12]
    inc 16, %i1
.endm

    .text

# struct window_record* recurse(unsigned depth, struct window_record* records, uint32_t mark)
#
# Fills two records a level, one on the way down and one on the way up, and returns the end of
# them. Each level keeps its own mark in a local register; on the way up it checks that it is still
# there, and gives back null if not.
    .globl recurse
recurse:
    save %sp, -STACK_FRAME, %sp
    record
    add %i2, %i0, %l1
    cmp %i0, 1
    be 1f
    mov %i1, %o1
    sub %i0, 1, %o0
    call recurse
    mov %i2, %o2
    cmp %o0, 0
    be 2f
    mov %o0, %o1
1:  mov %o1, %i1
    record
    add %i2, %i0, %l0
    cmp %l0, %l1
    bne 2f
    nop
    ret
    restore %i1, 0, %o0
2:  ret
    restore %g0, 0, %o0

    .section .note.GNU-stack, "", @progbits
