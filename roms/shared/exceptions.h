// Exceptions (SPARC's manuals call them traps): calls that survive one, and what is done about
// those that nobody expected.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// What the entry code saves: each ROM's own.
struct exception_frame;

// Calls body(argument). True when an exception ended it early. Guarded calls do not nest. In
// start.S.
bool run_guarded(void (*body)(uintptr_t), uintptr_t argument);

// What ended a guarded call last; for after one that was ended.
const struct exception_frame* exception_caught(void);

// Loads a word or a byte. False when the processor took an exception instead.
bool probe_word(uintptr_t address, uint32_t* value);
bool probe_byte(uintptr_t address);

// ---- What each ROM provides ---------------------------------------------------------------------

// Leaves supervisor mode and goes on at `code`. Only an exception comes back from there.
__attribute__((noreturn)) void run_in_user_mode(uintptr_t code);

// Prints what happened, in words and registers.
void explain_exception(const struct exception_frame* frame);

// Where the processor was, and where it was sent.
uintptr_t exception_place(const struct exception_frame* frame);
uintptr_t exception_entry(const struct exception_frame* frame);

// Serves an interrupt. False when it is none.
bool exception_take_interrupt(struct exception_frame* frame);

// Keeps the frame for exception_caught() and changes it, so that the entry code goes on behind the
// guarded call under way. False without one.
bool exception_leave_guard(struct exception_frame* frame);

// Changes the frame, so that the entry code goes on there.
void exception_go_on_at(struct exception_frame* frame, void (*code)(void));

// Waits until all loads have either come or ended in an exception.
void exception_wait_for_loads(void);

// In start.S, to go on at: run_guarded returns true; the menu again, on a new stack.
void guard_resume(void);
void restart_menu(void);

// Called by start.S.
void exception_dispatch(struct exception_frame* frame);
