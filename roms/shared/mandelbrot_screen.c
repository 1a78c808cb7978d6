#include "roms/shared/display.h"
#include "roms/shared/divide.h"
#include "roms/shared/mandelbrot.h"
#include "roms/shared/platform.h"
#include "roms/shared/print.h"

#include <stddef.h>

static uint8_t blend(uint8_t from, uint8_t to, unsigned part, unsigned whole) {
    return (uint8_t)((from * (whole - part) + to * part) / whole);
}

// Colour 0 stays black, for the set itself; 1 to 240 run through the stops and back to the first.
static void set_mandelbrot_palette(void) {
    static const struct colour stops[] = {
        {0, 7, 100}, {32, 107, 203}, {237, 255, 255}, {255, 170, 0}, {120, 10, 20},
    };
    enum { stop_count = sizeof stops / sizeof stops[0], stretch = 240 / stop_count };
    for (unsigned i = 0; i < stop_count * stretch; ++i) {
        const struct colour from = stops[i / stretch];
        const struct colour to = stops[(i / stretch + 1) % stop_count];
        const unsigned part = i % stretch;
        display_set_colour((uint8_t)(i + 1),
                           (struct colour){blend(from.red, to.red, part, stretch),
                                           blend(from.green, to.green, part, stretch),
                                           blend(from.blue, to.blue, part, stretch)});
    }
}

static uint8_t colour_of_steps(uint32_t steps, uint32_t limit) {
    return steps == limit ? 0 : (uint8_t)(1 + (steps * 6 + 20) % 240);
}

void display_show_mandelbrot(void) {
    enum { limit = 256 };
    const struct display display = display_start();
    if (display.pixels == NULL) {
        print("There is no %s.\n", display_known);
        return;
    }
    const int width = (int)display.width;
    const int height = (int)display.height;
    const int32_t step = FIXED_POINT(3.2) / width;
    set_mandelbrot_palette();
    print("Drawing %d x %d points at %08x; look at the screen. A key stops.\n", width, height,
          (unsigned)(uintptr_t)display.pixels);
    const uint64_t start = platform_microseconds();
    uint32_t all_steps = 0;
    for (int row = 0; row < height; ++row) {
        const int32_t imaginary = (height / 2 - row) * step;
        uint8_t* pixel = display.pixels + row * width;
        for (int column = 0; column < width; ++column) {
            const int32_t real = FIXED_POINT(-0.75) + (column - width / 2) * step;
            const uint32_t steps = mandelbrot_steps(real, imaginary, limit);
            all_steps += steps;
            *pixel++ = colour_of_steps(steps, limit);
        }
        if (platform_poll_key() != no_key) {
            print("Stopped by a key at row %d.\n", row);
            return;
        }
    }
    const uint64_t milliseconds = divide64(platform_microseconds() - start, 1000, NULL);
    print("Done: %u steps of z := z*z + c in %u ms.\n", (unsigned)all_steps,
          (unsigned)milliseconds);
}
