#include "roms/powermac/registers.h"

#include "roms/powermac/exceptions.h"
#include "roms/powermac/special_registers.h"
#include "roms/powermac/translation.h"
#include "roms/shared/print.h"

// The general registers change with every call, so they are taken as the exception entry saves
// them: by a system call.
static void system_call(uintptr_t argument) {
    (void)argument;
    __asm__ volatile("sc" : : : "memory");
}

static void print_general_registers(const struct exception_frame* frame) {
    print("General registers (as a system call saved them)\n");
    for (unsigned i = 0; i < 32; ++i)
        print("%sr%-2u %08x%s", i % 4 == 0 ? "  " : "   ", i, (unsigned)frame->gpr[i],
              i % 4 == 3 ? "\n" : "");
    print("  r1 is the stack pointer, r3 to r10 carry arguments, r3 the result.\n");
    print("  LR  %08x   CTR %08x   XER %08x   CR %08x\n", (unsigned)frame->lr, (unsigned)frame->ctr,
          (unsigned)frame->xer, (unsigned)frame->cr);
}

static void print_condition_register(uint32_t cr) {
    print("  CR fields 0-7 (less, greater, equal, overflow):");
    for (int field = 0; field < 8; ++field) {
        const uint32_t bits = cr >> (28 - 4 * field) & 15;
        print(" %c%c%c%c", (bits & 8) != 0 ? 'L' : '-', (bits & 4) != 0 ? 'G' : '-',
              (bits & 2) != 0 ? 'E' : '-', (bits & 1) != 0 ? 'O' : '-');
    }
    print("\n");
}

void registers_print(void) {
    if (run_guarded(system_call, 0)) {
        print_general_registers(exception_caught());
        print_condition_register(exception_caught()->cr);
    } else {
        print("The system call exception did not come, so there are no general registers.\n");
    }
    const uint32_t msr = read_msr();
    print("Machine state\n  MSR   %08x ", (unsigned)msr);
    print_msr_bits(msr);
    print("\n  PVR   %08x   HID0 %08x   HID1 %08x\n", (unsigned)READ_SPECIAL_REGISTER(spr_pvr),
          (unsigned)READ_SPECIAL_REGISTER(spr_hid0), (unsigned)READ_SPECIAL_REGISTER(spr_hid1));
    print("  DEC   %08x   time base %016llx\n", (unsigned)READ_SPECIAL_REGISTER(spr_dec),
          (unsigned long long)read_time_base());
    translation_print();
}
