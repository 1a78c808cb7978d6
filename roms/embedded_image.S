# The ROM image as read-only data of the host program. ROM_IMAGE is the image file's name.
    .section .rodata
    .balign 4096
    .globl vestige_rom_powermac_start, vestige_rom_powermac_end
vestige_rom_powermac_start:
    .incbin ROM_IMAGE
vestige_rom_powermac_end:
    .section .note.GNU-stack, "", @progbits
