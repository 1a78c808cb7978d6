// Source: Zilog SCC/ESCC User Manual.
#include "roms/shared/escc.h"

#include "roms/shared/platform.h"

enum {
    status_byte_received = 0x01,
    status_room_to_send = 0x04,
    status1_all_sent = 0x01,
};

static struct escc_wiring escc;

static void write_register(uint8_t number, uint8_t value) {
    // Register 0's lower bits select the register for the next access.
    platform_io_write8(escc.control, number);
    platform_io_write8(escc.control, value);
}

void escc_start(const struct escc_wiring* wiring) {
    const struct {
        uint8_t number, value;
    } settings[] = {
        {9, wiring->reset},          // reset the channel
        {4, 0x44},                   // clock x16, one stop bit, no parity
        {1, 0x00},                   // no interrupts
        {11, 0x50},                  // both clocks from the baud rate generator
        {12, wiring->time_constant}, // low half
        {13, 0x00},
        {14, 0x01}, // high half; generator on
        {3, 0xc1},  // receiver on, 8 bits
        {5, 0xea},  // transmitter on, 8 bits, DTR and RTS
    };
    escc = *wiring;
    (void)platform_io_read8(escc.control); // the next write selects a register
    for (unsigned i = 0; i < sizeof settings / sizeof settings[0]; ++i)
        write_register(settings[i].number, settings[i].value);
}

void escc_put(char byte) {
    while ((platform_io_read8(escc.control) & status_room_to_send) == 0) {
    }
    platform_io_write8(escc.data, (uint8_t)byte);
}

bool escc_has_byte(void) { return (platform_io_read8(escc.control) & status_byte_received) != 0; }

char escc_get(void) { return (char)platform_io_read8(escc.data); }

void escc_drain(void) {
    for (unsigned attempt = 0; attempt < 100000; ++attempt) {
        platform_io_write8(escc.control, 1);
        if ((platform_io_read8(escc.control) & status1_all_sent) != 0) return;
    }
}
