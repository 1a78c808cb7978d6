/* void run_case(record): loads the state in `record`, branches to its code, stores the state that it
 * ends with. Only the low area can be addressed while every register belongs to the case. */
#include "tests/lockstep/guest/layout.h"

#define FRAME 160

        .text
        .globl  run_case
        .globl  exit_end
        .globl  exit_low
        .globl  exit_exception

run_case:
        mflr    %r0
        stw     %r0, 4(%r1)
        stwu    %r1, -FRAME(%r1)
        stmw    %r2, 8(%r1)
        mfcr    %r0
        stw     %r0, 132(%r1)
        stw     %r1, LOCKSTEP_HOST_STACK(0)
        stw     %r3, LOCKSTEP_RECORD(0)
        mr      %r1, %r3

        lwz     %r4, RECORD_FEATURES(%r1)
        andi.   %r0, %r4, LOCKSTEP_FLOAT
        beq     1f
        lfd     %f0, RECORD_FPSCR-4(%r1)
        mtfsf   255, %f0
        .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        lfd     \n, RECORD_FPR+8*\n(%r1)
        .endr
1:      andi.   %r0, %r4, LOCKSTEP_VECTOR
        beq     2f
        li      %r5, RECORD_VSCR-12
        lvx     %v0, %r1, %r5
        mtvscr  %v0
        lwz     %r5, RECORD_VRSAVE(%r1)
        mtspr   256, %r5
        .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        li      %r5, RECORD_VR+16*\n
        lvx     \n, %r1, %r5
        .endr
2:      lwz     %r0, RECORD_CR(%r1)
        mtcrf   255, %r0
        lwz     %r0, RECORD_XER(%r1)
        mtxer   %r0
        lwz     %r0, RECORD_LR(%r1)
        mtlr    %r0
        lwz     %r0, RECORD_CTR(%r1)
        stw     %r0, LOCKSTEP_IN_CTR(0)
        lwz     %r0, RECORD_GPR+4(%r1)
        stw     %r0, LOCKSTEP_IN_R1(0)
        lwz     %r0, RECORD_CODE(%r1)
        mtctr   %r0
        lwz     %r0, RECORD_GPR(%r1)
        lmw     %r2, RECORD_GPR+8(%r1)
        bctr

exit_end:
        stw     %r1, LOCKSTEP_OUT_R1(0)
        li      %r1, LOCKSTEP_EXIT_END
        b       3f
exit_low:
        stw     %r1, LOCKSTEP_OUT_R1(0)
        li      %r1, LOCKSTEP_EXIT_LOW
3:      stw     %r1, LOCKSTEP_EXIT_KIND(0)
        b       4f
exit_exception:                         /* kind and pc are already there */
        stw     %r1, LOCKSTEP_OUT_R1(0)

4:      lwz     %r1, LOCKSTEP_RECORD(0)
        stmw    %r2, RECORD_GPR+8(%r1)
        stw     %r0, RECORD_GPR(%r1)
        lwz     %r0, LOCKSTEP_OUT_R1(0)
        stw     %r0, RECORD_GPR+4(%r1)
        mfcr    %r0
        stw     %r0, RECORD_CR(%r1)
        mfxer   %r0
        stw     %r0, RECORD_XER(%r1)
        mflr    %r0
        stw     %r0, RECORD_LR(%r1)
        mfctr   %r0
        stw     %r0, RECORD_CTR(%r1)
        lwz     %r0, LOCKSTEP_EXIT_KIND(0)
        stw     %r0, RECORD_EXIT_KIND(%r1)
        lwz     %r0, LOCKSTEP_EXIT_PC(0)
        stw     %r0, RECORD_EXIT_PC(%r1)
        lwz     %r4, RECORD_FEATURES(%r1)
        andi.   %r0, %r4, LOCKSTEP_FLOAT
        beq     5f
        .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        stfd    \n, RECORD_FPR+8*\n(%r1)
        .endr
        mffs    %f0
        stfd    %f0, RECORD_SCRATCH(%r1)
        lwz     %r0, RECORD_SCRATCH+4(%r1)
        stw     %r0, RECORD_FPSCR(%r1)
5:      andi.   %r0, %r4, LOCKSTEP_VECTOR
        beq     6f
        .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        li      %r5, RECORD_VR+16*\n
        stvx    \n, %r1, %r5
        .endr
        mfvscr  %v0
        li      %r5, RECORD_SCRATCH
        stvx    %v0, %r1, %r5
        lwz     %r0, RECORD_SCRATCH+12(%r1)
        stw     %r0, RECORD_VSCR(%r1)
        mfspr   %r5, 256
        stw     %r5, RECORD_VRSAVE(%r1)

6:      lwz     %r1, LOCKSTEP_HOST_STACK(0)
        lwz     %r0, 132(%r1)
        mtcrf   255, %r0
        lmw     %r2, 8(%r1)
        addi    %r1, %r1, FRAME
        lwz     %r0, 4(%r1)
        mtlr    %r0
        blr

        .section .note.GNU-stack, "", @progbits
