// What the ROM does about an exception.
#include "roms/powermac/exceptions.h"

#include "roms/powermac/timer.h"
#include "roms/shared/print.h"

// Shared with start.S.
struct exception_frame exception_frame_storage;
uint32_t guard_stack_pointer; // of the guarded call under way, or 0
void exception_dispatch(struct exception_frame* frame);
bool guarded_call(void (*body)(uintptr_t), uintptr_t argument);
void guard_resume(void);
void restart_menu(void);

static struct exception_frame last_caught;
static bool handling;

static void resume_at(struct exception_frame* frame, void (*code)(void)) {
    frame->srr0 = (uint32_t)(uintptr_t)code;
    frame->srr1 = MSR_OF_ROM;
}

static void handle(struct exception_frame* frame) {
    switch (frame->vector) {
    case vector_decrementer: timer_interrupt(); return;
    case vector_external_interrupt:
        // Every interrupt source is masked, so this is a surprise. Do not let it come again.
        print("\n(unexpected external interrupt; interrupts are off now)\n");
        frame->srr1 &= ~(uint32_t)MSR_EE;
        return;
    default: break;
    }
    if (guard_stack_pointer != 0) {
        last_caught = *frame;
        frame->gpr[1] = guard_stack_pointer;
        frame->gpr[3] = true;
        resume_at(frame, guard_resume);
        return;
    }
    print("\n\nAn exception that the ROM did not expect:\n\n");
    explain_exception(frame);
    print("\nThe ROM gives up what it was doing and returns to its menu.\n");
    resume_at(frame, restart_menu);
}

void exception_dispatch(struct exception_frame* frame) {
    if (handling) {
        print("\n\nException %04x at %08x within the exception handler. The ROM stops here.\n",
              (unsigned)frame->vector, (unsigned)frame->srr0);
        for (;;) {
        }
    }
    handling = true;
    handle(frame);
    handling = false;
}

bool run_guarded(void (*body)(uintptr_t), uintptr_t argument, struct exception_frame* caught) {
    const bool interrupted = guarded_call(body, argument);
    if (interrupted && caught != NULL) *caught = last_caught;
    return interrupted;
}

struct probe {
    uintptr_t address;
    uint32_t value;
};

static void load_word(uintptr_t argument) {
    struct probe* probe = (struct probe*)argument;
    probe->value = *(volatile uint32_t*)probe->address;
    // A machine check may come late: wait for it here, inside the guard.
    __asm__ volatile("sync; isync" : : : "memory");
}

bool probe_word(uintptr_t address, uint32_t* value, struct exception_frame* caught) {
    struct probe probe = {.address = address};
    const bool refused = run_guarded(load_word, (uintptr_t)&probe, caught);
    *value = *(volatile uint32_t*)&probe.value;
    return !refused;
}
