// Why SPARC code leaves generated code: what SparcCpu::on_leave does with the state as it stands.
#pragma once

#include <cstdint>

#include "translator/ir/op.h"

namespace vestige::sparc {

enum class Leave : std::uint32_t {
    // A trap of the instruction at the pc slot (npc and delay as they are); 256 codes, by trap
    // type.
    trap = ir::leave::guest_first,
    // On at pc, which is in a delay slot or behind one: another mode.
    mode_changed = trap + 256,
};

constexpr std::uint32_t code(Leave leave) { return static_cast<std::uint32_t>(leave); }
constexpr std::uint32_t trap_code(unsigned type) { return code(Leave::trap) + type; }

} // namespace vestige::sparc
