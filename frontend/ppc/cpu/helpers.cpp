#include "frontend/ppc/cpu/helpers.h"

#include "frontend/ppc/cpu/ppc_cpu.h"
#include "frontend/ppc/leave_codes.h"

namespace vestige::ppc {

using runtime::Access;

// The lifters set the pc slot to the next instruction before a may_leave helper, so that a helper
// that leaves goes on there.

std::uint32_t helper_write_msr(void* state, std::uint32_t value) {
    return cpu_of(state).write_msr(value) ? 1 : 0;
}

void helper_system_call(void* state) { cpu_of(state).system_call(); }

void helper_return_from_interrupt(void* state) { cpu_of(state).return_from_interrupt(); }

std::uint32_t helper_read_spr(void* state, std::uint32_t number) {
    return cpu_of(state).read_spr(number);
}

void helper_write_spr(void* state, std::uint32_t number, std::uint32_t value) {
    cpu_of(state).write_spr(number, value);
}

void helper_write_segment(void* state, std::uint32_t address, std::uint32_t value) {
    cpu_of(state).write_segment(address >> 28, value);
}

std::uint32_t helper_read_segment(void* state, std::uint32_t address) {
    return static_cast<State*>(state)->sr[address >> 28];
}

void helper_tlbie(void* state, std::uint32_t address) { cpu_of(state).invalidate_page(address); }

void helper_tlbia(void* state) {
    cpu_of(state).runtime().drop_all_pages();
    cpu_of(state).leave(ir::leave::look_again);
}

void helper_tlbld(void* state, std::uint32_t address) {
    cpu_of(state).load_tlb_entry(address, Access::load);
}

void helper_tlbli(void* state, std::uint32_t address) {
    cpu_of(state).load_tlb_entry(address, Access::fetch);
}

void helper_check_breakpoint(void* state, std::uint32_t pc) {
    PpcCpu& cpu = cpu_of(state);
    if (!cpu.breakpoint_matches(pc)) return;
    cpu.state().pc = pc;
    cpu.leave(code(Leave::instruction_breakpoint));
}

void helper_begin_traced(void* state) { static_cast<State*>(state)->pending |= pending::trace; }

} // namespace vestige::ppc
