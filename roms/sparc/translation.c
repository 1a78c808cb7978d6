// Source: The SPARC Architecture Manual, Version 8, appendix H.
#include "roms/sparc/translation.h"

#include "roms/shared/print.h"
#include "roms/sparc/machine.h"

enum mmu_register {
    mmu_control = 0x000,
    mmu_context_table = 0x100,
    mmu_context = 0x200,
    mmu_fault_status = 0x300,
    mmu_fault_address = 0x400,
};

enum {
    control_enable = 1,
    entry_table = 1, // ET: a page table descriptor
    entry_page = 2,  // ET: a page table entry
    entry_cached = 0x80,
    access_all = 3 << 2,        // ACC: read, write and execute, in both modes
    access_read_write = 1 << 2, // ACC: read and write, in both modes
    contexts = 256,
    first_level = 256, // entries, of 16 MB each
    second_level = 64, // of 256 KB
    region_shift = 24,
    segment_shift = 18,
};

// Tables are aligned to their size; the MMU reads them at physical addresses, which are the same.
static uint32_t context_table[contexts] __attribute__((aligned(4096)));
static uint32_t region_table[first_level] __attribute__((aligned(1024)));
static uint32_t segment_table[second_level] __attribute__((aligned(256))); // the end of RAM

static uint32_t table_descriptor(const uint32_t* table) {
    return (uint32_t)(uintptr_t)table >> 4 | entry_table;
}

static uint32_t page_entry(const struct region* region, uint64_t physical) {
    return (uint32_t)(physical >> 4) |
           (region->memory ? entry_cached | access_all : access_read_write) | entry_page;
}

static void map_region(const struct region* region) {
    const uint32_t first = region->first >> region_shift;
    for (uint32_t i = first; i <= region->last >> region_shift; ++i)
        region_table[i] =
            page_entry(region, region->physical + ((uint64_t)(i - first) << region_shift));
}

void translation_start(void) {
    for (unsigned i = 0; i < machine_region_count; ++i)
        map_region(&machine_regions[i]);
    context_table[0] = table_descriptor(region_table);
    mmu_flush();
    mmu_write(mmu_context_table, (uint32_t)(uintptr_t)context_table >> 4);
    mmu_write(mmu_context, 0);
    mmu_write(mmu_control, (mmu_read(mmu_control) & ~mmu_boot_mode) | control_enable);
}

void translation_stop(void) {
    mmu_write(mmu_control, (mmu_read(mmu_control) & ~(uint32_t)control_enable) | mmu_boot_mode);
    mmu_flush();
}

void translation_limit_memory(uint64_t memory_size) {
    const struct region* ram = &machine_regions[0];
    const uint32_t first = ram->first >> region_shift;
    for (uint32_t i = first; i <= ram->last >> region_shift; ++i) {
        const uint64_t start = (uint64_t)(i - first) << region_shift;
        const uint64_t end = start + (1u << region_shift);
        if (end <= memory_size) continue;
        if (start >= memory_size) {
            region_table[i] = 0;
            continue;
        }
        for (uint32_t segment = 0; segment < second_level; ++segment) {
            const uint64_t offset = start + ((uint64_t)segment << segment_shift);
            segment_table[segment] =
                offset < memory_size ? page_entry(ram, ram->physical + offset) : 0;
        }
        region_table[i] = table_descriptor(segment_table);
    }
    mmu_flush();
}

void translation_take_fault(uint32_t* status, uint32_t* address) {
    *address = mmu_read(mmu_fault_address); // first: reading the status lets both go
    *status = mmu_read(mmu_fault_status);
}

static void print_mapping(uint32_t start, uint64_t end, uint32_t entry) {
    print("  %08x-%08x at %01x%08x, %s, %s\n", (unsigned)start, (unsigned)(end - 1),
          (unsigned)(entry >> 28), (unsigned)(entry >> 8 << 12),
          (entry & access_all) == access_all ? "read, write, execute" : "read and write",
          (entry & entry_cached) != 0 ? "cached" : "not cached");
}

// Entries that follow one another in both address spaces are shown as one.
struct run {
    uint32_t start, entry; // entry 0: none
    uint64_t end;
};

static void extend(struct run* run, uint32_t address, uint32_t size, uint32_t entry) {
    const uint32_t next = run->entry + (uint32_t)((run->end - run->start) >> 4);
    if (run->entry != 0 && run->end == address && entry == next) {
        run->end += size;
        return;
    }
    if (run->entry != 0) print_mapping(run->start, run->end, run->entry);
    *run = (struct run){.start = address, .entry = entry, .end = (uint64_t)address + size};
}

void translation_print(void) {
    const uint32_t control = mmu_read(mmu_control);
    struct run run = {0};
    print("Reference MMU\n  control %08x (implementation %x, version %x, translation %s)\n",
          (unsigned)control, (unsigned)(control >> 28), (unsigned)(control >> 24 & 15),
          (control & control_enable) != 0 ? "on" : "off");
    print("  context table %08x, context %x\n", (unsigned)(mmu_read(mmu_context_table) << 4),
          (unsigned)mmu_read(mmu_context));
    for (uint32_t i = 0; i < first_level; ++i) {
        if ((region_table[i] & 3) != entry_table) {
            extend(&run, i << region_shift, 1u << region_shift, region_table[i]);
            continue;
        }
        for (uint32_t segment = 0; segment < second_level; ++segment)
            extend(&run, i << region_shift | segment << segment_shift, 1u << segment_shift,
                   segment_table[segment]);
    }
    if (run.entry != 0) print_mapping(run.start, run.end, run.entry);
}
