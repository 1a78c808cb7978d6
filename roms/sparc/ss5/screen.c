// Sources: Linux drivers/video/fbdev/tcx.c and cg3.c (registers and how the palette is loaded).
#include "roms/sparc/ss5/screen.h"

#include "roms/shared/display.h"
#include "roms/shared/fw_cfg.h"
#include "roms/sparc/exceptions.h"

#include <stddef.h>

enum {
    card = 0x50000000,
    tcx_dac = card + 0x200000, // address, then colours; the upper byte of words
    tcx_misc = card + 0x300818,
    cgthree_dac = card + 0x400000, // the same, as bytes
    cgthree_control = card + 0x400010,
    dac_color = 4,
    pixels = card + 0x800000,
};

enum card_kind { card_none, card_tcx, card_cgthree };

static enum card_kind kind;
static unsigned width = 1024, height = 768;

const char display_known[] = "TCX or cgthree framebuffer";

void screen_find(bool has_fw_cfg) {
    uint32_t value = 0;
    if (probe_word(tcx_misc, &value))
        kind = card_tcx;
    else if (probe_byte(cgthree_control))
        kind = card_cgthree;
    if (!has_fw_cfg) return;
    const unsigned told_width = (unsigned)fw_cfg_number(fw_cfg_screen_width, 2);
    const unsigned told_height = (unsigned)fw_cfg_number(fw_cfg_screen_height, 2);
    if (told_width == 0 || told_height == 0) return;
    width = told_width;
    height = told_height;
}

const char* screen_name(void) {
    static const char* const names[] = {"none that this ROM knows",
                                        "TCX at 50000000, pixels at 50800000",
                                        "cgthree at 50000000, pixels at 50800000"};
    return names[kind];
}

static void dac_write(unsigned offset, uint8_t value) {
    if (kind == card_tcx)
        *(volatile uint32_t*)(uintptr_t)(tcx_dac + offset) = (uint32_t)value << 24;
    else
        *(volatile uint8_t*)(uintptr_t)(cgthree_dac + offset) = value;
}

void display_set_colour(uint8_t index, struct colour colour) {
    dac_write(0, index);
    dac_write(dac_color, colour.red);
    dac_write(dac_color, colour.green);
    dac_write(dac_color, colour.blue);
}

struct display display_start(void) {
    const struct display none = {0};
    if (kind == card_none) return none;
    volatile uint32_t* words = (volatile uint32_t*)pixels;
    for (unsigned i = 0; i < width * height / 4; ++i)
        words[i] = 0;
    for (unsigned i = 0; i < 256; ++i)
        display_set_colour((uint8_t)i, (struct colour){0});
    return (struct display){(uint8_t*)pixels, width, height};
}
