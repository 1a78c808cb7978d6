/* Runs cases of PowerPC code under qemu-ppc and tells what became of the registers: see layout.h.
 */
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "tests/lockstep/guest/layout.h"

void run_case(unsigned char* record);
void exit_end(void);
void exit_low(void);
void exit_exception(void);

enum { batch_cases = 4096 };

static unsigned char records[batch_cases * RECORD_BYTES] __attribute__((aligned(16)));
static unsigned char signal_stack[65536] __attribute__((aligned(16)));

static void fail(const char* why) {
    write(2, why, strlen(why));
    _exit(1);
}

/* 0 at the end of the input. */
static int read_all(void* to, size_t bytes) {
    unsigned char* at = to;
    while (bytes != 0) {
        const ssize_t got = read(0, at, bytes);
        if (got <= 0) return 0;
        at += got;
        bytes -= (size_t)got;
    }
    return 1;
}

static void write_all(const void* from, size_t bytes) {
    const unsigned char* at = from;
    while (bytes != 0) {
        const ssize_t put = write(1, at, bytes);
        if (put <= 0) fail("harness: the output is closed\n");
        at += put;
        bytes -= (size_t)put;
    }
}

static volatile uint32_t* low_word(uint32_t address) { return (volatile uint32_t*)address; }

/* r2 and r13 are the case's here: nothing that needs them. */
static void on_exception(int signal, siginfo_t* info, void* context) {
    ucontext_t* state = context;
    unsigned long* registers = state->uc_mcontext.uc_regs->gregs;
    (void)info;
    *low_word(LOCKSTEP_EXIT_KIND) = signal == SIGTRAP  ? LOCKSTEP_EXIT_TRAP
                                    : signal == SIGILL ? LOCKSTEP_EXIT_ILLEGAL
                                                       : LOCKSTEP_EXIT_OTHER;
    *low_word(LOCKSTEP_EXIT_PC) = registers[32];
    registers[32] = (unsigned long)exit_exception;
}

static void map(uint32_t address, uint32_t bytes, const char* complaint) {
    void* got = mmap((void*)address, bytes, PROT_READ | PROT_WRITE | PROT_EXEC,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (got != (void*)address) fail(complaint);
}

static uint32_t branch_absolute(void (*target)(void)) { return 0x48000002 | (uint32_t)target; }

static void catch_exceptions(void) {
    static const int signals[] = {SIGTRAP, SIGILL, SIGSEGV, SIGBUS, SIGFPE};
    const stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack};
    sigaltstack(&stack, 0);
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; ++i) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_sigaction = on_exception;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
        sigaction(signals[i], &action, 0);
    }
}

int main(void) {
    uint32_t header[4];
    map(LOCKSTEP_LOW_START, LOCKSTEP_LOW_END - LOCKSTEP_LOW_START, "harness: no low memory\n");
    map(LOCKSTEP_CODE, LOCKSTEP_CODE_BYTES, "harness: no memory for code\n");
    *low_word(LOCKSTEP_LOW_EXIT) = branch_absolute(exit_low);
    catch_exceptions();

    /* Where cases branch to when they are done. */
    header[0] = LOCKSTEP_MAGIC;
    header[1] = branch_absolute(exit_end);
    write_all(header, 8);

    while (read_all(header, sizeof header)) {
        if (header[0] != LOCKSTEP_MAGIC || header[1] > batch_cases ||
            header[2] > LOCKSTEP_CODE_BYTES / 4)
            fail("harness: no batch\n");
        if (!read_all((void*)LOCKSTEP_CODE, 4 * header[2]) ||
            !read_all(records, header[1] * RECORD_BYTES))
            fail("harness: half a batch\n");
        for (uint32_t i = 0; i < header[1]; ++i) {
            unsigned char* record = records + i * RECORD_BYTES;
            *low_word(LOCKSTEP_EXIT_PC) = 0;
            memcpy((void*)LOCKSTEP_WINDOW, record + RECORD_MEMORY, LOCKSTEP_WINDOW_BYTES);
            run_case(record);
            memcpy(record + RECORD_MEMORY, (void*)LOCKSTEP_WINDOW, LOCKSTEP_WINDOW_BYTES);
        }
        write_all(records, header[1] * RECORD_BYTES);
    }
    return 0;
}
