# The branches that delay_slots.c shows. Each function returns a bit for each instruction that was
# executed: 1 in the delay slot, 2 after it, 4 at the target, 8 behind the target (16 and 32 at the
# second target of a couple).

.macro marks first, compare, branch
    .globl \first
\first:
    clr %o0
    cmp %g0, \compare
    \branch 1f
    or %o0, 1, %o0
    or %o0, 2, %o0
1:  or %o0, 4, %o0
    or %o0, 8, %o0
    retl
    nop
.endm

    .text
    marks branch_always, 0, ba
    marks branch_always_annulled, 0, "ba,a"
    marks branch_never, 0, bn
    marks branch_never_annulled, 0, "bn,a"
    marks branch_taken, 0, be
    marks branch_taken_annulled, 0, "be,a"
    marks branch_untaken, 1, be
    marks branch_untaken_annulled, 1, "be,a"

# A branch in the delay slot of another: one instruction at the first target, then the second.
    .globl branch_couple
branch_couple:
    clr %o0
    ba 1f
    ba 2f
    or %o0, 2, %o0
1:  or %o0, 4, %o0
    or %o0, 8, %o0
    retl
    nop
2:  or %o0, 16, %o0
    or %o0, 32, %o0
    retl
    nop

    .section .note.GNU-stack, "", @progbits
