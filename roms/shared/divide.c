#include "roms/shared/divide.h"

#include <stddef.h>

uint64_t divide64(uint64_t dividend, uint32_t divisor, uint32_t* remainder) {
    if (dividend >> 32 == 0) { // what the processor divides by itself
        if (remainder != NULL) *remainder = (uint32_t)dividend % divisor;
        return (uint32_t)dividend / divisor;
    }
    // Long division, a binary digit at a time: the quotient comes where the dividend leaves.
    uint64_t quotient = dividend;
    uint64_t rest = 0;
    for (unsigned digit = 0; digit < 64; ++digit) {
        rest = rest << 1 | quotient >> 63;
        quotient <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= 1;
        }
    }
    if (remainder != NULL) *remainder = (uint32_t)rest;
    return quotient;
}
