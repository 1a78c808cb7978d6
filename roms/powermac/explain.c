// Exceptions in words. Source: Programming Environments Manual, chapter 6.
#include "roms/powermac/exceptions.h"

#include "roms/shared/print.h"

struct bit_name {
    uint32_t mask;
    const char* name;
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const struct bit_name msr_bits[] = {
    {MSR_VEC, "VEC"}, {MSR_POW, "POW"}, {MSR_ILE, "ILE"}, {MSR_EE, "EE"}, {MSR_PR, "PR"},
    {MSR_FP, "FP"},   {MSR_ME, "ME"},   {MSR_FE0, "FE0"}, {MSR_SE, "SE"}, {MSR_BE, "BE"},
    {MSR_FE1, "FE1"}, {MSR_IP, "IP"},   {MSR_IR, "IR"},   {MSR_DR, "DR"}, {MSR_PM, "PM"},
    {MSR_RI, "RI"},   {MSR_LE, "LE"},
};

// Causes, in the terms of SRR1 (instruction access, program) or DSISR (data access).
static const struct bit_name instruction_access_causes[] = {
    {0x40000000, "no BAT and no page table entry translates the address"},
    {0x10000000, "the address lies in a segment or page that holds no code"},
    {0x08000000, "the address is translated, but may not be executed in this mode"},
};
static const struct bit_name program_causes[] = {
    {0x00100000, "an enabled floating-point exception"},
    {0x00080000, "an illegal instruction"},
    {0x00040000, "a privileged instruction in user mode"},
    {0x00020000, "a trap instruction whose condition was met"},
};
static const struct bit_name data_access_causes[] = {
    {0x80000000, "a direct-store segment cannot do this access"},
    {0x40000000, "no BAT and no page table entry translates the address"},
    {0x08000000, "the address is translated, but its protection forbids the access"},
    {0x04000000, "this instruction may not be used on this kind of memory"},
    {0x00400000, "the data breakpoint register (DABR) matched"},
    {0x00100000, "eciwx or ecowx while the EAR does not allow it"},
};

static const struct {
    uint32_t vector;
    const char* name;
    const char* meaning;
} exceptions[] = {
    {0x0200, "Machine check", "The bus reported an error: most often, nothing answers there."},
    {0x0300, "Data access (DSI)", "A load or store could not be done."},
    {0x0400, "Instruction access (ISI)", "The next instruction could not be fetched."},
    {0x0500, "External interrupt", "A device asks for attention."},
    {0x0600, "Alignment", "The address does not suit the size of the access."},
    {0x0700, "Program", "The instruction itself is the reason."},
    {0x0800, "Floating point unavailable", "A floating-point instruction while MSR[FP] is 0."},
    {0x0900, "Decrementer", "The decrementer went below zero."},
    {0x0c00, "System call", "The sc instruction: a program asks its kernel for a service."},
    {0x0d00, "Trace", "MSR[SE] or MSR[BE] asks for an exception after every instruction."},
    {0x0f00, "Performance monitor", "A performance counter overflowed."},
    {0x0f20, "AltiVec unavailable", "An AltiVec instruction while MSR[VEC] is 0."},
    {0x1000, "Instruction translation miss", "The 603 leaves the page table search to software."},
    {0x1100, "Data load translation miss", "The 603 leaves the page table search to software."},
    {0x1200, "Data store translation miss", "The 603 leaves the page table search to software."},
    {0x1300, "Instruction address breakpoint", "The breakpoint register (IABR) matched."},
    {0x1400, "System management interrupt", "The SMI pin was pulled."},
    {0x1600, "AltiVec assist", "An AltiVec operation met a denormal operand."},
    {0x1700, "Thermal management", "The processor got too warm."},
};

void print_msr_bits(uint32_t msr) {
    for (unsigned i = 0; i < COUNT(msr_bits); ++i) {
        if ((msr & msr_bits[i].mask) != 0) print(" %s", msr_bits[i].name);
    }
}

static void print_causes(const struct bit_name* table, unsigned count, uint32_t value) {
    bool any = false;
    for (unsigned i = 0; i < count; ++i) {
        if ((value & table[i].mask) == 0) continue;
        print("  Cause           %s\n", table[i].name);
        any = true;
    }
    if (!any) print("  Cause           the cause bits are all 0\n");
}

// SRR0 and the instruction there. The word may be out of reach (that is what an instruction access
// exception is about), and no second exception may happen here: BATs always cover the ROM.
static void print_place(const struct exception_frame* frame, const char* what) {
    print("  SRR0  %08x  %s", (unsigned)frame->srr0, what);
    if (frame->srr0 >= 0xfff00000)
        print(": %08x", (unsigned)*(const volatile uint32_t*)(uintptr_t)(frame->srr0 & ~3u));
    print("\n");
}

static void print_state(const struct exception_frame* frame) {
    print("  SRR1  %08x  MSR before:", (unsigned)frame->srr1);
    print_msr_bits(frame->srr1 & 0x0000ffff); // the other bits tell of the exception
    print((frame->srr1 & MSR_PR) != 0 ? " (user mode)\n" : " (supervisor mode)\n");
}

static void explain_data_access(const struct exception_frame* frame) {
    print_place(frame, "the instruction that failed");
    print_state(frame);
    print("  DAR   %08x  the address that it wanted\n", (unsigned)frame->dar);
    print("  DSISR %08x  it was a %s\n", (unsigned)frame->dsisr,
          (frame->dsisr & 0x02000000) != 0 ? "store" : "load");
    print_causes(data_access_causes, COUNT(data_access_causes), frame->dsisr);
}

static void explain_alignment(const struct exception_frame* frame) {
    print_place(frame, "the instruction that failed");
    print_state(frame);
    print("  DAR   %08x  the address that it wanted\n", (unsigned)frame->dar);
    print("  DSISR %08x  the instruction's register fields: r%u, base r%u\n",
          (unsigned)frame->dsisr, (unsigned)(frame->dsisr >> 5 & 31),
          (unsigned)(frame->dsisr & 31));
    print("  Cause           the address is no multiple of the access's size, and this\n"
          "                  instruction insists on it\n");
}

static void explain_program(const struct exception_frame* frame) {
    print_place(frame, (frame->srr1 & 0x00010000) != 0 ? "just after the instruction that did it"
                                                       : "the instruction that did it");
    print_state(frame);
    print_causes(program_causes, COUNT(program_causes), frame->srr1);
}

void explain_exception(const struct exception_frame* frame) {
    const char* name = "Unknown";
    const char* meaning = "The architecture has no exception here.";
    for (unsigned i = 0; i < COUNT(exceptions); ++i) {
        if (exceptions[i].vector != frame->vector) continue;
        name = exceptions[i].name;
        meaning = exceptions[i].meaning;
    }
    print("  %s exception, vector %04x\n  %s\n\n", name, (unsigned)frame->vector, meaning);
    switch (frame->vector) {
    case vector_data_access: explain_data_access(frame); break;
    case vector_alignment: explain_alignment(frame); break;
    case vector_program: explain_program(frame); break;
    case vector_instruction_access:
        print_place(frame, "the address that could not be fetched");
        print_state(frame);
        print_causes(instruction_access_causes, COUNT(instruction_access_causes), frame->srr1);
        break;
    case vector_system_call:
        print_place(frame, "the instruction after sc, to go on with");
        print_state(frame);
        break;
    default:
        print_place(frame, "the instruction under way");
        print_state(frame);
        break;
    }
}
