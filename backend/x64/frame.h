// The stack while generated code runs, from the stack pointer up:
//
//     spill area            values that found no register, 8 bytes a slot
//     a place to save a register for some instructions, 8 bytes
//     GS' base as generated code has set it, or 0; 8 bytes
//     alignment, 8 bytes
//     saved registers       of the C++ caller
//     return address        of enter()
//
// A call of the slow path pushes a SlowFrame below the spill area.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/x64/registers.h"

namespace vestige::x64 {

inline constexpr unsigned spill_slot_bytes = 8;
inline constexpr unsigned spill_slot_count = 2048;
inline constexpr unsigned spill_area_bytes = spill_slot_bytes * spill_slot_count;

// From the stack pointer of generated code.
inline constexpr std::int32_t saved_register_place = spill_area_bytes;
inline constexpr std::int32_t gs_base_place = spill_area_bytes + 8;

inline x86::Mem spill_memory(unsigned slot, std::uint32_t bytes) {
    return x86::ptr(x86::rsp, static_cast<std::int32_t>(slot * spill_slot_bytes), bytes);
}

struct XmmValue {
    std::uint64_t low, high;
};

// All registers as they were in generated code when a cold stub called the slow path, which may
// change them; then the return address of that call, then the spill area.
struct SlowFrame {
    std::uint64_t general[16]; // rsp: not valid
    XmmValue xmm[16];
    std::uint64_t alignment;
    std::uint64_t return_address;

    std::uint64_t* spill_area() { return reinterpret_cast<std::uint64_t*>(this + 1); }
};
static_assert(sizeof(SlowFrame) % 16 == 0);
static_assert(offsetof(SlowFrame, return_address) + 8 == sizeof(SlowFrame));

} // namespace vestige::x64
