// Reading a line from the console, with echo, backspace and escape.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Reads up to size - 1 characters into text and ends them with 0. False: the user pressed escape.
bool read_line(char* text, size_t size);

// Reads "1f00", "0x1F00" or "1f00h" up to the end of the text. False when it is not such a number
// or has more digits than an address.
bool parse_hexadecimal(const char* text, uintptr_t* value);
