// The monitor's x and xp: guest memory as QEMU's monitor prints it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "machine/boards/machine.h"

namespace vestige {

// "/COUNT FORMAT SIZE" without spaces: x d u o c i, and b h w g (1, 2, 4, 8 bytes).
struct DumpFormat {
    unsigned count = 1;
    char format = 'x';
    unsigned size = 4;
};

// `text` starts behind the slash. Throws UserError.
DumpFormat parse_dump_format(std::string_view text);

// Sums and differences of numbers: 0xc0000000+16. Throws UserError.
std::uint64_t parse_address(std::string_view text);

std::string dump_memory(Machine& machine, AddressKind kind, std::uint64_t address,
                        const DumpFormat& format);

} // namespace vestige
