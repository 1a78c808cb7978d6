#include "roms/powermac/demonstrations.h"

#include "roms/shared/demonstrate.h"
#include "roms/shared/menu.h"

enum { nowhere = 0x40000000 }; // no BAT covers it

// Each of these is expected not to come back.

static void illegal_instruction(uintptr_t argument) {
    (void)argument;
    __asm__ volatile(".long 0" : : : "memory"); // opcode 0 will never be an instruction
}

static void load_from(uintptr_t address) {
    uint32_t value;
    __asm__ volatile("lwz %0, 0(%1)" : "=r"(value) : "b"(address) : "memory");
}

static void store_to(uintptr_t address) {
    __asm__ volatile("stw %0, 0(%0)" : : "b"(address) : "memory");
}

static void trap(uintptr_t argument) {
    __asm__ volatile("twi 4, %0, 42" : : "r"(argument) : "memory"); // trap if equal
}

static void unaligned_reservation(uintptr_t argument) {
    uint32_t words[2] = {0, 0};
    uint32_t value;
    (void)argument;
    __asm__ volatile("lwarx %0, 0, %1" : "=r"(value) : "r"((uintptr_t)words + 1) : "memory");
}

static void system_call(uintptr_t argument) {
    (void)argument;
    __asm__ volatile("sc" : : : "memory");
}

static void floating_point(uintptr_t argument) {
    (void)argument;
    __asm__ volatile("fadd 1, 1, 1" : : : "memory");
}

static void read_msr_as_user(void) {
    uint32_t value;
    __asm__ volatile("mfmsr %0" : "=r"(value) : : "memory");
}

static void show_illegal(void) {
    demonstrate("The word 00000000 where an instruction should be.", illegal_instruction, 0);
}
static void show_load(void) {
    demonstrate("lwz from 40000000, which is not mapped.", load_from, nowhere);
}
static void show_store(void) {
    demonstrate("stw to 40000000, which is not mapped.", store_to, nowhere);
}
static void show_jump(void) {
    demonstrate("A jump to 40000000, which is not mapped.", demonstrate_jump_to, nowhere);
}
static void show_trap(void) {
    demonstrate("twi 4,rA,42 (trap if rA is 42) with rA = 42.", trap, 42);
}
static void show_alignment(void) {
    demonstrate("lwarx, which reserves a word, at an odd address.", unaligned_reservation, 0);
}
static void show_system_call(void) {
    demonstrate("sc, as programs call their kernel.", system_call, 0);
}
static void show_floating_point(void) {
    demonstrate("fadd f1,f1,f1; this ROM keeps MSR[FP] at 0.", floating_point, 0);
}
static void show_privilege(void) {
    demonstrate("mfmsr, which only supervisors may use, after rfi into user mode.",
                demonstrate_user_mode, (uintptr_t)read_msr_as_user);
}

static const struct menu_item items[] = {
    {'i', "an illegal instruction", show_illegal},
    {'d', "a data access to nowhere: a load", show_load},
    {'w', "a data access to nowhere: a store", show_store},
    {'j', "a jump to nowhere", show_jump},
    {'p', "a program trap", show_trap},
    {'a', "a badly aligned access", show_alignment},
    {'s', "a system call", show_system_call},
    {'f', "floating point that is not allowed", show_floating_point},
    {'u', "a privileged instruction in user mode", show_privilege},
    {'q', "back to the main menu", 0},
};

static const struct menu menu = {
    "Each item does something that the processor refuses. It then saves where it was (SRR0) and\n"
    "its state (SRR1) and goes to the exception's vector; the handler there explains.",
    "exceptions",
    items,
    sizeof items / sizeof items[0],
};

void demonstrate_exceptions(void) {
    menu_show(&menu);
    menu_run(&menu);
}
