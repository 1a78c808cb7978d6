# Reset, the trap table, trap entry, and the two ways to leave the ordinary flow of C.

#include "roms/sparc/bits.h"

# Loads or stores the 16 registers of a window where its stack pointer points.
.macro window_to_stack
    std %l0, [%sp + 0]
    std %l2, [%sp + 8]
    std %l4, [%sp + 16]
    std %l6, [%sp + 24]
    std %i0, [%sp + 32]
    std %i2, [%sp + 40]
    std %i4, [%sp + 48]
    std %i6, [%sp + 56]
.endm
.macro window_from_stack
    ldd [%sp + 0], %l0
    ldd [%sp + 8], %l2
    ldd [%sp + 16], %l4
    ldd [%sp + 24], %l6
    ldd [%sp + 32], %i0
    ldd [%sp + 40], %i2
    ldd [%sp + 48], %i4
    ldd [%sp + 56], %i6
.endm
# WIM and PSR may take three instructions to change.
.macro settle
    nop
    nop
    nop
.endm
.macro count counter, address, value
    sethi %hi(\counter), \address
    ld [\address + %lo(\counter)], \value
    inc \value
    st \value, [\address + %lo(\counter)]
.endm

# ---- Trap table ---------------------------------------------------------------------------------
# 256 entries of four instructions; reset is the first, wherever the processor sees the ROM.

.macro vector number
    rd %psr, %l0
    ba trap_entry
    mov \number, %l3
    nop
.endm

    .section .vectors, "ax"
    .globl trap_table
trap_table:
    ba start
    nop
    nop
    nop
    .set number, 1
    .rept 4
    vector number
    .set number, number + 1
    .endr
    ba window_overflow ! 05
    rd %wim, %l3
    nop
    nop
    ba window_underflow ! 06
    rd %wim, %l3
    nop
    nop
    .set number, 7
    .rept 249
    vector number
    .set number, number + 1
    .endr

    .text

# In: l1, l2 the places to return to, l3 the WIM. The trap has moved into the window that was not to
# be used; the one below it goes to the stack and is the forbidden one from now on. No instruction
# here touches the condition codes.
window_overflow:
    sethi %hi(window_last), %l4
    ld [%l4 + %lo(window_last)], %l4
    mov %g1, %l7
    srl %l3, 1, %l5
    sll %l3, %l4, %g1
    or %l5, %g1, %g1
    save
    wr %g1, 0, %wim
    settle
    window_to_stack
    restore
    mov %l7, %g1
    count window_overflows, %l4, %l5
    jmp %l1
    rett %l2

# The window that restore wants, two above the trap's, is back on the stack: fetch it.
window_underflow:
    sethi %hi(window_last), %l4
    ld [%l4 + %lo(window_last)], %l4
    sll %l3, 1, %l5
    srl %l3, %l4, %l6
    or %l5, %l6, %l5
    wr %l5, 0, %wim
    settle
    restore
    restore
    window_from_stack
    save
    save
    count window_underflows, %l4, %l5
    jmp %l1
    rett %l2

# In: l0 the PSR, l1 PC, l2 nPC, l3 the trap's number. Only one frame is needed: a trap within the
# handler, but for window traps, is a fault of the ROM, and exception_dispatch says so and stops.
trap_entry:
    # The trap may have moved into the forbidden window: make it usable, as on an overflow.
    rd %wim, %l4
    srl %l4, %l0, %l5
    andcc %l5, 1, %g0
    be 1f
    nop
    sethi %hi(window_last), %l5
    ld [%l5 + %lo(window_last)], %l5
    mov %g1, %l7
    srl %l4, 1, %l6
    sll %l4, %l5, %g1
    or %l6, %g1, %g1
    save
    wr %g1, 0, %wim
    settle
    window_to_stack
    restore
    mov %l7, %g1
