/* void run_case(record): loads the state in `record`, runs its code, stores the state that it ends
 * with. Only the low area can be addressed while every register belongs to the case. */
#include "tests/lockstep/sparc/guest/layout.h"

        .text
        .globl  run_case
        .globl  exit_end

        .macro  load_ins_and_locals window
        .irp    n, 0,1,2,3,4,5,6,7
        ld      [%g1 + RECORD_FILE + 64*\window + 4*\n], %i\n
        ld      [%g1 + RECORD_FILE + 64*\window + 32 + 4*\n], %l\n
        .endr
        .endm

        .macro  store_ins_and_locals window
        .irp    n, 0,1,2,3,4,5,6,7
        st      %i\n, [%g1 + RECORD_FILE + 64*\window + 4*\n]
        st      %l\n, [%g1 + RECORD_FILE + 64*\window + 32 + 4*\n]
        .endr
        .endm


run_case:
        save    %sp, -96, %sp
        ta      3               /* all windows but this one go to the stack: six are free now */
        mov     %i0, %g1
        st      %g1, [SPARC_RECORD]
        st      %sp, [SPARC_HOST_SP]
        st      %fp, [SPARC_HOST_FP]
        st      %i7, [SPARC_HOST_I7]

        ld      [%g1 + RECORD_FSR], %fsr
        .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        ld      [%g1 + RECORD_FPR + 4*\n], %f\n
        .endr
        ld      [%g1 + RECORD_Y], %g2
        wr      %g2, 0, %y

        load_ins_and_locals 0
        .irp    window, 1,2,3,4,5,6
        save    %g0, %g0, %g0
        load_ins_and_locals \window
        .endr
        .irp    n, 0,1,2,3,4,5,6,7
        ld      [%g1 + RECORD_FILE + 64*7 + 4*\n], %o\n
        .endr
        .rept   SPARC_DEPTH
        restore %g0, %g0, %g0
        .endr

        ld      [%g1 + RECORD_GLOBAL + 4], %g2
        st      %g2, [SPARC_G1]
        ld      [%g1 + RECORD_ICC_A], %g2
        ld      [%g1 + RECORD_ICC_B], %g3
        ld      [%g1 + RECORD_ICC_SUBTRACT], %g4
        tst     %g4
        be      1f
        nop
        b       2f
        subcc   %g2, %g3, %g0
1:      addcc   %g2, %g3, %g0
2:      .irp    n, 2,3,4,5,6,7
        ld      [%g1 + RECORD_GLOBAL + 4*\n], %g\n
        .endr
        ld      [%g1 + RECORD_CODE], %g1
        jmp     %g1
        nop

exit_end:
        st      %g1, [SPARC_G1]
        ld      [SPARC_RECORD], %g1
        .irp    n, 2,3,4,5,6,7
        st      %g\n, [%g1 + RECORD_GLOBAL + 4*\n]
        .endr
        ld      [SPARC_G1], %g2
        st      %g2, [%g1 + RECORD_GLOBAL + 4]
        mov     0, %g2
        bcs,a   1f
        or      %g2, 1, %g2
1:      bvs,a   1f
        or      %g2, 2, %g2
1:      be,a    1f
        or      %g2, 4, %g2
1:      bneg,a  1f
        or      %g2, 8, %g2
1:      st      %g2, [%g1 + RECORD_ICC]
        rd      %y, %g2
        st      %g2, [%g1 + RECORD_Y]
        st      %fsr, [%g1 + RECORD_FSR]
        .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        st      %f\n, [%g1 + RECORD_FPR + 4*\n]
        .endr

        .rept   SPARC_DEPTH
        restore %g0, %g0, %g0
        .endr
        store_ins_and_locals 0
        .irp    window, 1,2,3,4,5,6
        save    %g0, %g0, %g0
        store_ins_and_locals \window
        .endr
        .irp    n, 0,1,2,3,4,5,6,7
        st      %o\n, [%g1 + RECORD_FILE + 64*7 + 4*\n]
        .endr
        .rept   2*SPARC_DEPTH
        restore %g0, %g0, %g0
        .endr
        ld      [SPARC_HOST_SP], %sp
        ld      [SPARC_HOST_FP], %fp
        ld      [SPARC_HOST_I7], %i7
        ret
        restore

        .section .note.GNU-stack, "", @progbits
