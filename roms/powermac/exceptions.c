// What is PowerPC's about exceptions.
#include "roms/powermac/exceptions.h"

#include "roms/powermac/timer.h"
#include "roms/shared/print.h"

// Shared with start.S.
struct exception_frame exception_frame_storage;
uint32_t guard_stack_pointer; // of the guarded call under way, or 0

static struct exception_frame last_caught;

const struct exception_frame* exception_caught(void) { return &last_caught; }
uintptr_t exception_place(const struct exception_frame* frame) { return frame->srr0; }
uintptr_t exception_entry(const struct exception_frame* frame) {
    return 0xfff00000 + frame->vector; // MSR[IP] stays 1
}

void exception_go_on_at(struct exception_frame* frame, void (*code)(void)) {
    frame->srr0 = (uint32_t)(uintptr_t)code;
    frame->srr1 = MSR_OF_ROM;
}

bool exception_take_interrupt(struct exception_frame* frame) {
    switch (frame->vector) {
    case vector_decrementer: timer_interrupt(); return true;
    case vector_external_interrupt:
        // Every interrupt source is masked, so this is a surprise. Do not let it come again.
        print("\n(unexpected external interrupt; interrupts are off now)\n");
        frame->srr1 &= ~(uint32_t)MSR_EE;
        return true;
    default: return false;
    }
}

bool exception_leave_guard(struct exception_frame* frame) {
    if (guard_stack_pointer == 0) return false;
    last_caught = *frame;
    frame->gpr[1] = guard_stack_pointer;
    frame->gpr[3] = true;
    exception_go_on_at(frame, guard_resume);
    return true;
}

// A machine check may come late.
void exception_wait_for_loads(void) { __asm__ volatile("sync; isync" : : : "memory"); }
