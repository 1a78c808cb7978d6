#include "roms/shared/dump.h"

#include "roms/shared/line.h"
#include "roms/shared/platform.h"
#include "roms/shared/print.h"

enum { words_per_line = 4, lines_per_screen = 16, bytes_per_line = words_per_line * 4 };
enum { address_digits = 2 * sizeof(uintptr_t) };

// Byte `index` (0 to 3) of a word in memory order.
static uint8_t byte_of_word(uint32_t word, unsigned index) {
    union {
        uint32_t word;
        uint8_t bytes[4];
    } view = {.word = word};
    return view.bytes[index];
}

static void print_line(uintptr_t address, const uint32_t* words) {
    print("  %08lx ", (unsigned long)address);
    for (unsigned i = 0; i < words_per_line; ++i)
        print(" %08x", (unsigned)words[i]);
    print("  ");
    for (unsigned i = 0; i < bytes_per_line; ++i) {
        const uint8_t byte = byte_of_word(words[i / 4], i % 4);
        print_byte(byte >= ' ' && byte < 127 ? (char)byte : '.');
    }
    print("\n");
}

// Shows one screen. False when the processor refused a word.
static bool print_screen(uintptr_t address) {
    for (unsigned line = 0; line < lines_per_screen; ++line, address += bytes_per_line) {
        uint32_t words[words_per_line];
        for (unsigned i = 0; i < words_per_line; ++i) {
            if (!platform_read_word(address + 4 * i, &words[i])) {
                print("  %08lx  cannot be read.\n\n", (unsigned long)(address + 4 * i));
                platform_explain_refusal();
                return false;
            }
        }
        print_line(address, words);
    }
    return true;
}

void memory_dump(void) {
    char text[24];
    uintptr_t address = 0;
    print("Address in hexadecimal: ");
    if (!read_line(text, sizeof text) || text[0] == 0) return;
    if (!parse_hexadecimal(text, &address)) {
        print("\"%s\" is not an address. Type up to %u hexadecimal digits, like fff00100.\n", text,
              (unsigned)address_digits);
        return;
    }
    address &= ~(uintptr_t)3;
    for (;;) {
        print("\n  %s\n", platform_describe_address(address));
        if (!print_screen(address)) return;
        print("Enter shows the next 256 bytes, any other key ends: ");
        const int key = platform_wait_for_key();
        print("\n");
        if (key != '\r' && key != '\n') return;
        address += lines_per_screen * bytes_per_line;
    }
}
