#include "roms/sparc/registers.h"

#include "roms/shared/print.h"
#include "roms/sparc/exceptions.h"
#include "roms/sparc/processor.h"
#include "roms/sparc/translation.h"

// The general registers change with every call, so they are taken as the trap entry saves them.
static void trap_always(uintptr_t argument) {
    (void)argument;
    __asm__ volatile("ta 16" : : : "memory");
}

static void print_row(char letter, const uint32_t* registers) {
    for (unsigned i = 0; i < 8; ++i)
        print("%s%%%c%u %08x%s", i % 4 == 0 ? "  " : "   ", letter, i, (unsigned)registers[i],
              i % 4 == 3 ? "\n" : "");
}

void registers_print(void) {
    if (run_guarded(trap_always, 0)) {
        const struct exception_frame* frame = exception_caught();
        print("General registers (as a trap saved them)\n");
        print_row('g', frame->globals);
        print_row('o', frame->outs);
        print_row('l', frame->locals);
        print_row('i', frame->ins);
        print("  A save makes the outs the next window's ins. %%o6 is the stack pointer, %%i6 the\n"
              "  caller's; %%i7 is where the call came from.\n");
    } else {
        print("The trap did not come, so there are no general registers.\n");
    }
    const uint32_t psr = READ_STATE("psr");
    print("State\n  PSR   %08x  ", (unsigned)psr);
    print_psr(psr);
    print("\n  WIM   %08x  %u windows; where the bit is, a save or restore traps\n",
          (unsigned)READ_STATE("wim"), (unsigned)(window_last + 1));
    print("  TBR   %08x  the trap table\n  Y     %08x\n", (unsigned)READ_STATE("tbr") & 0xfffff000,
          (unsigned)READ_STATE("y"));
    translation_print();
}
