// Console output: a small printf.
#pragma once

#include <stdarg.h>

// Understands %% %c %s %d %u %x %X with the flags '-' and '0', a width, and the lengths l and ll.
// '\n' goes out as carriage return and line feed.
void print(const char* format, ...) __attribute__((format(printf, 1, 2)));

void print_byte(char byte);
