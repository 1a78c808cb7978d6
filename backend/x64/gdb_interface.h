// GDB's JIT compilation interface ("JIT Compilation Interface" in its manual).
#pragma once

#include <cstddef>
#include <cstdint>

namespace vestige::x64 {

// One object file in this process's memory. The layout is GDB's.
struct GdbCodeEntry {
    GdbCodeEntry* next = nullptr;
    GdbCodeEntry* previous = nullptr;
    const std::byte* file = nullptr;
    std::uint64_t file_bytes = 0;
};

// Both may be called from any thread. The entry stays where it is until it is withdrawn.
void announce_to_gdb(GdbCodeEntry& entry);
void withdraw_from_gdb(GdbCodeEntry& entry);

} // namespace vestige::x64
