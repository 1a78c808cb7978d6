// Source: the Bochs VBE display extensions, version B0C5, and the layout of the standard VGA's
// second memory BAR: the VGA ports from 3C0 at +400, the DISPI registers, 2 bytes each, at +500.
#include "roms/shared/display.h"
#include "roms/powermac/io.h"
#include "roms/powermac/pci.h"

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

const char display_known[] = "VGA with Bochs display extensions (PCI device 1234:1111)";

struct display display_start(void) {
    enum { width = 640, height = 480 };
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
