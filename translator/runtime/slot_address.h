// Where a slot lies in memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "translator/ir/layout.h"
#include "translator/runtime/cpu_header.h"

namespace vestige::runtime {

// `offset`: ir::Slot::offset. `state`: the CpuHeader's first byte.
inline std::byte* slot_in(std::byte* state, std::uint32_t offset) {
    if (!ir::is_banked(offset)) return state + offset;
    return state + reinterpret_cast<const CpuHeader*>(state)->bank + (offset - ir::banked_state);
}

} // namespace vestige::runtime
