# Reset, exception entry and the two ways to leave the ordinary flow of C.

#include "roms/powermac/bits.h"

# ---- Vectors ------------------------------------------------------------------------------------
# MSR[IP] stays set, so the processor takes every exception here in the ROM, with translation off.

    .section .vectors, "ax"

    .org 0x100
    .globl reset_vector
reset_vector:
    b start

.macro vector number
    .org \number
    mtsprg 0, %r1
    mtsprg 1, %r3
    li %r3, \number
    b exception_entry
.endm

    vector 0x0200 # machine check
    vector 0x0300 # data access (DSI)
    vector 0x0400 # instruction access (ISI)
    vector 0x0500 # external interrupt
    vector 0x0600 # alignment
    vector 0x0700 # program
    vector 0x0800 # floating point unavailable
    vector 0x0900 # decrementer
    vector 0x0c00 # system call
    vector 0x0d00 # trace
    vector 0x0f00 # performance monitor
    vector 0x0f20 # AltiVec unavailable
    vector 0x1000 # 603: instruction translation miss
    vector 0x1100 # 603: data load translation miss
    vector 0x1200 # 603: data store translation miss
    vector 0x1300 # instruction address breakpoint
    vector 0x1400 # system management interrupt
    vector 0x1600 # AltiVec assist
    vector 0x1700 # thermal management
    .org 0x1800

# r1 and r3 wait in SPRG0 and SPRG1, r3 holds the vector number. Only one frame is needed: an
# exception within the handler is a fault of the ROM, and exception_dispatch says so and stops.
exception_entry:
    lis %r1, exception_frame_storage@ha
    addi %r1, %r1, exception_frame_storage@l
    stw %r3, FRAME_VECTOR(%r1)
    stw %r0, 0(%r1)
    stmw %r2, 8(%r1)
    mfsprg %r4, 0
    mfsprg %r5, 1
    stw %r4, 4(%r1)
    stw %r5, 12(%r1)
    mfcr %r4
    mfxer %r5
    mflr %r6
    mfctr %r7
    mfsrr0 %r8
    mfsrr1 %r9
    mfdar %r10
    mfdsisr %r11
    stw %r4, FRAME_CR(%r1)
    stw %r5, FRAME_XER(%r1)
    stw %r6, FRAME_LR(%r1)
    stw %r7, FRAME_CTR(%r1)
    stw %r8, FRAME_SRR0(%r1)
    stw %r9, FRAME_SRR1(%r1)
    stw %r10, FRAME_DAR(%r1)
    stw %r11, FRAME_DSISR(%r1)
    mr %r3, %r1

    # The devices are reached through the BATs, so the handler runs translated as well.
    li %r4, MSR_OF_ROM
    mtmsr %r4
    isync
    lis %r1, (exception_stack_top - 16)@ha
    addi %r1, %r1, (exception_stack_top - 16)@l
    li %r4, 0
    stw %r4, 0(%r1) # end of the chain of stack frames
    bl exception_dispatch

    # Back to where the frame says. SRR0 and SRR1 are safe while nothing here can fault.
    lis %r1, exception_frame_storage@ha
    addi %r1, %r1, exception_frame_storage@l
    lwz %r4, FRAME_CR(%r1)
    lwz %r5, FRAME_XER(%r1)
    lwz %r6, FRAME_LR(%r1)
    lwz %r7, FRAME_CTR(%r1)
    lwz %r8, FRAME_SRR0(%r1)
    lwz %r9, FRAME_SRR1(%r1)
    mtcr %r4
    mtxer %r5
    mtlr %r6
    mtctr %r7
    mtsrr0 %r8
    mtsrr1 %r9
    lwz %r0, 0(%r1)
    lmw %r2, 8(%r1)
    lwz %r1, 4(%r1)
    rfi

# ---- Reset --------------------------------------------------------------------------------------

    .text
start:
    # Translation and interrupts off, vectors in the ROM.
    li %r3, MSR_ME | MSR_IP
    mtmsr %r3
    isync
    lis %r3, 0x7fff # no decrementer interrupt for a while
    mtdec %r3

    # Caches on, and empty to begin with.
    mfspr %r3, 1008 # HID0
    ori %r3, %r3, HID0_ICE | HID0_DCE
    ori %r4, %r3, HID0_ICFI | HID0_DCFI
    sync
    isync
    mtspr 1008, %r4
    mtspr 1008, %r3
    isync
    sync

    # The initialised data is in the ROM; its home is in RAM.
    lis %r3, data_start@ha
    addi %r3, %r3, data_start@l
    lis %r4, data_end@ha
    addi %r4, %r4, data_end@l
    lis %r5, data_in_rom@ha
    addi %r5, %r5, data_in_rom@l
1:  cmplw %r3, %r4
    bge 2f
    lwz %r6, 0(%r5)
    stw %r6, 0(%r3)
    addi %r3, %r3, 4
    addi %r5, %r5, 4
    b 1b

    # The rest starts as zero.
2:  lis %r3, bss_start@ha
    addi %r3, %r3, bss_start@l
    lis %r4, bss_end@ha
    addi %r4, %r4, bss_end@l
    li %r6, 0
3:  cmplw %r3, %r4
    bge 4f
    stw %r6, 0(%r3)
    addi %r3, %r3, 4
    b 3b

4:  lis %r1, (stack_top - 16)@ha
    addi %r1, %r1, (stack_top - 16)@l
    stw %r6, 0(%r1)
    bl rom_main
5:  b 5b

# ---- Calls that survive an exception ------------------------------------------------------------

# bool run_guarded(void (*body)(uintptr_t), uintptr_t argument)
#
# Calls body(argument) and returns false. If an exception happens meanwhile, exception_dispatch
# resumes at guard_resume with r1 = guard_stack_pointer and r3 = 1: the call returns true instead.
    .globl run_guarded
run_guarded:
    mflr %r0
    stw %r0, 4(%r1)
    stwu %r1, -96(%r1)
    mfcr %r0
    stw %r0, 8(%r1)
    stmw %r13, 16(%r1)
    lis %r5, guard_stack_pointer@ha
    stw %r1, guard_stack_pointer@l(%r5)
    mtctr %r3
    mr %r3, %r4
    bctrl
    li %r3, 0
    .globl guard_resume
guard_resume:
    li %r6, 0
    lis %r5, guard_stack_pointer@ha
    stw %r6, guard_stack_pointer@l(%r5)
    lmw %r13, 16(%r1)
    lwz %r0, 8(%r1)
    mtcr %r0
    addi %r1, %r1, 96
    lwz %r0, 4(%r1)
    mtlr %r0
    blr

# Where an unexpected exception ends: forget the interrupted work, serve the menu again.
    .globl restart_menu
restart_menu:
    lis %r1, (stack_top - 16)@ha
    addi %r1, %r1, (stack_top - 16)@l
    li %r6, 0
    stw %r6, 0(%r1)
    bl rom_menu
6:  b 6b

# void run_in_user_mode(uintptr_t code): never returns, but for an exception.
    .globl run_in_user_mode
run_in_user_mode:
    mfmsr %r4
    ori %r4, %r4, MSR_PR
    mtsrr0 %r3
    mtsrr1 %r4
    rfi

# ---- The end of the image -----------------------------------------------------------------------

    .section .trailer, "a"
    .ascii "VESTIGE POWERMAC" # 16 bytes: FFFFFFF0 to FFFFFFFF

    .section .note.GNU-stack, "", @progbits # no executable stack wanted