1:  set exception_frame_storage, %l4
    st %l0, [%l4 + FRAME_PSR]
    st %l1, [%l4 + FRAME_PC]
    st %l2, [%l4 + FRAME_NPC]
    st %l3, [%l4 + FRAME_TRAP]
    st %g1, [%l4 + FRAME_GLOBALS + 4]
    std %g2, [%l4 + FRAME_GLOBALS + 8]
    std %g4, [%l4 + FRAME_GLOBALS + 16]
    std %g6, [%l4 + FRAME_GLOBALS + 24]
    rd %y, %l5
    st %l5, [%l4 + FRAME_Y]
    rd %wim, %l5
    st %l5, [%l4 + FRAME_WIM]
    rd %tbr, %l5
    st %l5, [%l4 + FRAME_TBR]
    # The outs of the interrupted window are our ins; its locals and ins are a window up.
    std %i0, [%l4 + FRAME_OUTS + 0]
    std %i2, [%l4 + FRAME_OUTS + 8]
    std %i4, [%l4 + FRAME_OUTS + 16]
    std %i6, [%l4 + FRAME_OUTS + 24]
    mov %l4, %g1
    restore
    std %l0, [%g1 + FRAME_LOCALS + 0]
    std %l2, [%g1 + FRAME_LOCALS + 8]
    std %l4, [%g1 + FRAME_LOCALS + 16]
    std %l6, [%g1 + FRAME_LOCALS + 24]
    std %i0, [%g1 + FRAME_INS + 0]
    std %i2, [%g1 + FRAME_INS + 8]
    std %i4, [%g1 + FRAME_INS + 16]
    std %i6, [%g1 + FRAME_INS + 24]
    save

    # C code needs window traps, and a stack of its own.
    set exception_stack_top - STACK_FRAME, %sp
    or %l0, PSR_PIL, %l5
    wr %l5, PSR_ET, %psr ! wr combines its operands by exclusive or: a trap has left ET 0
    settle
    call exception_dispatch
    mov %l4, %o0

    # Back to where the frame says.
    wr %l5, 0, %psr
    settle
    set exception_frame_storage, %l4
    ld [%l4 + FRAME_PSR], %l0
    ld [%l4 + FRAME_PC], %l1
    ld [%l4 + FRAME_NPC], %l2
    ld [%l4 + FRAME_Y], %l5
    wr %l5, 0, %y
    ldd [%l4 + FRAME_OUTS + 0], %i0
    ldd [%l4 + FRAME_OUTS + 8], %i2
    ldd [%l4 + FRAME_OUTS + 16], %i4
    ldd [%l4 + FRAME_OUTS + 24], %i6
    # The handler may have pushed the interrupted window out: fetch it, as on an underflow.
    sethi %hi(window_last), %l7
    ld [%l7 + %lo(window_last)], %l7
    rd %wim, %l5
    and %l0, PSR_CWP, %l6
    cmp %l6, %l7
    be,a 2f
    clr %l6
    inc %l6
2:  srl %l5, %l6, %l6
    andcc %l6, 1, %g0
    be 3f
    nop
    sll %l5, 1, %l6
    srl %l5, %l7, %l5
    or %l5, %l6, %l5
    wr %l5, 0, %wim
    settle
    restore
    window_from_stack
    save
3:  ld [%l4 + FRAME_GLOBALS + 4], %g1
    ldd [%l4 + FRAME_GLOBALS + 8], %g2
    ldd [%l4 + FRAME_GLOBALS + 16], %g4
    ldd [%l4 + FRAME_GLOBALS + 24], %g6
    wr %l0, 0, %psr
    settle
    jmp %l1
    rett %l2

# ---- Reset --------------------------------------------------------------------------------------

start:
    # A processor that begins at 0 sees the ROM there and where it belongs: go on there.
    set 1f, %g1
    jmp %g1
    nop
1:  wr %g0, PSR_S | PSR_PIL, %psr ! window 0, traps off
    settle
    wr %g0, 0, %wim
    set trap_table, %g1
    wr %g1, 0, %tbr
    settle

    # The bits of the WIM that take a one are the windows that there are.
    wr %g0, -1, %wim
    settle
    rd %wim, %g1
    clr %g2
