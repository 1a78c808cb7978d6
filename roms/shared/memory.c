// The three functions that the compiler calls by itself, for example to copy a structure.
#include <stddef.h>

void* memcpy(void* restrict to, const void* restrict from, size_t size);
void* memset(void* to, int value, size_t size);
int memcmp(const void* left, const void* right, size_t size);

void* memcpy(void* restrict to, const void* restrict from, size_t size) {
    char* target = to;
    const char* source = from;
    while (size-- > 0)
        *target++ = *source++;
    return to;
}

void* memset(void* to, int value, size_t size) {
    char* target = to;
    while (size-- > 0)
        *target++ = (char)value;
    return to;
}

int memcmp(const void* left, const void* right, size_t size) {
    const unsigned char* a = left;
    const unsigned char* b = right;
    for (; size-- > 0; ++a, ++b) {
        if (*a != *b) return *a - *b;
    }
    return 0;
}
