// 64-bit division without the compiler's support library, which a ROM does not link.
#pragma once

#include <stdint.h>

// Returns dividend / divisor; *remainder (may be null) gets the rest. The divisor is not zero.
uint64_t divide64(uint64_t dividend, uint32_t divisor, uint32_t* remainder);
