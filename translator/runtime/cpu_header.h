// What generated code and the runtime share of a CPU: the first bytes of every CPU's state, before
// the guest's own registers. Plain data, addressed by offset.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vestige::runtime {

// Where an indirect branch goes: valid iff tag == (mode << 32 | guest pc), for 32-bit guests.
struct JumpCacheEntry {
    std::uint64_t tag = ~std::uint64_t{0};
    const void* entry = nullptr;
};

inline constexpr unsigned jump_cache_bits = 12;
// Index of a pc (in units of the smallest instruction, 4 bytes): (pc >> 2) & (size - 1).
inline constexpr unsigned jump_cache_size = 1u << jump_cache_bits;
// The same of the one for stable mappings, which all contexts share.
inline constexpr unsigned stable_jumps_size = 1u << 14;

inline constexpr unsigned page_bits = 12;
inline constexpr std::uint64_t page_size = 1u << page_bits;
inline constexpr std::uint64_t page_mask = page_size - 1;

// Page maps of a 32-bit guest: 2^20 entries. entry + guest address = host address; 0: take the slow
// path.
using PageMapEntry = std::uintptr_t;
inline constexpr std::size_t page_map_entries = std::size_t{1} << (32 - page_bits);

class Context;

// A mode that was looked up, with what the header has of its context.
struct alignas(64) KnownMode {
    const PageMapEntry* read_map = nullptr;
    const PageMapEntry* write_map = nullptr;
    JumpCacheEntry* jump_cache = nullptr;
    std::uint64_t window = 0;
    std::uint64_t jump_cache_mode = ~std::uint64_t{0}; // no mode's
    Context* context = nullptr;
};

struct CpuHeader {
    // Guest instructions that may still start before the loop must be entered. A unit subtracts its
    // length on entry and, if that leaves less than zero, adds it back and leaves.
    std::int64_t budget = 0;

    // Of the current translation context; switched by the runtime, also behind a helper that runs
    // with HelperEffect::all_state or may_leave (generated code reads them again after such a
    // call).
    const PageMapEntry* read_map = nullptr;
    const PageMapEntry* write_map = nullptr;
    JumpCacheEntry* jump_cache = nullptr;
    // Of the current context's window (window.h), or 0: what code that was compiled for windows
    // uses in the place of read_map.
    std::uint64_t window = 0;
    std::uint64_t jump_cache_mode = 0; // the current mode, shifted left by 32
    // The current translation context; null: it has to be looked up.
    Context* context = nullptr;
    // Where a jump that is not in jump_cache is looked for: targets whose mapping is the same in
    // every context (Translation::stable). What is found goes to jump_cache. Null: there are none.
    const JumpCacheEntry* stable_jumps = nullptr;

    // Where the current register bank begins, in bytes from this header (ir::banked_state).
    std::uint32_t bank = 0;

    // Set by a may_leave helper that wants to leave; the loop clears it.
    std::uint32_t leave_code = 0;

    // Loaded into MXCSR while generated code runs: rounding mode as the guest set it, exceptions
    // masked, sticky flags gathering.
    std::uint32_t guest_mxcsr = 0x1f80;
    std::uint32_t host_mxcsr = 0x1f80;
    // For Op::vec_float_*: to nearest, exceptions masked, denormals as the guest has them.
    std::uint32_t vector_mxcsr = 0x1f80;
    // 1 while generated code runs: the guest's sticky flags are in MXCSR itself; else in
    // guest_mxcsr.
    std::uint32_t mxcsr_live = 0;

    // The instruction index that a slow path or helper was called from (see Recovery); with the
    // unit's length it tells the exact number of instructions started. The interpreter keeps budget
    // exact and leaves this 0.
    std::int64_t budget_ahead = 0; // instructions already subtracted from budget but not started

    void* runtime = nullptr; // the runtime::ExecLoop; for helpers
    void* cpu = nullptr;     // the guest's own C++ object; for its helpers

    std::uint32_t mode() const { return static_cast<std::uint32_t>(jump_cache_mode >> 32); }
    void enter(const KnownMode& known) {
        read_map = known.read_map;
        write_map = known.write_map;
        jump_cache = known.jump_cache;
        window = known.window;
        jump_cache_mode = known.jump_cache_mode;
        context = known.context;
    }
};

} // namespace vestige::runtime
