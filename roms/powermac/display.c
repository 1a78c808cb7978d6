// Source: the Bochs VBE display extensions, version B0C5, and the layout of the standard VGA's
// second memory BAR: the VGA ports from 3C0 at +400, the DISPI registers, 2 bytes each, at +500.
#include "roms/powermac/display.h"

#include "roms/powermac/io.h"
#include "roms/powermac/pci.h"
#include "roms/powermac/special_registers.h"
#include "roms/powermac/timer.h"
#include "roms/shared/divide.h"
#include "roms/shared/mandelbrot.h"
#include "roms/shared/platform.h"
#include "roms/shared/print.h"

#include <stddef.h>

enum dispi_register {
    dispi_identity = 0,
    dispi_width = 1,
    dispi_height = 2,
    dispi_depth = 3,
    dispi_enable = 4,
    dispi_virtual_width = 6,
    dispi_x_offset = 8,
    dispi_y_offset = 9,
};

enum {
    dispi_enabled = 0x01,
    dispi_linear = 0x40,
    bar_pixels = 0,
    bar_registers = 2,
    registers_vga_ports = 0x400,
    registers_dispi = 0x500,
    port_attribute = 0x3c0,
    port_palette_index = 0x3c8,
    port_palette_data = 0x3c9,
    port_status = 0x3da,
    port_dispi_index = 0x1ce,
    port_dispi_data = 0x1d0, // the even one of its two addresses
    attribute_screen_on = 0x20,
};

// How the registers are reached: through BAR 2, or through the I/O ports where it is missing.
static uint32_t registers; // 0: by ports

static uint32_t vga_port(unsigned port) {
    return registers != 0 ? registers + registers_vga_ports + (port - 0x3c0)
                          : pci_io_window() + port;
}

static uint32_t dispi(enum dispi_register number) {
    if (registers != 0) return registers + registers_dispi + 2 * (uint32_t)number;
    io_write16_little(pci_io_window() + port_dispi_index, (uint16_t)number);
    return pci_io_window() + port_dispi_data;
}

static void set_dispi(enum dispi_register number, unsigned value) {
    io_write16_little(dispi(number), (uint16_t)value);
}

struct display display_start(unsigned width, unsigned height) {
    const struct display none = {0};
    const struct pci_device* vga = pci_find(0x1234, 0x1111);
    if (vga == NULL || vga->bars[bar_pixels].address == 0) return none;
    registers = vga->bars[bar_registers].address;
    if ((io_read16_little(dispi(dispi_identity)) & 0xfff0) != 0xb0c0) return none;
    if (vga->bars[bar_pixels].size < width * height) return none;

    set_dispi(dispi_enable, 0); // the mode may change only while it is off
    set_dispi(dispi_width, width);
    set_dispi(dispi_height, height);
    set_dispi(dispi_depth, 8);
    set_dispi(dispi_enable, dispi_enabled | dispi_linear); // and the memory is cleared
    set_dispi(dispi_virtual_width, width);
    set_dispi(dispi_x_offset, 0);
    set_dispi(dispi_y_offset, 0);
    (void)io_read8(vga_port(port_status)); // the next write to the attribute port is an index
    io_write8(vga_port(port_attribute), attribute_screen_on);
    for (unsigned i = 0; i < 256; ++i)
        display_set_colour((uint8_t)i, (struct colour){0});
    return (struct display){(uint8_t*)vga->bars[bar_pixels].address, width, height};
}

void display_set_colour(uint8_t index, struct colour colour) {
    io_write8(vga_port(port_palette_index), index);
    // The palette has 6 bits a colour.
    io_write8(vga_port(port_palette_data), colour.red >> 2);
    io_write8(vga_port(port_palette_data), colour.green >> 2);
    io_write8(vga_port(port_palette_data), colour.blue >> 2);
}

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
    enum { width = 640, height = 480, limit = 256 };
    const int32_t step = FIXED_POINT(3.2 / width);
    const struct display display = display_start(width, height);
    if (display.pixels == NULL) {
        print("There is no VGA with Bochs display extensions (PCI device 1234:1111).\n");
        return;
    }
    set_mandelbrot_palette();
    print("Drawing %u x %u points at %08x; look at the screen. A key stops.\n", width, height,
          (unsigned)(uintptr_t)display.pixels);
    const uint64_t start = read_time_base();
    uint32_t all_steps = 0;
    for (int row = 0; row < height; ++row) {
        const int32_t imaginary = (height / 2 - row) * step;
        uint8_t* pixel = display.pixels + (unsigned)row * width;
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
    const uint64_t milliseconds =
        divide64(timer_ticks_to_microseconds(read_time_base() - start), 1000, NULL);
    print("Done: %u steps of z := z*z + c in %u ms.\n", (unsigned)all_steps,
          (unsigned)milliseconds);
}
