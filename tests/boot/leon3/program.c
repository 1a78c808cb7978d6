// What a LEON3 is and does, told on its serial port: the same text from every machine that is one.
// Checked against QEMU's leon3_generic by leon3.py.

typedef unsigned int u32;
typedef unsigned char u8;

#define REGISTER(address) (*(volatile u32*)(address))
#define UART_DATA REGISTER(0x80000100)
#define IRQMP_PENDING REGISTER(0x80000204)
#define IRQMP_FORCE REGISTER(0x80000208)
#define IRQMP_CLEAR REGISTER(0x8000020c)
#define IRQMP_MASK REGISTER(0x80000240)
#define TIMER_SCALER REGISTER(0x80000300)
#define TIMER_SCALER_RELOAD REGISTER(0x80000304)
#define TIMER_CONFIGURATION REGISTER(0x80000308)
#define TIMER_COUNTER(n) REGISTER(0x80000310 + 16 * (n))
#define TIMER_RELOAD(n) REGISTER(0x80000314 + 16 * (n))
#define TIMER_CONTROL(n) REGISTER(0x80000318 + 16 * (n))
#define AHB_TABLE ((volatile u32*)0xfffff000)
#define APB_TABLE ((volatile u32*)0x800ff000)

static inline u32 read_psr(void) {
    u32 value;
    __asm__ volatile("rd %%psr, %0" : "=r"(value));
    return value;
}

static inline void write_psr(u32 value) {
    __asm__ volatile("wr %0, 0, %%psr; nop; nop; nop" ::"r"(value) : "memory", "cc");
}

