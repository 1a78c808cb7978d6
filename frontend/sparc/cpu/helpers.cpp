#include "frontend/sparc/cpu/helpers.h"

#include "common/assertion.h"
#include "frontend/sparc/cpu/asi.h"
#include "frontend/sparc/cpu/sparc_cpu.h"
#include "frontend/sparc/cpu/windows.h"
#include "frontend/sparc/leave_codes.h"

namespace vestige::sparc {

namespace {

// What an alternate space instruction does, from its op3 (V8 appendix F): those of the normal
// spaces with bit 4 set.
struct AlternateAccess {
    unsigned asi, rd, size;
    bool is_signed = false;

    explicit AlternateAccess(std::uint32_t word) {
        const Fields f{word};
        asi = f.asi();
        rd = f.rd();
        switch (f.op3() & 7) {
        case 0:
        case 4: size = 4; break;
        case 1:
        case 5: size = 1; break;
        case 2:
        case 6: size = 2; break;
        default: size = 8;
        }
        is_signed = (f.op3() & 0x0c) == 0x08;
    }
};

// Notes what came of it; true: the instruction may go on.
bool carried_out(SparcCpu& cpu, AsiResult result) {
    switch (result.kind) {
    case AsiResult::Kind::done: return true;
    case AsiResult::Kind::look_again: cpu.leave(ir::leave::look_again); return true;
    case AsiResult::Kind::fault: cpu.leave(ir::leave::fault); return false;
    case AsiResult::Kind::trap: cpu.leave(trap_code(result.trap_type)); return false;
    }
    VESTIGE_UNREACHABLE("no such result");
}

// The instruction is done; if something wants to leave, behind it.
void go_on_after(SparcCpu& cpu) {
    if (cpu.state().header.leave_code == ir::leave::look_again) cpu.advance();
}

bool misaligned(SparcCpu& cpu, std::uint32_t address, unsigned size) {
    if (address % size == 0) return false;
    cpu.leave(trap_code(tt::mem_address_not_aligned));
    return true;
}

void set_register(SparcCpu& cpu, unsigned n, std::uint32_t value) {
    if (n != 0) reg(cpu.state(), cpu.state().cwp, n, cpu.model().windows) = value;
}

std::uint32_t get_register(SparcCpu& cpu, unsigned n) {
    return reg(cpu.state(), cpu.state().cwp, n, cpu.model().windows);
}

std::uint32_t extended(std::uint64_t value, const AlternateAccess& access) {
    const auto low = static_cast<std::uint32_t>(value);
    if (!access.is_signed) return low;
    return access.size == 1 ? static_cast<std::uint32_t>(static_cast<std::int8_t>(low))
                            : static_cast<std::uint32_t>(static_cast<std::int16_t>(low));
}

} // namespace

void helper_raise_trap(void* state, std::uint32_t type) { cpu_of(state).raise_from_helper(type); }

void helper_write_psr(void* state, std::uint32_t value) { cpu_of(state).write_psr(value); }

void helper_return_from_trap(void* state, std::uint32_t target_pc, std::uint32_t target_npc) {
    cpu_of(state).return_from_trap(target_pc, target_npc);
}

void helper_power_down(void* state) {
    SparcCpu& cpu = cpu_of(state);
    cpu.advance();
    cpu.power_down();
}

std::uint32_t helper_read_mmu_register(void* state, std::uint32_t address) {
    return read_mmu_register(*static_cast<State*>(state), address);
}

std::uint32_t helper_write_mmu_register(void* state, std::uint32_t address, std::uint32_t value) {
    return write_mmu_register(cpu_of(state).model(), *static_cast<State*>(state), address, value);
}

void helper_load_alternate(void* state, std::uint32_t word, std::uint32_t address) {
    SparcCpu& cpu = cpu_of(state);
    const AlternateAccess access(word);
    if (misaligned(cpu, address, access.size)) return;
    std::uint64_t value = 0;
    if (!carried_out(cpu, cpu.read_alternate(access.asi, address, access.size, value))) return;
    if (access.size == 8) {
        set_register(cpu, access.rd, static_cast<std::uint32_t>(value >> 32));
        set_register(cpu, access.rd + 1, static_cast<std::uint32_t>(value));
    } else {
        set_register(cpu, access.rd, extended(value, access));
    }
    go_on_after(cpu);
}

void helper_store_alternate(void* state, std::uint32_t word, std::uint32_t address) {
    SparcCpu& cpu = cpu_of(state);
    const AlternateAccess access(word);
    if (misaligned(cpu, address, access.size)) return;
    std::uint64_t value = get_register(cpu, access.rd);
    if (access.size == 8) value = value << 32 | get_register(cpu, access.rd + 1);
    if (access.size < 4) value &= (1u << 8 * access.size) - 1;
    if (!carried_out(cpu, cpu.write_alternate(access.asi, address, access.size, value))) return;
    go_on_after(cpu);
}

std::uint32_t helper_store_open(void* state, std::uint32_t word, std::uint32_t address,
                                std::uint32_t value) {
    if (address % 4 != 0) return 0;
    const std::uint64_t physical = bypass_address(Fields{word}.asi(), address);
    std::byte* const page = cpu_of(state).runtime().open_page(physical);
    if (!page) return 0;
    store_be(page + (physical & runtime::page_mask), value);
    return 1;
}

// ldstuba, swapa, casa
void helper_exchange_alternate(void* state, std::uint32_t word, std::uint32_t address) {
    SparcCpu& cpu = cpu_of(state);
    const Fields f{word};
    constexpr unsigned op3_ldstuba = 0x1d, op3_casa = 0x3c;
    const unsigned size = f.op3() == op3_ldstuba ? 1 : 4;
    if (misaligned(cpu, address, size)) return;
    std::uint64_t old = 0;
    if (!carried_out(cpu, cpu.read_alternate(f.asi(), address, size, old))) return;
    const std::uint32_t value = f.op3() == op3_ldstuba ? 0xff : get_register(cpu, f.rd());
    const bool stores = f.op3() != op3_casa || get_register(cpu, f.rs2()) == old;
    if (stores && !carried_out(cpu, cpu.write_alternate(f.asi(), address, size, value))) return;
    set_register(cpu, f.rd(), static_cast<std::uint32_t>(old));
    go_on_after(cpu);
}

} // namespace vestige::sparc
