#include "roms/shared/print.h"

#include "roms/shared/divide.h"
#include "roms/shared/platform.h"

#include <stdbool.h>
#include <stdint.h>

// A conversion as it stands between the % and its letter.
struct conversion {
    bool left;
    char padding;
    int width;
    int longs; // how many 'l'
};

void print_byte(char byte) {
    if (byte == '\n') platform_put_byte('\r');
    platform_put_byte(byte);
}

static void print_padded(const struct conversion* conversion, const char* text, int length) {
    int space = conversion->width - length;
    if (!conversion->left) {
        while (space-- > 0)
            print_byte(conversion->padding);
    }
    for (int i = 0; i < length; ++i)
        print_byte(text[i]);
    if (conversion->left) {
        while (space-- > 0)
            print_byte(' ');
    }
}

static int text_length(const char* text) {
    int length = 0;
    while (text[length] != 0)
        ++length;
    return length;
}

static void print_number(const struct conversion* conversion, uint64_t value, unsigned base,
                         bool capitals, bool negative) {
    const char* digits = capitals ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[24];
    int first = sizeof text;
    do {
        uint32_t digit = 0;
        value = divide64(value, base, &digit);
        text[--first] = digits[digit];
    } while (value != 0);
    if (negative) text[--first] = '-';
    print_padded(conversion, text + first, (int)sizeof text - first);
}

static uint64_t take_unsigned(va_list* arguments, int longs) {
    if (longs >= 2) return va_arg(*arguments, unsigned long long);
    if (longs == 1) return va_arg(*arguments, unsigned long);
    return va_arg(*arguments, unsigned);
}

static int64_t take_signed(va_list* arguments, int longs) {
    if (longs >= 2) return va_arg(*arguments, long long);
    if (longs == 1) return va_arg(*arguments, long);
    return va_arg(*arguments, int);
}

static void print_conversion(const struct conversion* conversion, char letter, va_list* arguments) {
    switch (letter) {
    case 'c': {
        const char byte = (char)va_arg(*arguments, int);
        print_padded(conversion, &byte, 1);
        break;
    }
    case 's': {
        const char* text = va_arg(*arguments, const char*);
        print_padded(conversion, text, text_length(text));
        break;
    }
    case 'd': {
        const int64_t value = take_signed(arguments, conversion->longs);
        const uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
        print_number(conversion, magnitude, 10, false, value < 0);
        break;
    }
    case 'u':
        print_number(conversion, take_unsigned(arguments, conversion->longs), 10, false, false);
        break;
    case 'x':
    case 'X':
        print_number(conversion, take_unsigned(arguments, conversion->longs), 16, letter == 'X',
                     false);
        break;
    default: print_byte(letter); break;
    }
}

void print(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    while (*format != 0) {
        if (*format != '%') {
            print_byte(*format++);
            continue;
        }
        ++format;
        struct conversion conversion = {.padding = ' '};
        for (;; ++format) {
            if (*format == '-')
                conversion.left = true;
            else if (*format == '0')
                conversion.padding = '0';
            else
                break;
        }
        for (; *format >= '0' && *format <= '9'; ++format)
            conversion.width = conversion.width * 10 + (*format - '0');
        for (; *format == 'l'; ++format)
            ++conversion.longs;
        if (*format == 0) break;
        print_conversion(&conversion, *format++, &arguments);
    }
    va_end(arguments);
}
