#include "roms/shared/mandelbrot.h"

#include "roms/shared/platform.h"
#include "roms/shared/print.h"

uint32_t mandelbrot_steps(int32_t real, int32_t imaginary, uint32_t limit) {
    int32_t x = 0;
    int32_t y = 0;
    for (uint32_t step = 0; step < limit; ++step) {
        const int64_t xx = (int64_t)x * x >> fixed_point_bits;
        const int64_t yy = (int64_t)y * y >> fixed_point_bits;
        if (xx + yy > FIXED_POINT(4)) return step;
        // Within the circle |x| and |y| are at most 2: what follows stays below 6.5 and fits.
        y = (int32_t)((int64_t)x * y >> (fixed_point_bits - 1)) + imaginary;
        x = (int32_t)(xx - yy) + real;
    }
    return limit;
}

void mandelbrot_as_text(void) {
    enum { columns = 77, rows = 25, limit = 200 };
    static const char shades[] = " .,:;-=+*oxOX%#";
    const int32_t step = FIXED_POINT(0.04);
    print("Each character stands for a number c = a + bi, a from -2.25 to 0.8, b from 1 to -1.\n"
          "From z = 0 we repeat z := z*z + c. Where z stays small for ever, c is in the set: '@'.\n"
          "Elsewhere the character tells how many steps it took until |z| was above 2.\n\n");
    for (int row = 0; row < rows; ++row) {
        const int32_t imaginary = (rows / 2 - row) * 2 * step; // a character is twice as tall
        for (int column = 0; column < columns; ++column) {
            const int32_t real = FIXED_POINT(-2.25) + column * step;
            const uint32_t steps = mandelbrot_steps(real, imaginary, limit);
            print_byte(steps == limit ? '@' : shades[(steps - 1) % (sizeof shades - 1)]);
        }
        print("\n");
        if (platform_poll_key() != no_key) {
            print("(stopped by a key)\n");
            return;
        }
    }
}