#define ASI_READ(asi, address)                                                                     \
    ({                                                                                             \
        u32 value_;                                                                                \
        __asm__ volatile("lda [%1] " #asi ", %0" : "=r"(value_) : "r"(address) : "memory");        \
        value_;                                                                                    \
    })
#define ASI_WRITE(asi, address, value)                                                             \
    __asm__ volatile("sta %0, [%1] " #asi ::"r"(value), "r"(address) : "memory")

// ---- text

static void put(const char* text) {
    for (; *text; ++text) {
        if (*text == '\n') UART_DATA = '\r';
        UART_DATA = (u8)*text;
    }
}

static void put_hex(u32 value) {
    for (int shift = 28; shift >= 0; shift -= 4)
        UART_DATA = "0123456789abcdef"[value >> shift & 15];
}

static void show(const char* name, u32 value) {
    put(name);
    put(" ");
    put_hex(value);
    put("\n");
}

// ---- traps

static volatile u32 last_type, last_pc_offset, trap_count, ticks, forced;

#define FIRST_INTERRUPT 0x10

u32 trap(u32 type, u32 pc, u32 npc);
u32 trap(u32 type, u32 pc, u32 npc) {
    if (type == FIRST_INTERRUPT + 6) {
        ++ticks;
        return 0;
    }
    if (type > FIRST_INTERRUPT && type < FIRST_INTERRUPT + 16) {
        forced |= 1u << (type - FIRST_INTERRUPT);
        return 0;
    }
    last_type = type;
    last_pc_offset = npc - pc;
    ++trap_count;
    return 1;
}

static void show_trap(const char* what) {
    put(what);
    show(": trap", last_type);
    last_type = 0;
}

// ---- what there is

static void identify(void) {
    show("psr", read_psr() & 0xff0000ff);
    u32 value;
    __asm__ volatile("rd %%asr17, %0" : "=r"(value));
    show("asr17", value);
    show("mmu", ASI_READ(0x19, 0));
    for (int i = 0; i < 2; ++i)
        for (int word = 0; word < 8; ++word) {
            const u32 entry = AHB_TABLE[(i ? 0x200 : 0) + word];
            if (entry) show(i ? "ahb slave" : "ahb master", entry);
        }
    for (int word = 0; word < 16; ++word)
        if (APB_TABLE[word]) show("apb", APB_TABLE[word]);
}

// ---- arithmetic

static void calculate(void) {
    u32 a = 0x89abcdef, low, high, y;
    __asm__ volatile("umul %3, %4, %0; rd %%y, %1; smul %3, %4, %2"
                     : "=&r"(low), "=&r"(high), "=&r"(y)
                     : "r"(a), "r"(0x12345678));
    show("umul", low);
    show("y", high);
    show("smul", y);
    __asm__ volatile("wr %%g0, 5, %%y; nop; nop; nop; udivcc %1, %2, %0"
                     : "=r"(low)
                     : "r"(a), "r"(7)
                     : "cc");
    show("udiv", low);
    u32 memory[2] = {1, 2}, swapped = 9;
    __asm__ volatile("casa [%2] 0xb, %3, %0"
                     : "+r"(swapped), "+m"(memory[0])
                     : "r"(memory), "r"(1));
    show("casa old", swapped);
    show("casa new", memory[0]);
    __asm__ volatile("swap [%2], %0" : "+r"(swapped), "+m"(memory[1]) : "r"(memory + 1));
    show("swap", swapped);
}

// ---- windows: deeper than there are any

static __attribute__((noinline)) u32 depth(u32 n) {
    if (n == 0) return read_psr() & 0x1f;
    const u32 below = depth(n - 1);
    __asm__ volatile("" ::: "memory");
    return below + n;
}

static void recurse(void) {
    for (u32 n = 1; n < 40; n += 6)
        show("recursion", depth(n));
}

// ---- traps that programs cause

static void cause_traps(void) {
    u32 unused;
    __asm__ volatile("unimp 0");
    show_trap("unimp");
    __asm__ volatile("ta 5");
    show_trap("ta 5");
    __asm__ volatile("ld [%1 + 2], %0" : "=r"(unused) : "r"(0x40000000));
    show_trap("misaligned");
    __asm__ volatile("wr %%g0, 0, %%y; nop; nop; nop; udiv %1, %%g0, %0" : "=r"(unused) : "r"(1));
    show_trap("division");
    __asm__ volatile("cmp %%g0, 1; taddcctv %1, 1, %0" : "=r"(unused) : "r"(1) : "cc");
    show_trap("tagged");
    __asm__ volatile("ld [%0], %%f0" ::"r"(0x40000000));
    show_trap("float");
    show("traps", trap_count);
}

// ---- interrupts

static void interrupts(void) {
    TIMER_CONTROL(0) = 0;
    show("timers", TIMER_CONFIGURATION & 0xff);
    TIMER_SCALER_RELOAD = 39;
    TIMER_SCALER = 39;
    IRQMP_CLEAR = 0xfffe;
    IRQMP_MASK = 1u << 6 | 1u << 9 | 1u << 12;
    TIMER_RELOAD(0) = 499;
    TIMER_CONTROL(0) = 1 | 2 | 4 | 8; // enable, restart, load, interrupt
    const u32 psr = read_psr();
    write_psr(psr & ~0xf00u);
    for (u32 seen = 0; seen < 5;) {
        if (ticks == seen) continue;
        seen = ticks;
        if (seen <= 5) show("tick", seen);
    }
    TIMER_CONTROL(0) = 0;
    IRQMP_FORCE = 1u << 9 | 1u << 12;
    for (u32 i = 0; i < 1000000 && forced != (1u << 9 | 1u << 12); ++i)
        ;
    show("forced", forced);
    show("pending", IRQMP_PENDING & 0xfffe);
    // Asleep until the timer says so.
    ticks = 0;
    TIMER_CONTROL(0) = 1 | 4 | 8; // once
    while (ticks == 0)
        __asm__ volatile("wr %%g0, %%asr19" ::: "memory");
    show("woken", ticks);
    write_psr(psr);
}

// ---- the MMU: 16 MB pages of themselves, but for what is tried out

static u32 contexts[256] __attribute__((aligned(1024)));
static u32 regions[256] __attribute__((aligned(1024)));
static u32 segments[64] __attribute__((aligned(256)));
static u32 pages[64] __attribute__((aligned(256)));
static u32 data[1024] __attribute__((aligned(4096)));
static u32 other[1024] __attribute__((aligned(4096)));

#define POINTER(table) ((u32)(table) >> 4 | 1)
#define PTE(physical, acc) ((u32)(physical) >> 4 | (acc) << 2 | 2)
#define LOAD(address)                                                                              \
    ({                                                                                             \
        u32 loaded_ = 0x5a5a5a5a;                                                                  \
        __asm__ volatile("ld [%1], %0" : "+r"(loaded_) : "r"(address) : "memory");                 \
        loaded_;                                                                                   \
    })
#define STORE(address, value) __asm__ volatile("st %0, [%1]" ::"r"(value), "r"(address) : "memory")

static void show_fault(const char* what) {
    show_trap(what);
    show("  status", ASI_READ(0x19, 0x300) & ~0x300u);
    show("  address", ASI_READ(0x19, 0x400) & ~0xfffu);
}

static void translate(void) {
    for (u32 i = 0; i < 256; ++i)
        regions[i] = i == 0x12 ? 0 : PTE(i << 24, 3);
    regions[0x10] = POINTER(segments);
    segments[2] = POINTER(pages);
    contexts[0] = contexts[1] = POINTER(regions);
    for (u32 i = 0; i < 8; ++i)
        pages[i] = PTE(data, i);
    ASI_WRITE(0x19, 0x100, (u32)contexts >> 4);
    ASI_WRITE(0x19, 0x200, 0);
    ASI_WRITE(0x18, 0x400, 0);
    ASI_WRITE(0x19, 0, 1);
    show("mmu on", ASI_READ(0x19, 0));
    data[3] = 0xfeedf00d;
    const u32 first = 0x10080000;
    show("load", LOAD(first + 12));
    show("pte", pages[0] & 0xff);
    STORE(first + 12, 1);
    show_fault("store to a page for reading");
    STORE(first + 0x1000 + 12, 0x12344321);
    show("data", data[3]);
    show("pte", pages[1] & 0xff);
    LOAD(first + 0x4000);
    show_fault("load of a page for execution");
    show("load", LOAD(first + 0x5000 + 12));
    STORE(first + 0x7000 + 16, 7);
    show("data", data[4]);
    LOAD(first + 0x9000);
    show_fault("load of no page");
    LOAD(0x12345000);
    show_fault("load of no region");
    show("user data", ASI_READ(0xa, first + 0x3000 + 12));
    ASI_WRITE(0xa, first + 0x3000 + 20, 0x77);
    show("data", data[5]);
    show("probe", ASI_READ(0x18, first + 0x1400) & 0xff);
    show("probe", ASI_READ(0x18, 0x12345400));
    // Another page in the same place is seen once the old one is flushed.
    pages[0] = PTE(other, 0);
    other[3] = 0x07e40000;
    ASI_WRITE(0x18, first, 0);
    show("flushed", LOAD(first + 12));
    // Another context, where the page is another.
    ASI_WRITE(0x19, 0x200, 1);
    show("context", ASI_READ(0x19, 0x200));
    show("load", LOAD(first + 0x3000 + 12));
    ASI_WRITE(0x19, 0, 0);
    show("mmu off", ASI_READ(0x19, 0));
    show("bypass", ASI_READ(0x1c, (u32)(data + 3)));
}

void program(void);
void program(void) {
    put("A LEON3 says:\n");
    identify();
    calculate();
    recurse();
    cause_traps();
    interrupts();
    translate();
    put("That is all.\n");
}
