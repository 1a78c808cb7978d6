// Ways into a unit that ask the jump cache first (Backend::add_gate).
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/x64/arena.h"
#include "backend/x64/thunks.h"
#include "translator/ir/layout.h"

namespace vestige::x64 {

inline constexpr std::size_t gate_bytes = 64; // of the arena, each

// Null: the arena is full.
const std::byte* emit_gate(Arena& arena, const Thunks& thunks, const ir::StateLayout& layout,
                           std::uint64_t pc);

} // namespace vestige::x64
