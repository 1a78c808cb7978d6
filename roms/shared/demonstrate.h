// Exceptions caused on purpose, caught and explained.
#pragma once

#include <stdint.h>

// Prints the text, calls body(argument), which is not expected to come back, and explains.
void demonstrate(const char* text, void (*body)(uintptr_t), uintptr_t argument);

// Bodies that are the same whatever the processor.
void demonstrate_jump_to(uintptr_t address);
void demonstrate_user_mode(uintptr_t code);