2:  srl %g1, 1, %g1
    cmp %g1, 0
    bne,a 2b
    inc %g2
    wr %g0, 2, %wim ! window 1 is the forbidden one, the last that window 0's calls come to
    settle

    # The initialised data is in the ROM; its home is in RAM.
    set data_start, %g3
    set data_end, %g4
    set data_in_rom, %g5
3:  cmp %g3, %g4
    bgeu 4f
    nop
    ld [%g5], %g6
    st %g6, [%g3]
    inc 4, %g3
    ba 3b
    inc 4, %g5

    # The rest starts as zero.
4:  set bss_start, %g3
    set bss_end, %g4
5:  cmp %g3, %g4
    bgeu 6f
    nop
    st %g0, [%g3]
    ba 5b
    inc 4, %g3

6:  set window_last, %g3
    st %g2, [%g3]
    set stack_top - STACK_FRAME, %sp
    clr %fp ! end of the chain of frames
    wr %g0, PSR_S | PSR_PIL | PSR_ET, %psr
    settle
    call rom_main
    nop
7:  ba 7b
    nop

# void processor_restart(void): as after a reset; translation must be off.
    .globl processor_restart
processor_restart:
    ba start
    nop

# ---- Calls that survive a trap ------------------------------------------------------------------

# Makes the window above the current one the only forbidden one: nothing above is in registers any
# more, all of it is on the stack. Uses g1, g2 and g3.
.macro forget_windows
    rd %psr, %g1
    and %g1, PSR_CWP, %g1
    sethi %hi(window_last), %g2
    ld [%g2 + %lo(window_last)], %g2
    cmp %g1, %g2
    be,a 1f
    clr %g1
    inc %g1
1:  mov 1, %g3
    sll %g3, %g1, %g3
    wr %g3, 0, %wim
    settle
.endm

# void flush_windows(void): all windows but the caller's go to the stack.
    .globl flush_windows
flush_windows:
    sethi %hi(window_last), %g1
    ld [%g1 + %lo(window_last)], %g1
    mov %g1, %g2
1:  save %sp, -STACK_FRAME, %sp
    subcc %g1, 1, %g1
    bne 1b
    nop
2:  subcc %g2, 1, %g2
    bne 2b
    restore
    retl
    nop

# bool run_guarded(void (*body)(uintptr_t), uintptr_t argument)
#
# Calls body(argument) and returns false. If a trap happens meanwhile, exception_dispatch resumes at
# guard_resume, in whatever window: the call returns true instead.
    .globl run_guarded
run_guarded:
    save %sp, -STACK_FRAME, %sp
    call flush_windows
    nop
    set guard_registers, %l0
    st %fp, [%l0 + 4]
    st %i7, [%l0 + 8]
    st %sp, [%l0] ! last: a guarded call is under way
    jmpl %i0, %o7
    mov %i1, %o0
    st %g0, [%l0]
    ret
    restore %g0, 0, %o0

    .globl guard_resume
guard_resume:
    forget_windows
    set guard_registers, %g1
    ld [%g1], %sp
    ld [%g1 + 4], %fp
    ld [%g1 + 8], %i7
    st %g0, [%g1]
    ret
    restore %g0, 1, %o0

# Where an unexpected trap ends: forget the interrupted work, serve the menu again.
    .globl restart_menu
restart_menu:
    forget_windows
    set stack_top - STACK_FRAME, %sp
    clr %fp
    call rom_menu
    nop
8:  ba 8b
    nop

# void run_in_user_mode(uintptr_t code): never returns, but for a trap. rett leaves this window.
    .globl run_in_user_mode
run_in_user_mode:
    save %sp, -STACK_FRAME, %sp
    rd %psr, %l0
    andn %l0, PSR_ET | PSR_PS, %l0
    wr %l0, 0, %psr
    settle
    jmp %i0
    rett %i0 + 4

    .section .note.GNU-stack, "", @progbits ! no executable stack wanted
