// Boots Linux from the ISO 9660 file system that it lies on, by the firmware's services alone:
// reads `vmlinux`, `initrd` and `cmdline` from the root folder of the device that the firmware
// booted from, and enters the kernel as SILO does. Source: ECMA-119; Linux
// arch/sparc/kernel/head_32.S.
#include "tests/boot/sun_boot_block/rom_vector.h"

#include <stdbool.h>

#define BLOCK 2048
#define KERNEL 0x4000u   // physical, and under the firmware virtual as well
#define INITRD 0x800000u // within what Linux shows of itself at first
#define PIECE 0x10000u   // a read

void boot(const struct rom_vector* rom_vector);
_Noreturn void enter_kernel(uint32_t entry, const struct rom_vector* rom_vector);

static const struct rom_vector* rom;
static int device;
static uint8_t block[BLOCK];
static char command_line[256];

static void print(const char* text) {
    int length = 0;
    while (text[length] != '\0')
        ++length;
    rom->write(*rom->standard_output, text, length);
}

static void print_number(uint32_t number) {
    char digits[11];
    char* at = digits + sizeof digits - 1;
    *at = '\0';
    do
        *--at = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    print(at);
}

static bool fail(const char* what) {
    print("boot block: ");
    print(what);
    print("\r\n");
    return false;
}

static bool read_at(uint32_t offset, uint32_t address, uint32_t size) {
    if (rom->seek(device, 0, (int)offset) < 0) return fail("the firmware cannot seek");
    for (uint32_t done = 0; done < size;) {
        const uint32_t piece = size - done < PIECE ? size - done : PIECE;
        if (rom->read(device, (void*)(address + done), (int)piece) != (int)piece)
            return fail("the firmware cannot read");
        done += piece;
    }
    return true;
}

static uint32_t load_big(const uint8_t* at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

// ---- ISO 9660 -----------------------------------------------------------------------------------

struct file {
    uint32_t offset, size; // bytes
};

// The name in the record ends with a full stop and a version ("VMLINUX.;1").
static bool names(const uint8_t* record, const char* name) {
    unsigned length = 0;
    for (; name[length] != '\0'; ++length) {
        if (length >= record[32] || (record[33 + length] | 0x20) != name[length]) return false;
    }
    return length < record[32] && record[33 + length] == '.';
}

static bool find_file(const char* name, struct file* found) {
    if (!read_at(16 * BLOCK, (uint32_t)block, BLOCK)) return false;
    if (block[0] != 1 || load_big(block + 1) != 0x43443030) return fail("no ISO 9660 here");
    // Numbers are there twice, little-endian and then big-endian.
    uint32_t folder = load_big(block + 156 + 6);
    uint32_t left = load_big(block + 156 + 14);
    for (; left >= BLOCK; left -= BLOCK, ++folder) {
        if (!read_at(folder * BLOCK, (uint32_t)block, BLOCK)) return false;
        for (unsigned at = 0; at < BLOCK && block[at] != 0; at += block[at]) {
            if (!names(block + at, name)) continue;
            found->offset = load_big(block + at + 6) * BLOCK;
            found->size = load_big(block + at + 14);
            print(name);
            print(": ");
            print_number(found->size);
            print(" bytes\r\n");
            return true;
        }
    }
    print(name);
    return fail(" is not on this disk");
}

// ---- Linux --------------------------------------------------------------------------------------

// The kernel is an ELF file with one segment to load; what lies before its entry are headers.
static bool load_kernel(void) {
    struct file file;
    if (!find_file("vmlinux", &file) || !read_at(file.offset, (uint32_t)block, BLOCK)) return false;
    const uint32_t entry = load_big(block + 24);
    const uint8_t* const segment = block + load_big(block + 28);
    if (load_big(block) != 0x7f454c46 || segment > block + BLOCK - 32 || load_big(segment) != 1)
        return fail("vmlinux is no ELF file that begins with a segment");
    const uint32_t headers = entry - load_big(segment + 8);
    const uint32_t size = load_big(segment + 16) - headers;
    const uint32_t whole = load_big(segment + 20) - headers;
    if (whole > INITRD - KERNEL) return fail("vmlinux is too large");
    if (!read_at(file.offset + load_big(segment + 4) + headers, KERNEL, size)) return false;
    for (uint32_t at = size; at < whole; ++at)
        *(volatile uint8_t*)(KERNEL + at) = 0;
    return true;
}

// In one of its first pages the kernel has a header with places for the initial RAM disk's address
// and size.
static bool load_initrd(void) {
    struct file file;
    if (!find_file("initrd", &file) || !read_at(file.offset, INITRD, file.size)) return false;
    for (uint32_t at = KERNEL; at < KERNEL + 0x10000; at += 0x1000) {
        uint32_t* const header = (uint32_t*)at;
        if (header[0] != 0x48647253) continue; // "HdrS"
        header[4] = INITRD;
        header[5] = file.size;
        return true;
    }
    return fail("vmlinux has no header for an initial RAM disk");
}

// What was typed behind `boot DEVICE` comes first.
static bool load_command_line(void) {
    struct file file;
    if (*rom->boot_arguments != NULL && **rom->boot_arguments != '\0') return true;
    if (!find_file("cmdline", &file)) return false;
    if (file.size >= sizeof command_line) return fail("cmdline is too long");
    if (!read_at(file.offset, (uint32_t)command_line, file.size)) return false;
    *rom->boot_arguments = command_line;
    return true;
}

void boot(const struct rom_vector* rom_vector) {
    rom = rom_vector;
    if (rom->magic != ROM_VECTOR_MAGIC || rom->version < 2) return;
    print("boot block: loaded from ");
    print(*rom->boot_path);
    print("\r\n");
    device = rom->open(*rom->boot_path);
    if (device == 0 || device == -1) {
        fail("the firmware cannot open this device");
        return;
    }
    if (!load_kernel() || !load_initrd() || !load_command_line()) return;
    rom->close(device);
    print("command line: ");
    print(*rom->boot_arguments);
    print("\r\n");
    enter_kernel(KERNEL, rom);
}
