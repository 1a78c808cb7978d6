#include "roms/shared/exceptions.h"

#include "roms/shared/platform.h"
#include "roms/shared/print.h"

static bool handling;

static void handle(struct exception_frame* frame) {
    if (exception_take_interrupt(frame) || exception_leave_guard(frame)) return;
    print("\n\nAn exception that the ROM did not expect:\n\n");
    explain_exception(frame);
    print("\nThe ROM gives up what it was doing and returns to its menu.\n");
    exception_go_on_at(frame, restart_menu);
}

void exception_dispatch(struct exception_frame* frame) {
    if (handling) {
        print("\n\nAn exception at %08x (entry %08x) within the exception handler. "
              "The ROM stops here.\n",
              (unsigned)exception_place(frame), (unsigned)exception_entry(frame));
        for (;;) {
        }
    }
    handling = true;
    handle(frame);
    handling = false;
}

struct probe {
    uintptr_t address;
    uint32_t value;
};

static void load_word(uintptr_t argument) {
    struct probe* probe = (struct probe*)argument;
    probe->value = *(volatile uint32_t*)probe->address;
    exception_wait_for_loads(); // inside the guard
}

static void load_byte(uintptr_t address) {
    (void)*(volatile uint8_t*)address;
    exception_wait_for_loads();
}

bool probe_word(uintptr_t address, uint32_t* value) {
    struct probe probe = {.address = address};
    const bool refused = run_guarded(load_word, (uintptr_t)&probe);
    *value = *(volatile uint32_t*)&probe.value;
    return !refused;
}

bool probe_byte(uintptr_t address) { return !run_guarded(load_byte, address); }

bool platform_read_word(uintptr_t address, uint32_t* value) { return probe_word(address, value); }
void platform_explain_refusal(void) { explain_exception(exception_caught()); }
bool platform_answers(uintptr_t address) { return probe_byte(address); }
