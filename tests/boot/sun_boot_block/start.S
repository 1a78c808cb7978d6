! A boot block as Sun's firmware takes it: an a.out whose text it loads at 4000 and enters there, with
! the ROM vector in %o0. The kernel is to lie at 4000, so that the block first moves to where it is
! linked. Windows and traps stay the firmware's.

        .section .header, "a"
        .word   0x01030107              ! SPARC, OMAGIC: text and data in one, behind this header
        .word   text_size               ! text
        .word   0, 0, 0                 ! data, zeroed data, symbols
        .word   0x4000                  ! entry
        .word   0, 0                    ! relocations

        .section .text.start, "ax"
        .global _start
_start:
        save    %sp, -96, %sp
1:      call    2f                      ! %o7: where 1b is now
         nop
2:      sub     %o7, 1b - _start, %o0
        set     _start, %o1
        set     image_end, %o2
3:      ld      [%o0], %o3
        st      %o3, [%o1]
        inc     4, %o1
        cmp     %o1, %o2
        blu     3b
         inc    4, %o0
        set     boot, %o4
        jmpl    %o4, %o7                ! boot(ROM vector)
         mov    %i0, %o0
        ret
         restore

        .global enter_kernel
enter_kernel:                           ! (entry, ROM vector)
        mov     %o0, %o4
        mov     %o1, %o0
        clr     %o1
        clr     %o2
        jmpl    %o4, %g0
         clr    %o3
