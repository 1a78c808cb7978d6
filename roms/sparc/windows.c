// Register windows at work.
#include "roms/shared/print.h"
#include "roms/sparc/demonstrations.h"
#include "roms/sparc/processor.h"

#include <stdbool.h>
#include <stddef.h>

struct window_record {
    uint32_t window, wim, overflows, underflows;
};

// recursion.S
struct window_record* recurse(unsigned depth, struct window_record* records, uint32_t mark);

enum { depth = 12, record_count = 2 * depth };

static void print_record(const char* what, unsigned level, const struct window_record* record,
                         const struct window_record* before) {
    print("  %s %2u      %2u   ", what, level, (unsigned)record->window);
    for (uint32_t window = window_last + 1; window-- > 0;)
        print("%c", (record->wim >> window & 1) != 0 ? '1' : '.');
    print("   %2u  %2u", (unsigned)record->overflows, (unsigned)record->underflows);
    if (record->overflows != before->overflows)
        print("   overflow trap: the oldest window went to the stack");
    if (record->underflows != before->underflows)
        print("   underflow trap: this window came back from it");
    print("\n");
}

void demonstrate_windows(void) {
    static struct window_record records[record_count];
    const uint32_t windows = window_last + 1;
    print("This processor has %u windows of 24 registers: 8 ins, 8 locals, 8 outs. save moves to "
          "the\nnext one (CWP counts down), and the caller's outs are its ins; restore moves back. "
          "One\nwindow's bit in WIM is set: a save or restore into that one traps, and the handler "
          "moves\n16 registers to the stack or back. A function that calls itself %u deep:\n\n",
          (unsigned)windows, depth);
    flush_windows(); // the callers' windows are out of the way
    window_overflows = window_underflows = 0;
    const struct window_record start = {0};
    const struct window_record* end = recurse(depth, records, 0xcafe0000);
    const unsigned overflows = (unsigned)window_overflows;
    const unsigned underflows = (unsigned)window_underflows;
    print("  level     CWP   WIM (bit %u first); overflow and underflow traps so far\n",
          (unsigned)window_last);
    for (unsigned i = 0; i < record_count; ++i) {
        const bool down = i < depth;
        print_record(down ? "down" : "up  ", down ? i + 1 : record_count - i, &records[i],
                     i == 0 ? &start : &records[i - 1]);
    }
    print("\n%u calls, %u returns: %u overflow and %u underflow traps. With %u windows, one of "
          "them\nforbidden, %u calls fit before the first trap.\n",
          depth, depth, overflows, underflows, (unsigned)windows, (unsigned)windows - 2);
    print(end == &records[record_count]
              ? "Each level found its local registers as it had left them: all is well.\n"
              : "A level lost its local registers: the window traps do not work.\n");
}
