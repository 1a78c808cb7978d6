// What is SPARC's about traps.
#include "roms/sparc/exceptions.h"

#include "roms/shared/print.h"
#include "roms/sparc/timer.h"
#include "roms/sparc/translation.h"

// Shared with start.S.
struct exception_frame exception_frame_storage __attribute__((aligned(8)));
uint32_t guard_registers[3]; // sp, fp, i7 of the guarded call under way; sp is 0 without one

static struct exception_frame last_caught;

const struct exception_frame* exception_caught(void) { return &last_caught; }
uintptr_t exception_place(const struct exception_frame* frame) { return frame->pc; }
uintptr_t exception_entry(const struct exception_frame* frame) { return frame->tbr; }

void exception_go_on_at(struct exception_frame* frame, void (*code)(void)) {
    frame->pc = (uint32_t)(uintptr_t)code;
    frame->npc = frame->pc + 4;
    frame->psr = (frame->psr & PSR_CWP) | (PSR_OF_ROM & ~PSR_ET); // rett sets ET
}

bool exception_take_interrupt(struct exception_frame* frame) {
    if (frame->trap <= trap_interrupt || frame->trap >= trap_interrupt + 16) return false;
    if (timer_interrupt(frame->trap - trap_interrupt)) return true;
    // Every other interrupt source is masked, so this is a surprise. Do not let it come again.
    print("\n(unexpected interrupt, level %u; interrupts are held back now)\n",
          (unsigned)(frame->trap - trap_interrupt));
    frame->psr |= PSR_PIL;
    return true;
}

bool exception_leave_guard(struct exception_frame* frame) {
    if (frame->trap == trap_instruction_access || frame->trap == trap_data_access)
        translation_take_fault(&frame->fault_status, &frame->fault_address);
    if (guard_registers[0] == 0) return false;
    last_caught = *frame;
    exception_go_on_at(frame, guard_resume);
    return true;
}

void exception_wait_for_loads(void) {} // they never come late
