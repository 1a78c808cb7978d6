// A screen of 256 colours, as a machine has it.
#pragma once

#include <stdint.h>

struct display {
    uint8_t* pixels; // one byte a pixel, rows of `width` bytes; null: there is no such display
    unsigned width, height;
};

struct colour {
    uint8_t red, green, blue;
};

// -- what the machine's own part provides

// Makes the screen show 256 colours, all black.
struct display display_start(void);

void display_set_colour(uint8_t index, struct colour colour);

// Which displays the ROM knows on this machine, to end "There is no ...".
extern const char display_known[];

// -- shared

// Menu item: the Mandelbrot set on the screen.
void display_show_mandelbrot(void);
