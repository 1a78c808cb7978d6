// What the ROM does about a trap.
#include "roms/sparc/exceptions.h"

#include "roms/shared/print.h"
#include "roms/sparc/timer.h"
#include "roms/sparc/translation.h"

// Shared with start.S.
struct exception_frame exception_frame_storage __attribute__((aligned(8)));
uint32_t guard_registers[3]; // sp, fp, i7 of the guarded call under way; sp is 0 without one
void exception_dispatch(struct exception_frame* frame);
bool guarded_call(void (*body)(uintptr_t), uintptr_t argument);
void guard_resume(void);
void restart_menu(void);

static struct exception_frame last_caught;
static bool handling;

static void resume_at(struct exception_frame* frame, void (*code)(void)) {
    frame->pc = (uint32_t)(uintptr_t)code;
    frame->npc = frame->pc + 4;
    frame->psr = (frame->psr & PSR_CWP) | (PSR_OF_ROM & ~PSR_ET); // rett sets ET
}

static void handle(struct exception_frame* frame) {
    if (frame->trap > trap_interrupt && frame->trap < trap_interrupt + 16) {
        if (timer_interrupt(frame->trap - trap_interrupt)) return;
        // Every other interrupt source is masked, so this is a surprise. Do not let it come again.
        print("\n(unexpected interrupt, level %u; interrupts are held back now)\n",
              (unsigned)(frame->trap - trap_interrupt));
        frame->psr |= PSR_PIL;
        return;
    }
    if (frame->trap == trap_instruction_access || frame->trap == trap_data_access)
        translation_take_fault(&frame->fault_status, &frame->fault_address);
    if (guard_registers[0] != 0) {
        last_caught = *frame;
        resume_at(frame, guard_resume);
        return;
    }
    print("\n\nA trap that the ROM did not expect:\n\n");
    explain_exception(frame);
    print("\nThe ROM gives up what it was doing and returns to its menu.\n");
    resume_at(frame, restart_menu);
}

void exception_dispatch(struct exception_frame* frame) {
    if (handling) {
        print("\n\nTrap %02x at %08x within the trap handler. The ROM stops here.\n",
              (unsigned)frame->trap, (unsigned)frame->pc);
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
}

static void load_byte(uintptr_t address) { (void)*(volatile uint8_t*)address; }

bool probe_word(uintptr_t address, uint32_t* value, struct exception_frame* caught) {
    struct probe probe = {.address = address};
    const bool refused = run_guarded(load_word, (uintptr_t)&probe, caught);
    *value = *(volatile uint32_t*)&probe.value;
    return !refused;
}

bool probe_byte(uintptr_t address) { return !run_guarded(load_byte, address, NULL); }
