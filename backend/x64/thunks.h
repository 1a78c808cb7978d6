// Code that all units share: the way in and out, and the calls of C++.
#pragma once

#include <cstddef>
#include <vector>

#include "backend/x64/arena.h"
#include "backend/x64/frame.h"
#include "backend/x64/gdb_image.h"
#include "backend/x64/host_features.h"
#include "backend/x64/register_banks.h"
#include "translator/runtime/backend.h"

namespace vestige::x64 {

struct Thunks {
    // UnitExit (CpuHeader*, const void* entry), the System V convention.
    const std::byte* enter = nullptr;
    // Jumped to. eax: leave code, rdx: LinkSite or null. The pc slot is written, the budget exact.
    const std::byte* leave = nullptr;
    // Jumped to: the same with code none and no link.
    const std::byte* leave_plainly = nullptr;
    // Jumped to with the pc slot written and rax the same pc: on there if it is among the jumps
    // that all contexts share, else as leave_plainly.
    const std::byte* jump_or_leave = nullptr;
    // Jumped to behind a may_leave helper: leaves with header->leave_code, which it clears.
    const std::byte* leave_as_helper_says = nullptr;
    // Called by cold stubs; the word behind the call is the distance to a SiteRecord.
    const std::byte* slow_path = nullptr;
    // The same for units without values in XMM registers: those are not saved.
    const std::byte* slow_path_of_integers = nullptr;
    // Called with the target in rax and its arguments in place. Guest MXCSR is in the header
    // while the helper runs.
    const std::byte* call_with_slots = nullptr;
    // The same; budget and page maps are exchanged with the header as well, and budget_ahead is
    // zero afterwards.
    const std::byte* call_with_state = nullptr;
    // The same for helpers that leave floating point alone.
    const std::byte* call_with_state_without_floats = nullptr;

    // Constants of 16 bytes.
    const std::byte* sign_bit = nullptr;            // of the low double
    const std::byte* all_but_sign = nullptr;        // of the low double
    const std::byte* single_sign_bit = nullptr;     // of the low single
    const std::byte* all_but_single_sign = nullptr; // of the low single
    const std::byte* byte_reversal = nullptr;       // pshufb control
    const std::byte* all_ones = nullptr;
    const std::byte* low_nibbles = nullptr;      // of each byte
    const std::byte* smallest_singles = nullptr; // four normal ones, shifted left by one
    RegisterBanks banks = RegisterBanks::none;   // what they load on entry
};

// What the slow path thunk calls. Returns 0 to go on as the frame now says, or a leave code + 1.
using SlowPathFunction = std::uint64_t (*)(void* context, SlowFrame* frame);

// At the start of an empty arena; `used` becomes the number of bytes taken.
Thunks emit_thunks(Arena& arena, RegisterBanks banks, const HostFeatures& features,
                   SlowPathFunction slow_path, void* context, std::size_t& used);

// For profilers and debuggers: the thunks that are code, by name, and how to unwind out of every
// part of [first thunk, arena_end).
std::vector<runtime::NamedCode> name_thunks(const Thunks& thunks);
std::vector<UnwindRange> unwind_ranges(const Thunks& thunks, const std::byte* arena_end);

} // namespace vestige::x64
