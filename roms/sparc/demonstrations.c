#include "roms/sparc/demonstrations.h"

#include "roms/shared/demonstrate.h"
#include "roms/shared/menu.h"

#define NOWHERE 0xe0000000u // no machine's regions have it

// Each of these is expected not to come back.

static void illegal_instruction(uintptr_t argument) {
    (void)argument;
    __asm__ volatile("unimp 0" : : : "memory");
}

static void load_from(uintptr_t address) {
    uint32_t value;
    __asm__ volatile("ld [%1], %0" : "=r"(value) : "r"(address) : "memory");
}

static void store_to(uintptr_t address) {
    __asm__ volatile("st %0, [%0]" : : "r"(address) : "memory");
}

static void trap(uintptr_t argument) {
    __asm__ volatile("cmp %0, 42; te 5" : : "r"(argument) : "cc", "memory");
}

static void unaligned_load(uintptr_t argument) {
    uint32_t words[2] = {0, 0};
    uint32_t value;
    __asm__ volatile("ld [%1], %0" : "=r"(value) : "r"((uintptr_t)words + argument) : "memory");
}

static void divide_by(uintptr_t argument) {
    uint32_t value;
    __asm__ volatile("wr %%g0, %%y; nop; nop; nop; udiv %1, %1, %0"
                     : "=r"(value)
                     : "r"(argument)
                     : "memory");
}

static void tagged_addition(uintptr_t argument) {
    uint32_t value;
    __asm__ volatile("taddcctv %1, 4, %0" : "=r"(value) : "r"(argument) : "cc", "memory");
}

static void floating_point(uintptr_t argument) {
    (void)argument;
    __asm__ volatile(".word 0x81a00840" : : : "memory"); // fadds %f0, %f0, %f0
}

static void read_psr_as_user(void) {
    uint32_t value;
    __asm__ volatile("rd %%psr, %0" : "=r"(value) : : "memory");
}

static void show_illegal(void) {
    demonstrate("unimp, which will never be an instruction.", illegal_instruction, 0);
}
static void show_load(void) {
    demonstrate("ld from e0000000, which is not mapped.", load_from, NOWHERE);
}
static void show_store(void) {
    demonstrate("st to e0000000, which is not mapped.", store_to, NOWHERE);
}
static void show_jump(void) {
    demonstrate("A jump to e0000000, which is not mapped.", demonstrate_jump_to, NOWHERE);
}
static void show_trap(void) {
    demonstrate("cmp %o0,42 and te 5 (trap if equal) with 42.", trap, 42);
}
static void show_alignment(void) {
    demonstrate("ld of a word at an odd address.", unaligned_load, 1);
}
static void show_division(void) { demonstrate("udiv by 0.", divide_by, 0); }
static void show_tag(void) {
    demonstrate("taddcctv of 5: its two low bits say that it is not a small integer.",
                tagged_addition, 5);
}
static void show_floating_point(void) {
    demonstrate("fadds %f0,%f0,%f0; this ROM keeps PSR[EF] at 0.", floating_point, 0);
}
static void show_privilege(void) {
    demonstrate("rd %psr, which only supervisors may use, after rett into user mode.",
                demonstrate_user_mode, (uintptr_t)read_psr_as_user);
}

static const struct menu_item items[] = {
    {'i', "an illegal instruction", show_illegal},
    {'d', "a data access to nowhere: a load", show_load},
    {'w', "a data access to nowhere: a store", show_store},
    {'j', "a jump to nowhere", show_jump},
    {'p', "a program trap", show_trap},
    {'a', "a badly aligned access", show_alignment},
    {'z', "a division by zero", show_division},
    {'t', "a tagged addition of what is no small integer", show_tag},
    {'f', "floating point that is not allowed", show_floating_point},
    {'u', "a privileged instruction in user mode", show_privilege},
    {'q', "back to the main menu", 0},
};

static const struct menu menu = {
    "Each item does something that the processor refuses. It then moves to the next window, "
    "leaves\n"
    "PC and nPC in %l1 and %l2 there and goes to its entry in the trap table; the handler "
    "explains.",
    "exceptions",
    items,
    sizeof items / sizeof items[0],
};

void demonstrate_exceptions(void) {
    menu_show(&menu);
    menu_run(&menu);
}
