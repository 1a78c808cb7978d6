// ELF executables: kernels and firmware that a board puts into memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/endian.h"

namespace vestige {

// What kind of ELF a machine runs.
struct ElfTarget {
    std::uint16_t machine; // e_machine
    std::uint8_t bits;     // 32 or 64
    Endian endian;
    std::string name; // for messages: "32-bit PowerPC"
};

inline const ElfTarget elf_ppc32{20, 32, Endian::big, "32-bit big-endian PowerPC"};
inline const ElfTarget elf_sparc32{2, 32, Endian::big, "32-bit SPARC"};

struct ElfSegment {
    std::uint64_t physical = 0;
    std::uint64_t memory_size = 0;   // what the file does not fill is zeros
    std::span<const std::byte> data; // into ElfImage::bytes
};

struct ElfImage {
    std::vector<std::byte> bytes; // the whole file
    std::uint64_t entry = 0;
    std::vector<ElfSegment> segments; // the loadable ones, none empty
    // The range of physical addresses that they cover.
    std::uint64_t low = 0, high = 0;
};

// Throws UserError for a file that is missing, unreadable, no ELF, of another architecture, or
// truncated.
ElfImage read_elf(const std::string& path, const ElfTarget& target);

// A whole file. Throws UserError with `what` ("the initial RAM disk") in the message.
std::vector<std::byte> read_file(const std::string& path, const std::string& what);

} // namespace vestige
