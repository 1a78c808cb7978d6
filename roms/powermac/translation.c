// Source: Programming Environments Manual, section 7.4 (block address translation).
#include "roms/powermac/translation.h"

#include "roms/powermac/special_registers.h"
#include "roms/shared/print.h"

enum {
    bat_count = 4,
    megabyte = 1 << 20,
    bat_smallest = 128 << 10,
    valid_in_both_modes = 3, // Vs and Vp
    cached = 0x00,           // WIMG
    uncached_guarded = 0x28, // I and G
    read_write = 2,          // PP
};
#define BAT_LARGEST 0x10000000u // 256 MB

enum region_use { region_data = 1, region_code = 2 };

// One row a BAT; the same numbers as in "Memory layout" in the README.
static const struct {
    uint32_t start;
    uint32_t attributes;
    unsigned use;
} regions[bat_count] = {
    {0x00000000, cached, region_data | region_code},           // RAM, first 256 MB
    {0xf0000000, uncached_guarded, region_data | region_code}, // host bridge, fw_cfg, ROM
    {0x80000000, uncached_guarded, region_data},               // PCI memory
    {0x10000000, cached, region_data},                         // RAM, second 256 MB
};

// SDR1 wants at least 64 KB, on a boundary of its size. It stays empty: every search fails.
static uint32_t page_table[0x10000 / 4] __attribute__((aligned(0x10000)));

static void write_bat_pair(unsigned index, unsigned instruction_side, uint32_t upper,
                           uint32_t lower) {
    // The register number is part of the instruction, hence the switch.
    switch (index * 2 + instruction_side) {
#define CASE(number)                                                                               \
    case 2 * (number):                                                                             \
        WRITE_SPECIAL_REGISTER(spr_dbat0u + 2 * (number), 0);                                      \
        WRITE_SPECIAL_REGISTER(spr_dbat0u + 2 * (number) + 1, lower);                              \
        WRITE_SPECIAL_REGISTER(spr_dbat0u + 2 * (number), upper);                                  \
        break;                                                                                     \
    case 2 * (number) + 1:                                                                         \
        WRITE_SPECIAL_REGISTER(spr_ibat0u + 2 * (number), 0);                                      \
        WRITE_SPECIAL_REGISTER(spr_ibat0u + 2 * (number) + 1, lower);                              \
        WRITE_SPECIAL_REGISTER(spr_ibat0u + 2 * (number), upper);                                  \
        break
        CASE(0);
        CASE(1);
        CASE(2);
        CASE(3);
#undef CASE
    }
    __asm__ volatile("sync; isync" : : : "memory");
}

// Maps a region over `size` bytes; 0 unmaps it.
static void map_region(unsigned index, uint32_t size) {
    const uint32_t length = (size / bat_smallest - 1) << 2; // BL, in its place in the upper half
    const uint32_t upper = size == 0 ? 0 : regions[index].start | length | valid_in_both_modes;
    const uint32_t lower = regions[index].start | regions[index].attributes | read_write;
    write_bat_pair(index, 0, (regions[index].use & region_data) != 0 ? upper : 0, lower);
    // An instruction BAT must not have the G bit.
    write_bat_pair(index, 1, (regions[index].use & region_code) != 0 ? upper : 0, lower & ~0x08u);
}

static uint32_t bat_size_for(uint64_t bytes) {
    if (bytes == 0) return 0;
    uint32_t size = bat_smallest;
    while (size < BAT_LARGEST && size < bytes)
        size <<= 1;
    return size;
}

void translation_start(void) {
    for (unsigned segment = 0; segment < 16; ++segment)
        write_segment_register(segment << 28, segment); // VSID = segment number
    WRITE_SPECIAL_REGISTER(spr_sdr1, (uint32_t)(uintptr_t)page_table);
    for (uint32_t page = 0; page < 64; ++page) // one set of the TLB each
        __asm__ volatile("tlbie %0" : : "r"(page << 12) : "memory");
    __asm__ volatile("sync; isync" : : : "memory");
    for (unsigned i = 0; i < bat_count; ++i)
        map_region(i, BAT_LARGEST);
    write_msr(MSR_OF_ROM);
}

void translation_limit_memory(uint64_t memory_size) {
    // Untranslated meanwhile: the stack lies in the very memory whose BAT changes.
    write_msr(MSR_OF_ROM & ~(uint32_t)(MSR_IR | MSR_DR));
    map_region(0, bat_size_for(memory_size));
    map_region(3, memory_size > BAT_LARGEST ? bat_size_for(memory_size - BAT_LARGEST) : 0);
    write_msr(MSR_OF_ROM);
}

static void print_bat(const char* name, unsigned index, uint32_t upper, uint32_t lower) {
    static const char* const access[] = {"no access", "read only", "read and write", "read only"};
    print("  %s%u %08x %08x  ", name, index, (unsigned)upper, (unsigned)lower);
    if ((upper & valid_in_both_modes) == 0) {
        print("off\n");
        return;
    }
    const uint32_t start = upper & 0xfffe0000;
    const uint32_t last = start + ((upper >> 2 & 0x7ff) + 1) * bat_smallest - 1;
    print("%08x-%08x at %08x, %s, %s\n", (unsigned)start, (unsigned)last,
          (unsigned)(lower & 0xfffe0000), access[lower & 3],
          (lower & 0x20) != 0 ? "not cached" : "cached");
}

#define PRINT_BAT(name, first, index)                                                              \
    print_bat(name, index, READ_SPECIAL_REGISTER((first) + 2 * (index)),                           \
              READ_SPECIAL_REGISTER((first) + 2 * (index) + 1))

void translation_print(void) {
    print("Block address translation (BATs: upper, lower, meaning)\n");
    PRINT_BAT("IBAT", spr_ibat0u, 0);
    PRINT_BAT("IBAT", spr_ibat0u, 1);
    PRINT_BAT("IBAT", spr_ibat0u, 2);
    PRINT_BAT("IBAT", spr_ibat0u, 3);
    PRINT_BAT("DBAT", spr_dbat0u, 0);
    PRINT_BAT("DBAT", spr_dbat0u, 1);
    PRINT_BAT("DBAT", spr_dbat0u, 2);
    PRINT_BAT("DBAT", spr_dbat0u, 3);
    print("Page tables (for what no BAT covers)\n");
    const uint32_t sdr1 = READ_SPECIAL_REGISTER(spr_sdr1);
    print("  SDR1  %08x  table at %08x, %u KB, empty: every search ends in an exception\n",
          (unsigned)sdr1, (unsigned)(sdr1 & 0xffff0000), (unsigned)(((sdr1 & 0x1ff) + 1) * 64));
    print("  SR0-15 ");
    for (unsigned segment = 0; segment < 16; ++segment)
        print(" %x", (unsigned)read_segment_register(segment << 28));
    print("\n");
}
