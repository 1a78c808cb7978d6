// Traps in words. Source: The SPARC Architecture Manual, Version 8, chapter 7 and appendix H.
#include "roms/shared/print.h"
#include "roms/sparc/exceptions.h"
#include "roms/sparc/processor.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const struct {
    uint32_t trap;
    const char* name;
    const char* meaning;
} exceptions[] = {
    {0x01, "Instruction access exception", "The next instruction could not be fetched."},
    {0x02, "Illegal instruction", "The processor does not know this instruction."},
    {0x03, "Privileged instruction", "Only supervisors may use it."},
    {0x04, "Floating point disabled", "A floating-point instruction while PSR[EF] is 0."},
    {0x05, "Window overflow", "A save wanted a window that is in use."},
    {0x06, "Window underflow", "A restore wanted a window that lies on the stack."},
    {0x07, "Memory address not aligned", "The address does not suit the size of the access."},
    {0x08, "Floating point exception", "The floating-point unit reports an exception."},
    {0x09, "Data access exception", "A load or store could not be done."},
    {0x0a, "Tag overflow", "A tagged addition or subtraction of what is not a small integer."},
    {0x0b, "Watchpoint detected", "The hardware breakpoint matched."},
    {0x20, "Register access error", "The processor found an error in its registers."},
    {0x21, "Instruction access error", "The bus reported an error: most often, nothing is there."},
    {0x24, "Coprocessor disabled", "A coprocessor instruction while PSR[EC] is 0."},
    {0x25, "Unimplemented flush", "The flush instruction is left to software here."},
    {0x28, "Coprocessor exception", "The coprocessor reports an exception."},
    {0x29, "Data access error", "The bus reported an error: most often, nothing is there."},
    {0x2a, "Division by zero", "udiv or sdiv with a divisor of 0."},
    {0x2b, "Data store error", "The bus reported an error of a store before."},
    {0x2c, "Data access MMU miss", "The MMU leaves the search to software."},
    {0x3c, "Instruction access MMU miss", "The MMU leaves the search to software."},
};

static const char* const fault_types[] = {
    "no fault is recorded",
    "no page table entry translates the address",
    "the address is translated, but its protection forbids the access",
    "the page is the supervisor's",
    "the page tables hold an entry that cannot be",
    "nothing answers at the physical address",
    "an error within the MMU",
    "a fault of an unknown kind",
};

static const char* const access_types[] = {
    "a load by a user",          "a load by the supervisor",
    "a fetch by a user",         "a fetch by the supervisor",
    "a store by a user",         "a store by the supervisor",
    "a store of code by a user", "a store of code by the supervisor",
};

void print_psr(uint32_t psr) {
    print("%c%c%c%c%s%s %s, traps %s, PIL %u, CWP %u", (psr & 1u << 23) != 0 ? 'N' : '-',
          (psr & 1u << 22) != 0 ? 'Z' : '-', (psr & 1u << 21) != 0 ? 'V' : '-',
          (psr & 1u << 20) != 0 ? 'C' : '-', (psr & 1u << 13) != 0 ? " EC" : "",
          (psr & PSR_EF) != 0 ? " EF" : "", (psr & PSR_S) != 0 ? "supervisor" : "user",
          (psr & PSR_ET) != 0 ? "on" : "off", (unsigned)(psr >> 8 & 15), (unsigned)(psr & PSR_CWP));
}

// The word may be out of reach (that is what an instruction access exception is about), and no
// second trap may happen here: only the ROM's own code is looked at.
static void print_place(const struct exception_frame* frame) {
    extern const char code_start[], code_end[];
    print("  PC    %08x", (unsigned)frame->pc);
    if (frame->pc >= (uintptr_t)code_start && frame->pc < (uintptr_t)code_end)
        print("  the instruction there: %08x", (unsigned)*(const uint32_t*)(uintptr_t)frame->pc);
    print("\n  nPC   %08x\n", (unsigned)frame->npc);
}

static void print_fault(const struct exception_frame* frame) {
    const uint32_t status = frame->fault_status;
    const bool valid = (status & 2) != 0 || frame->trap == trap_instruction_access;
    const uint32_t address = (status & 2) != 0 ? frame->fault_address : frame->pc;
    print("  SFSR  %08x  it was %s\n", (unsigned)status, access_types[status >> 5 & 7]);
    if (valid) print("  SFAR  %08x  the address that it wanted\n", (unsigned)address);
    print("  Cause           %s\n", fault_types[status >> 2 & 7]);
}

void explain_exception(const struct exception_frame* frame) {
    const char* name = "Unknown";
    const char* meaning = "The architecture has no trap here.";
    for (unsigned i = 0; i < COUNT(exceptions); ++i) {
        if (exceptions[i].trap != frame->trap) continue;
        name = exceptions[i].name;
        meaning = exceptions[i].meaning;
    }
    if (frame->trap >= trap_software) {
        name = "Trap instruction";
        meaning = "ticc whose condition was met: a program asks its kernel for a service.";
    } else if (frame->trap > trap_interrupt && frame->trap < trap_interrupt + 16) {
        name = "Interrupt";
        meaning = "A device asks for attention.";
    }
    print("  %s, trap %02x (TBR %08x)\n  %s\n\n", name, (unsigned)frame->trap, (unsigned)frame->tbr,
          meaning);
    print_place(frame);
    // Seen from the handler: S has moved to PS, the window is one further, traps were on.
    const uint32_t window = ((frame->psr & PSR_CWP) + 1) % (window_last + 1);
    print("  PSR   %08x  before: ", (unsigned)frame->psr);
    print_psr((frame->psr & ~(uint32_t)(PSR_S | PSR_CWP)) | PSR_ET | window |
              ((frame->psr & PSR_PS) != 0 ? PSR_S : 0));
    print("\n");
    if (frame->trap == trap_instruction_access || frame->trap == trap_data_access)
        print_fault(frame);
    if (frame->trap >= trap_software)
        print("  Cause           ta %u\n", (unsigned)(frame->trap - trap_software));
}
