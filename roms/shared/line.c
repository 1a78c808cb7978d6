#include "roms/shared/line.h"

#include "roms/shared/platform.h"
#include "roms/shared/print.h"

bool read_line(char* text, size_t size) {
    enum { backspace = 8, escape = 27, delete_key = 127 };
    size_t length = 0;
    for (;;) {
        const int key = platform_wait_for_key();
        if (key == '\r' || key == '\n') break;
        if (key == escape) {
            print("\n");
            return false;
        }
        if (key == backspace || key == delete_key) {
            if (length == 0) continue;
            --length;
            print("\b \b");
        } else if (key >= ' ' && key < delete_key && length + 1 < size) {
            text[length++] = (char)key;
            print_byte((char)key);
        }
    }
    text[length] = 0;
    print("\n");
    return true;
}

static int digit_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    const char small = digit | 0x20;
    if (small >= 'a' && small <= 'f') return small - 'a' + 10;
    return -1;
}

bool parse_hexadecimal(const char* text, uintptr_t* value) {
    while (*text == ' ')
        ++text;
    if (text[0] == '0' && (text[1] | 0x20) == 'x') text += 2;
    unsigned digits = 0;
    *value = 0;
    for (; digit_value(*text) >= 0; ++text, ++digits)
        *value = *value << 4 | (uintptr_t)digit_value(*text);
    if ((*text | 0x20) == 'h') ++text;
    while (*text == ' ')
        ++text;
    return *text == 0 && digits > 0 && digits <= 2 * sizeof *value;
}
