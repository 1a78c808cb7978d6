// Delay slots: the instruction after a branch, executed before it takes effect, or annulled.
#include "roms/shared/print.h"
#include "roms/sparc/demonstrations.h"

#include <stddef.h>
#include <stdint.h>

// branches.S
uint32_t branch_always(void);
uint32_t branch_always_annulled(void);
uint32_t branch_never(void);
uint32_t branch_never_annulled(void);
uint32_t branch_taken(void);
uint32_t branch_taken_annulled(void);
uint32_t branch_untaken(void);
uint32_t branch_untaken_annulled(void);
uint32_t branch_couple(void);

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const struct {
    uint32_t (*run)(void);
    const char* branch;
    const char* rule;
    uint32_t expected;
} branches[] = {
    {branch_always, "ba    1f", "taken", 1 | 4 | 8},
    {branch_always_annulled, "ba,a  1f", "taken; a of an always-branch annuls", 4 | 8},
    {branch_never, "bn    1f", "never taken", 1 | 2 | 4 | 8},
    {branch_never_annulled, "bn,a  1f", "never taken; a annuls", 2 | 4 | 8},
    {branch_taken, "be    1f", "equal, so taken", 1 | 4 | 8},
    {branch_taken_annulled, "be,a  1f", "taken: a does nothing", 1 | 4 | 8},
    {branch_untaken, "be    1f", "not equal, so not taken", 1 | 2 | 4 | 8},
    {branch_untaken_annulled, "be,a  1f", "not taken: a annuls", 2 | 4 | 8},
};

static void print_step(uint32_t done, const char* text, const char* when_not) {
    print("      %-18s%s\n", text, done != 0 ? "executed" : when_not);
}

void demonstrate_delay_slots(void) {
    unsigned wrong = 0;
    print("The instruction after a branch stands in its delay slot: it is executed before the "
          "branch\ntakes effect. With a (annul), a conditional branch that is not taken skips it, "
          "and so\ndoes ba,a always.\n");
    for (unsigned i = 0; i < COUNT(branches); ++i) {
        const uint32_t done = branches[i].run();
        wrong += done != branches[i].expected;
        print("\n      %-18s%s\n", branches[i].branch, branches[i].rule);
        print_step(done & 1, "or %o0,1   (slot)", "annulled");
        print_step(done & 2, "or %o0,2", "jumped over");
        print_step(done & 4, "1: or %o0,4", "not reached");
    }
    const uint32_t done = branch_couple();
    wrong += done != (4 | 16 | 32);
    print("\n      %-18s%s\n", "ba    1f", "taken");
    print("      %-18s%s\n", "ba    2f   (slot)", "taken too, an instruction later");
    print_step(done & 2, "or %o0,2", "jumped over");
    print_step(done & 4, "1: or %o0,4", "not reached");
    print_step(done & 8, "or %o0,8", "jumped over: the second branch takes effect");
    print_step(done & 16, "2: or %o0,16", "not reached");
    if (wrong == 0)
        print("\nEach did what the architecture says: all is well.\n");
    else
        print("\n%u of these did not do what the architecture says.\n", wrong);
}
