// How much RAM there is, for machines that nobody tells.
#pragma once

#include <stdint.h>

// Bytes from `base` on, at most `limit`; found by trying. The first megabyte is there.
uint32_t probe_memory_size(uint32_t base, uint32_t limit);
