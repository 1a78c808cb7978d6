// Sources: the 6522 data sheet; Guide to the Macintosh Family Hardware, 2nd edition, for the wiring
// (port B: TIP and TACK to CUDA, TREQ from it; active low). The registers are 200h apart.
#include "roms/powermac/via.h"

#include "roms/powermac/io.h"
#include "roms/powermac/special_registers.h"
#include "roms/powermac/timer.h"

enum via_register {
    via_port_b = 0x0000,
    via_direction_b = 0x0400,
    via_timer1_counter_low = 0x0800,
    via_timer1_counter_high = 0x0a00,
    via_timer1_latch_low = 0x0c00,
    via_shift = 0x1400,
    via_auxiliary_control = 0x1600,
    via_interrupt_flags = 0x1a00,
    via_interrupt_enable = 0x1c00,
};

enum {
    port_b_request = 0x08,     // TREQ: CUDA has something to say
    port_b_acknowledge = 0x10, // TACK: toggled for every byte
    port_b_transfer = 0x20,    // TIP: a transfer is in progress
    control_shift_out = 0x10,
    control_shift_mask = 0x1c,
    control_shift_external = 0x0c, // CUDA gives the clock
    control_timer1_mask = 0xc0,    // 0: one shot
    flag_shift = 0x04,
    disable_all = 0x7f,
    packet_kind_cuda = 0x01,
};

static uint32_t via;

static uint8_t get(enum via_register number) { return io_read8(via + number); }
static void set(enum via_register number, unsigned value) {
    io_write8(via + number, (uint8_t)value);
}

void via_start(uint32_t base) {
    via = base;
    set(via_interrupt_enable, disable_all);
    // Outputs high before they become outputs: no transfer in progress.
    set(via_port_b, get(via_port_b) | port_b_acknowledge | port_b_transfer);
    set(via_direction_b,
        (get(via_direction_b) | port_b_acknowledge | port_b_transfer) & ~port_b_request);
    set(via_auxiliary_control,
        (get(via_auxiliary_control) & ~control_shift_mask) | control_shift_external);
}

// The counter is read in two halves and runs meanwhile, so the upper half is read twice.
static uint16_t read_timer1(void) {
    for (;;) {
        const uint8_t high = get(via_timer1_counter_high);
        const uint8_t low = get(via_timer1_counter_low);
        if (get(via_timer1_counter_high) == high) return (uint16_t)(high << 8 | low);
    }
}

static uint32_t measure_once(void) {
    // 10 ms: QEMU's counter goes wrong when mac99's time base has counted 14 ms.
    enum { per_second = 100, counts = via_timer_frequency / per_second };
    const uint64_t limit = timer_microseconds_to_ticks(500000);
    set(via_auxiliary_control, get(via_auxiliary_control) & ~control_timer1_mask);
    set(via_timer1_latch_low, 0xff);
    set(via_timer1_counter_high, 0xff); // starts the timer; it counts down
    const uint16_t first = read_timer1();
    const uint64_t start = read_time_base();
    uint64_t passed = 0;
    do {
        if (passed > limit) return 0;
        passed = read_time_base() - start;
    } while ((uint16_t)(first - read_timer1()) < counts);
    return (uint32_t)passed * per_second;
}

static bool wait_for(enum via_register number, uint8_t mask, uint8_t value) {
    const uint64_t start = read_time_base();
    const uint64_t limit = timer_microseconds_to_ticks(200000);
    while ((get(number) & mask) != value) {
        if (read_time_base() - start > limit) return false;
    }
    return true;
}

uint32_t via_measure_time_base(void) {
    // A delay between reading the two clocks makes a result too small, never too large.
    uint32_t largest = 0;
    for (unsigned attempt = 0; attempt < 3; ++attempt) {
        const uint32_t measured = measure_once();
        if (measured > largest) largest = measured;
    }
    return largest;
}

// CUDA has taken a step when the shift register's flag rises. Reading the register clears it.
static bool step_taken(void) {
    const bool taken = wait_for(via_interrupt_flags, flag_shift, flag_shift);
    (void)get(via_shift);
    return taken;
}

// Outside a transfer CUDA answers a lowered TACK by lowering TREQ, and a raised one by raising it.
// After this both sides know that nothing is under way.
static bool synchronise(void) {
    (void)get(via_shift);
    set(via_port_b, get(via_port_b) & ~port_b_acknowledge);
    if (!wait_for(via_port_b, port_b_request, 0) || !step_taken()) return false;
    set(via_port_b, get(via_port_b) | port_b_acknowledge);
    return wait_for(via_port_b, port_b_request, port_b_request) && step_taken();
}

bool cuda_send(enum cuda_command command) {
    const uint8_t packet[] = {packet_kind_cuda, (uint8_t)command};
    if (!synchronise()) return false;
    set(via_auxiliary_control, get(via_auxiliary_control) | control_shift_out);
    set(via_shift, packet[0]);
    set(via_port_b, get(via_port_b) & ~port_b_transfer);
    bool taken = step_taken();
    for (unsigned i = 1; taken && i < sizeof packet; ++i) {
        set(via_shift, packet[i]);
        set(via_port_b, get(via_port_b) ^ port_b_acknowledge);
        taken = step_taken();
    }
    set(via_auxiliary_control, get(via_auxiliary_control) & ~control_shift_out);
    (void)get(via_shift);
    set(via_port_b, get(via_port_b) | port_b_transfer | port_b_acknowledge); // the packet ends
    return taken;
}
