# A ROM image as read-only data of the host program. ROM_IMAGE is the image file's name, ROM_NAME
# what the symbols around it have in theirs.
#define JOIN_(name, end) vestige_rom_##name##_##end
#define JOIN(name, end) JOIN_(name, end)
    .section .rodata
    .balign 4096
    .globl JOIN(ROM_NAME, start), JOIN(ROM_NAME, end)
JOIN(ROM_NAME, start):
    .incbin ROM_IMAGE
JOIN(ROM_NAME, end):
    .section .note.GNU-stack, "", @progbits
