! Trap table, entry and the handlers of a bare-metal program on leon3_generic. Register windows are
! spilled and filled here; all other traps go to C: trap(type, pc, npc) returns how many
! instructions to skip.

#define PSR_ET 0x20
#define WINDOWS 8

        .section .text.start, "ax"
        .global _start, trap_table

        .macro  to_c type
        rd      %psr, %l0
        mov     \type, %l3
        ba      other_trap
         nop
        .endm

        .align  4096
trap_table:
_start:
        ba      begin                   ! 00: reset, and where -kernel starts
         nop
        nop
        nop
        .set    type, 1
        .rept   4
        to_c    type
        .set    type, type + 1
        .endr
        ba      window_overflow         ! 05
         rd     %psr, %l0
        nop
        nop
        ba      window_underflow        ! 06
         rd     %psr, %l0
        nop
        nop
        .set    type, 7
        .rept   249
        to_c    type
        .set    type, type + 1
        .endr

begin:
        mov     2, %g1
        wr      %g1, 0, %wim            ! the program runs in window 0; a save goes to window 7
        set     trap_table, %g1
        wr      %g1, 0, %tbr
        set     0x00000fc0, %g1         ! PIL 15, supervisor, PS, traps off, window 0
        wr      %g1, 0, %psr
        nop; nop; nop
        set     stack_top - 96, %sp
        clr     %fp
        set     0x00000fe0, %g1
        wr      %g1, 0, %psr
        nop; nop; nop
        call    program
         nop
        rd      %psr, %g1
        andn    %g1, PSR_ET, %g1
        wr      %g1, 0, %psr
        nop; nop; nop
        ta      0                       ! with traps off: the machine's end

! The window that is about to be entered holds another frame: store it where its stack is, and make
! the next one the invalid one.
window_overflow:
        rd      %wim, %l3
        mov     %g1, %l7
        srl     %l3, 1, %g1
        sll     %l3, WINDOWS - 1, %l4
        or      %l4, %g1, %g1
        save                            ! into the window to spill
        wr      %g1, 0, %wim
        nop; nop; nop
        std     %l0, [%sp + 0]
        std     %l2, [%sp + 8]
        std     %l4, [%sp + 16]
        std     %l6, [%sp + 24]
        std     %i0, [%sp + 32]
        std     %i2, [%sp + 40]
        std     %i4, [%sp + 48]
        std     %i6, [%sp + 56]
        restore
        mov     %l7, %g1
        jmp     %l1
         rett   %l2

window_underflow:
        rd      %wim, %l3
        sll     %l3, 1, %l4
        srl     %l3, WINDOWS - 1, %l5
        or      %l5, %l4, %l5
        and     %l5, 0xff, %l5
        wr      %l5, 0, %wim
        nop; nop; nop
        restore                         ! the window that wants to return
        restore                         ! the one to fill
        ldd     [%sp + 0], %l0
        ldd     [%sp + 8], %l2
        ldd     [%sp + 16], %l4
        ldd     [%sp + 24], %l6
        ldd     [%sp + 32], %i0
        ldd     [%sp + 40], %i2
        ldd     [%sp + 48], %i4
        ldd     [%sp + 56], %i6
        save
        save
        jmp     %l1
         rett   %l2

! l0: PSR, l1 and l2: where, l3: the type. The trap's own window must have its neighbour free before
! C is called.
other_trap:
        mov     %g1, %l4
        mov     %g2, %l5
        rd      %y, %l6
        rd      %wim, %l7
        and     %l0, 0x1f, %g1
        srl     %l7, %g1, %g1
        cmp     %g1, 1                  ! WIM says that this very window is the invalid one
        bne     1f
         nop
        srl     %l7, 1, %g1
        sll     %l7, WINDOWS - 1, %g2
        or      %g2, %g1, %g1
        save
        wr      %g1, 0, %wim
        nop; nop; nop
        std     %l0, [%sp + 0]
        std     %l2, [%sp + 8]
        std     %l4, [%sp + 16]
        std     %l6, [%sp + 24]
        std     %i0, [%sp + 32]
        std     %i2, [%sp + 40]
        std     %i4, [%sp + 48]
        std     %i6, [%sp + 56]
        restore
1:      sub     %fp, 160, %sp
        std     %g2, [%sp + 96]
        std     %g4, [%sp + 104]
        std     %g6, [%sp + 112]
        st      %l4, [%sp + 120]        ! g1
        st      %l5, [%sp + 96]         ! g2 as it was
        or      %l0, 0xf00, %g1         ! traps on, interrupts off
        or      %g1, PSR_ET, %g1
        wr      %g1, 0, %psr
        nop; nop; nop
        mov     %l3, %o0
        mov     %l1, %o1
        call    trap
         mov    %l2, %o2
        mov     %o0, %l3
        wr      %l0, 0, %psr            ! traps off again
        nop; nop; nop
        ldd     [%sp + 96], %g2
        ldd     [%sp + 104], %g4
        ldd     [%sp + 112], %g6
        ld      [%sp + 120], %g1
        wr      %l6, 0, %y
        rd      %wim, %l7               ! the window to return to may have been spilled
        rd      %psr, %l4
        add     %l4, 1, %l5
        and     %l5, WINDOWS - 1, %l5
        srl     %l7, %l5, %l7
        cmp     %l7, 1
        bne     2f
         nop
        rd      %wim, %l7
        sll     %l7, 1, %l4
        srl     %l7, WINDOWS - 1, %l5
        or      %l5, %l4, %l5
        and     %l5, 0xff, %l5
        wr      %l5, 0, %wim
        nop; nop; nop
        restore
        ldd     [%sp + 0], %l0
        ldd     [%sp + 8], %l2
        ldd     [%sp + 16], %l4
        ldd     [%sp + 24], %l6
        ldd     [%sp + 32], %i0
        ldd     [%sp + 40], %i2
        ldd     [%sp + 48], %i4
        ldd     [%sp + 56], %i6
        save
2:      wr      %l0, 0, %psr            ! the condition codes
        nop; nop; nop
        cmp     %l3, 0
        be      3f
         nop
        wr      %l0, 0, %psr
        nop; nop; nop
        jmp     %l2                     ! behind the instruction
         rett   %l2 + 4
3:      wr      %l0, 0, %psr
        nop; nop; nop
        jmp     %l1                     ! it again
         rett   %l2

        .section .bss
        .align  4096
        .skip   0x10000
stack_top:
