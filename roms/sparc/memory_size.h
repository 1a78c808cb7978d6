// How much RAM there is, for machines that nobody tells.
#pragma once

#include <stdint.h>

// Bytes from machine_memory on, at most `limit`; found by trying.
uint64_t probe_memory_size(uint64_t limit);
