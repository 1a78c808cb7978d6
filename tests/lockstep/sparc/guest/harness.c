/* Runs cases of SPARC code under qemu-sparc and tells what became of the registers: see layout.h.
 * Freestanding: no 32-bit C library for SPARC is about.
 */
#include "tests/lockstep/sparc/guest/layout.h"

typedef unsigned int word;

void run_case(unsigned char* record);
void exit_end(void);

enum { batch_cases = 4096 };
/* Of Linux on SPARC. */
enum { sys_exit = 1, sys_read = 3, sys_write = 4, sys_mmap = 71 };
enum { map_private = 2, map_fixed = 16, map_anonymous = 32, all_rights = 7 };

static unsigned char records[batch_cases * RECORD_BYTES] __attribute__((aligned(8)));

/* Below zero: an error. */
static long call_system(long number, long a, long b, long c, long d, long e, long f) {
    register long g1 __asm__("g1") = number;
    register long o0 __asm__("o0") = a;
    register long o1 __asm__("o1") = b;
    register long o2 __asm__("o2") = c;
    register long o3 __asm__("o3") = d;
    register long o4 __asm__("o4") = e;
    register long o5 __asm__("o5") = f;
    __asm__ volatile("ta 0x10\n\t"
                     "bcs,a 1f\n\t"
                     "sub %%g0, %0, %0\n"
                     "1:"
                     : "+r"(o0)
                     : "r"(g1), "r"(o1), "r"(o2), "r"(o3), "r"(o4), "r"(o5)
                     : "memory", "cc");
    return o0;
}

static void leave(int status) {
    for (;;)
        call_system(sys_exit, status, 0, 0, 0, 0, 0);
}

static void fail(const char* why) {
    long length = 0;
    while (why[length])
        ++length;
    call_system(sys_write, 2, (long)why, length, 0, 0, 0);
    leave(1);
}

/* 0 at the end of the input. */
static int read_all(void* to, word bytes) {
    unsigned char* at = to;
    while (bytes != 0) {
        const long got = call_system(sys_read, 0, (long)at, (long)bytes, 0, 0, 0);
        if (got <= 0) return 0;
        at += got;
        bytes -= (word)got;
    }
    return 1;
}

static void write_all(const void* from, word bytes) {
    const unsigned char* at = from;
    while (bytes != 0) {
        const long put = call_system(sys_write, 1, (long)at, (long)bytes, 0, 0, 0);
        if (put <= 0) fail("harness: the output is closed\n");
        at += put;
        bytes -= (word)put;
    }
}

static void copy(volatile word* to, const volatile word* from, word bytes) {
    for (word i = 0; i < bytes / 4; ++i)
        to[i] = from[i];
}

static void map(word address, word bytes, const char* complaint) {
    const long got = call_system(sys_mmap, (long)address, (long)bytes, all_rights,
                                 map_private | map_anonymous | map_fixed, -1, 0);
    if (got != (long)address) fail(complaint);
}

void _start(void) {
    word header[4];
    map(SPARC_LOW_START, SPARC_LOW_END - SPARC_LOW_START, "harness: no low memory\n");
    map(SPARC_CODE, SPARC_CODE_BYTES, "harness: no memory for code\n");

    /* Where cases branch to when they are done. */
    header[0] = SPARC_LOCKSTEP_MAGIC;
    header[1] = (word)exit_end;
    write_all(header, 8);

    while (read_all(header, sizeof header)) {
        if (header[0] != SPARC_LOCKSTEP_MAGIC || header[1] > batch_cases ||
            header[2] > SPARC_CODE_BYTES / 4)
            fail("harness: no batch\n");
        if (!read_all((void*)SPARC_CODE, 4 * header[2]) ||
            !read_all(records, header[1] * RECORD_BYTES))
            fail("harness: half a batch\n");
        for (word i = 0; i < header[1]; ++i) {
            unsigned char* record = records + i * RECORD_BYTES;
            volatile word* window = (volatile word*)SPARC_WINDOW;
            volatile word* memory = (volatile word*)(record + RECORD_MEMORY);
            copy(window, memory, SPARC_WINDOW_BYTES);
            run_case(record);
            copy(memory, window, SPARC_WINDOW_BYTES);
        }
        write_all(records, header[1] * RECORD_BYTES);
    }
    leave(0);
}
