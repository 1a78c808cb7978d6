// Traps and interrupts (V8 chapter 7).
#include <fmt/format.h>

#include "common/assertion.h"
#include "frontend/sparc/cpu/sparc_cpu.h"
#include "frontend/sparc/cpu/windows.h"
#include "frontend/sparc/leave_codes.h"

namespace vestige::sparc {

using runtime::FaultKind;

namespace {

struct TrapName {
    unsigned type;
    const char* name;
};

// V8 table 7-1.
constexpr TrapName trap_names[] = {
    {tt::reset, "reset"},
    {tt::instruction_access_exception, "instruction access exception"},
    {tt::illegal_instruction, "illegal instruction"},
    {tt::privileged_instruction, "privileged instruction"},
    {tt::fp_disabled, "fp disabled"},
    {tt::window_overflow, "window overflow"},
    {tt::window_underflow, "window underflow"},
    {tt::mem_address_not_aligned, "mem address not aligned"},
    {tt::fp_exception, "fp exception"},
    {tt::data_access_exception, "data access exception"},
    {tt::tag_overflow, "tag overflow"},
    {tt::watchpoint_detected, "watchpoint detected"},
    {tt::r_register_access_error, "r register access error"},
    {tt::instruction_access_error, "instruction access error"},
    {tt::cp_disabled, "cp disabled"},
    {tt::unimplemented_flush, "unimplemented flush"},
    {tt::cp_exception, "cp exception"},
    {tt::data_access_error, "data access error"},
    {tt::division_by_zero, "division by zero"},
    {tt::data_store_error, "data store error"},
};

constexpr unsigned interrupt_base = tt::interrupt_level_1 - 1;
constexpr unsigned highest_level = 15; // not maskable by PIL
constexpr std::uint32_t tbr_base = 0xfffff000;

} // namespace

std::string trap_name(unsigned type) {
    for (const TrapName& row : trap_names)
        if (row.type == type) return row.name;
    if (type > interrupt_base && type <= interrupt_base + highest_level)
        return fmt::format("interrupt level {}", type - interrupt_base);
    if (type >= tt::trap_instruction)
        return fmt::format("trap instruction {}", type - tt::trap_instruction);
    return fmt::format("trap {:02x}", type);
}

namespace {

// With traps enabled.
inline void enter_trap(State& state, unsigned type, unsigned windows) {
    const std::uint32_t pc = state.pc, npc = state.delay ? state.npc : pc + 4;
    state.enable_traps = 0;
    state.previous_supervisor = state.supervisor;
    state.supervisor = 1;
    state.delay = 0;
    // The window's locals are the trap's, whatever WIM says (V8 7.1).
    set_cwp(state, previous_window(state.cwp, windows));
    std::uint32_t* const locals = row_of(state, state.cwp) + 8;
    locals[1] = pc;
    locals[2] = npc;
    state.tbr = (state.tbr & tbr_base) | type << 4;
    state.pc = state.tbr;
}

inline bool interrupt_is_due(const State& state) {
    return state.enable_traps &&
           (state.interrupt_level > state.pil || state.interrupt_level == highest_level);
}

} // namespace

void SparcCpu::raise(unsigned type) {
    if (!state_.enable_traps) {
        stop_in_error_mode(type);
        return;
    }
    if (wiring_.log.on(LogItem::interrupts))
        wiring_.log.put(fmt::format("{} ({:02x}) at {:08x} npc {:08x} psr {:08x} o7 {:08x}",
                                    trap_name(type), type, state_.pc,
                                    state_.delay ? state_.npc : state_.pc + 4, read_psr(),
                                    reg(state_, state_.cwp, 15, model_.windows)));
    enter_trap(state_, type, model_.windows);
}

void SparcCpu::raise_from_helper(unsigned type) {
    if (state_.enable_traps && !wiring_.log.on(LogItem::interrupts)) {
        enter_trap(state_, type, model_.windows);
        mode_changed();
        return;
    }
    raise(type);
    if (!checkstop_.empty())
        leave(ir::leave::look_again);
    else
        mode_changed();
}

// V8 B.26.
void SparcCpu::return_from_trap(std::uint32_t target_pc, std::uint32_t target_npc) {
    State& state = state_;
    const unsigned windows = model_.windows;
    if (state.enable_traps) {
        raise_from_helper(state.supervisor ? tt::illegal_instruction : tt::privileged_instruction);
        return;
    }
    const unsigned window = next_window(state.cwp, windows);
    const unsigned refusal = !state.supervisor         ? tt::privileged_instruction
                             : state.wim >> window & 1 ? tt::window_underflow
                             : (target_npc & 3) != 0   ? tt::mem_address_not_aligned
                                                       : 0;
    if (refusal != 0) {
        raise_from_helper(refusal);
        return;
    }
    state.enable_traps = 1;
    state.supervisor = state.previous_supervisor;
    state.pc = target_pc;
    state.npc = target_npc;
    state.delay = target_npc != target_pc + 4;
    set_cwp(state, window);
    // Behind a jmpl the state has `delay` set for this instruction alone, and the code that runs is
    // not of that mode: comparing with it would miss a return to a slot.
    mode_changed();
    if (interrupt_is_due(state)) leave(ir::leave::look_again);
}

// V8 7.1: a trap with traps disabled. TBR says which one; nothing else changes.
void SparcCpu::stop_in_error_mode(unsigned type) {
    state_.tbr = (state_.tbr & tbr_base) | type << 4;
    checkstop_ =
        fmt::format("{} at {:08x} with traps disabled: error mode", trap_name(type), state_.pc);
    wiring_.log.write(LogItem::interrupts, "{}", checkstop_);
    if (type == tt::trap_instruction && model_.trap_zero_ends && wiring_.program_ended)
        wiring_.program_ended();
}

// ---- interrupts

bool SparcCpu::interrupt_due() const { return interrupt_is_due(state_); }

void SparcCpu::take_interrupt() {
    const unsigned level = state_.interrupt_level;
    // A sleeping processor wakes even where PIL or ET keep the trap away: kernels go to sleep with
    // interrupts disabled, so that none is lost.
    if (level != 0) state_.powered_down = 0;
    if (!interrupt_due()) return;
    raise(interrupt_base + level);
    if (wiring_.interrupt_taken) wiring_.interrupt_taken(level);
}

// ---- faults and leave codes

void SparcCpu::raise_fault(const runtime::MemoryFault& fault) {
    wiring_.log.write(LogItem::mmu, "fault {} at {:08x} pc {:08x}", static_cast<int>(fault.kind),
                      fault.address, state_.pc);
    raise(fault.kind == FaultKind::alignment ? tt::mem_address_not_aligned : fault_trap(fault));
}

void SparcCpu::on_leave(std::uint32_t leave_code) {
    if (leave_code == code(Leave::mode_changed)) return; // the loop looks
    VESTIGE_ASSERT(leave_code >= trap_code(0) && leave_code <= trap_code(255));
    raise(leave_code - trap_code(0));
}

std::string SparcCpu::leave_name(std::uint32_t leave_code) const {
    if (leave_code == code(Leave::mode_changed)) return "mode changed";
    return trap_name(leave_code - trap_code(0));
}

} // namespace vestige::sparc
