// Source: Zilog SCC/ESCC User Manual; the register spacing in MacIO is that of the Macintosh device
// trees: channel B at 0, channel A at 20, control at 0 and data at 10 within a channel.
#include "roms/powermac/escc.h"

#include "roms/powermac/io.h"

enum {
    channel_a_control = 0x20,
    channel_a_data = 0x30,
    status_byte_received = 0x01,
    status_room_to_send = 0x04,
    status1_all_sent = 0x01,
};

static uint32_t control, data;

static void write_register(uint8_t number, uint8_t value) {
    io_write8(control, number); // register 0's lower bits select the register for the next access
    io_write8(control, value);
}

void escc_start(uint32_t base) {
    static const struct {
        uint8_t number, value;
    } settings[] = {
        {9, 0x80},              // reset channel A
        {4, 0x44},              // clock x16, one stop bit, no parity
        {1, 0x00},              // no interrupts
        {11, 0x50},             // both clocks from the baud rate generator
        {12, 0x00},             // its time constant: 3.6864 MHz / (2 * 16 * (0 + 2)) = 57600
        {13, 0x00}, {14, 0x01}, // generator on
        {3, 0xc1},              // receiver on, 8 bits
        {5, 0xea},              // transmitter on, 8 bits, DTR and RTS
    };
    control = base + channel_a_control;
    data = base + channel_a_data;
    (void)io_read8(control); // the next write selects a register, whatever came before
    for (unsigned i = 0; i < sizeof settings / sizeof settings[0]; ++i)
        write_register(settings[i].number, settings[i].value);
}

void escc_put(char byte) {
    while ((io_read8(control) & status_room_to_send) == 0) {
    }
    io_write8(data, (uint8_t)byte);
}

bool escc_has_byte(void) { return (io_read8(control) & status_byte_received) != 0; }

char escc_get(void) { return (char)io_read8(data); }

void escc_drain(void) {
    for (unsigned attempt = 0; attempt < 100000; ++attempt) {
        io_write8(control, 1);
        if ((io_read8(control) & status1_all_sent) != 0) return;
    }
}
