// The Mandelbrot set in fixed-point arithmetic: the same picture on every processor.
#pragma once

#include <stdint.h>

// Numbers here are fixed-point: 4 bits before the point (sign included) and 28 after it.
enum { fixed_point_bits = 28 };
#define FIXED_POINT(number) ((int32_t)((number) * (1 << fixed_point_bits)))

// How many steps of z := z*z + c, from z = 0, until |z| exceeds 2; limit when it never does.
// The parts of c lie in -2.5 .. 2.5.
uint32_t mandelbrot_steps(int32_t real, int32_t imaginary, uint32_t limit);

// Draws the set on the console, 77 x 25 characters, with a short explanation.
void mandelbrot_as_text(void);
