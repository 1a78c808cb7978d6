#include "frontend/sparc/slots.h"

#include <cstddef>

#include "common/assertion.h"
#include "frontend/sparc/cpu/windows.h"
#include "frontend/sparc/state.h"

namespace vestige::sparc {

namespace {

using ir::Promotion;
using ir::SlotRow;
using ir::Type;

constexpr auto memory_only = Promotion::memory_only;
constexpr std::size_t in_window(unsigned word) { return ir::banked_state + 4 * word; }

} // namespace

ir::StateLayout state_layout(unsigned windows) {
    const std::size_t ins = ir::banked_state + (std::size_t{1} << window_shift(windows));
    const SlotRow rows[] = {
        {"pc", offsetof(State, pc), Type::i32},
        {"npc", offsetof(State, npc), Type::i32},
        {"delay", offsetof(State, delay), Type::i1},
        {"g", offsetof(State, global), Type::i32, 8, 4},
        {"o", in_window(0), Type::i32, 8, 4},
        {"l", in_window(8), Type::i32, 8, 4},
        {"i", ins, Type::i32, 8, 4},
        {"icc", offsetof(State, icc), Type::i64},
        {"icc_c", offsetof(State, icc_c), Type::i1},
        {"y", offsetof(State, y), Type::i32},
        {"d", offsetof(State, fpr), Type::f64, 16, 8},
        {"fcc", offsetof(State, fcc), Type::i64},
        {"fsr", offsetof(State, fsr), Type::i32, 1, 0, memory_only},
        {"float_last_kind", offsetof(State, float_last_kind), Type::i32},
        {"float_last", offsetof(State, float_last), Type::f64, 2, 8},
        {"cwp", offsetof(State, cwp), Type::i32},
        {"wim", offsetof(State, wim), Type::i32},
        {"pil", offsetof(State, pil), Type::i32, 1, 0, memory_only},
        {"enable_traps", offsetof(State, enable_traps), Type::i1, 1, 0, memory_only},
        {"supervisor", offsetof(State, supervisor), Type::i1, 1, 0, memory_only},
        {"previous_supervisor", offsetof(State, previous_supervisor), Type::i1, 1, 0, memory_only},
        {"enable_float", offsetof(State, enable_float), Type::i1, 1, 0, memory_only},
        {"tbr", offsetof(State, tbr), Type::i32, 1, 0, memory_only},
        {"interrupt_level", offsetof(State, interrupt_level), Type::i32, 1, 0, memory_only},
        {"mmu_control", offsetof(State, mmu.control), Type::i32, 1, 0, memory_only},
        {"mmu_fault_status", offsetof(State, mmu.fault_status), Type::i32, 1, 0, memory_only},
        {"mmu_fault_address", offsetof(State, mmu.fault_address), Type::i32, 1, 0, memory_only},
        {"jump_cache_mode", offsetof(State, header.jump_cache_mode), Type::i64, 1, 0, memory_only},
    };

    ir::StateLayout layout = ir::make_layout(rows);
    VESTIGE_ASSERT(layout.slots.size() == slot::count);
    layout.pc = slot::pc;
    layout.returns = {.link = slot::reg(15), .link_inside = slot::reg(31), .offset = 8};
    layout.size = sizeof(State);
    return layout;
}

} // namespace vestige::sparc
