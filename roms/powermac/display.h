// The framebuffer of the standard VGA (1234:1111) with the Bochs display extensions (DISPI).
#pragma once

#include <stdint.h>

struct display {
    uint8_t* pixels; // one byte a pixel, rows of `width` bytes; null: there is no such display
    unsigned width, height;
};

struct colour {
    uint8_t red, green, blue;
};

// Switches to width x height with 256 colours, all black.
struct display display_start(unsigned width, unsigned height);

void display_set_colour(uint8_t index, struct colour colour);

// Menu item: the Mandelbrot set on the screen.
void display_show_mandelbrot(void);
