// Exact products of two numbers divided by a third.
#pragma once

#include <cstdint>

namespace vestige {

// value * times / over, rounded down, as if the product had all its bits; `over` is not 0. Clocks
// are read so often that a division of 128 bits is felt: where both factors fit 32 bits, the rest
// of a first division leaves room for a second one of 64.
constexpr std::uint64_t scale(std::uint64_t value, std::uint64_t times, std::uint64_t over) {
    if ((times | over) >> 32 == 0) return value / over * times + value % over * times / over;
    return static_cast<std::uint64_t>(static_cast<unsigned __int128>(value) * times / over);
}

} // namespace vestige
