// Exceptions and interrupts: how each is entered (MPC750 User's Manual chapter 4; the other chips'
// differences are marked).
#include <fmt/format.h>

#include "common/assertion.h"
#include "common/endian.h"
#include "frontend/ppc/cpu/ppc_cpu.h"
#include "frontend/ppc/leave_codes.h"

namespace vestige::ppc {

using runtime::Access;
using runtime::FaultKind;

std::string_view name(ExceptionVector vector) {
    switch (vector) {
    case ExceptionVector::system_reset: return "system reset";
    case ExceptionVector::machine_check: return "machine check";
    case ExceptionVector::data_storage: return "data storage";
    case ExceptionVector::instruction_storage: return "instruction storage";
    case ExceptionVector::external: return "external interrupt";
    case ExceptionVector::alignment: return "alignment";
    case ExceptionVector::program: return "program";
    case ExceptionVector::fp_unavailable: return "floating-point unavailable";
    case ExceptionVector::decrementer: return "decrementer";
    case ExceptionVector::system_call: return "system call";
    case ExceptionVector::trace: return "trace";
    case ExceptionVector::performance_monitor: return "performance monitor";
    case ExceptionVector::vec_unavailable: return "AltiVec unavailable";
    case ExceptionVector::instruction_tlb_miss: return "instruction TLB miss";
    case ExceptionVector::data_load_tlb_miss: return "data TLB miss on load";
    case ExceptionVector::data_store_tlb_miss: return "data TLB miss on store";
    case ExceptionVector::instruction_breakpoint: return "instruction breakpoint";
    case ExceptionVector::system_management: return "system management";
    case ExceptionVector::thermal: return "thermal management";
    }
    return "unknown";
}

void PpcCpu::raise(ExceptionVector vector, std::uint32_t return_address, std::uint32_t srr1_bits) {
    const std::uint32_t old = state_.msr;
    wiring_.log.write(LogItem::interrupts,
                      "{} ({:05x}) at {:08x} msr {:08x} srr1 {:08x} dar {:08x} dsisr {:08x}",
                      name(vector), static_cast<std::uint32_t>(vector), return_address, old,
                      (old & srr1::from_msr) | srr1_bits, state_.dar, state_.dsisr);
    state_.pending &= ~pending::trace;
    state_.srr0 = return_address;
    state_.srr1 = (old & srr1::from_msr) | srr1_bits;
    if (old & msr::tgpr) swap_tgpr();
    std::uint32_t next = old & (msr::ile | msr::me | msr::ip);
    if (old & msr::ile) next |= msr::le;
    if (vector == ExceptionVector::machine_check) next &= ~msr::me;
    state_.msr = next;
    state_.pc = (next & msr::ip ? 0xfff00000u : 0u) + static_cast<std::uint32_t>(vector);
}

void PpcCpu::stop_for_good(std::string why) {
    checkstop_ = std::move(why);
    wiring_.log.write(LogItem::interrupts, "checkstop: {}", checkstop_);
}

void PpcCpu::set_pending(std::uint32_t bit, bool level) {
    if (level)
        state_.pending |= bit;
    else
        state_.pending &= ~bit;
}

// Trace belongs to the instruction just done. The order of the rest is that of the manual's
// table 4-3.
void PpcCpu::take_interrupt() {
    if (!state_.pending) return;
    const auto accept = [&](std::uint32_t bit) {
        if (!(state_.pending & bit)) return false;
        state_.pending &= ~bit;
        return true;
    };
    if (accept(pending::trace)) {
        raise(ExceptionVector::trace, state_.pc, 0);
        return;
    }
    if (accept(pending::machine_check)) {
        if (state_.msr & msr::me)
            raise(ExceptionVector::machine_check, state_.pc, srr1::machine_check_pin);
        else
            stop_for_good("machine check with MSR[ME] clear");
        return;
    }
    if (accept(pending::system_reset)) {
        raise(ExceptionVector::system_reset, state_.pc, 0);
        return;
    }
    if (!(state_.msr & msr::ee)) return;
    if (accept(pending::system_management))
        raise(ExceptionVector::system_management, state_.pc, 0);
    else if (state_.pending & pending::external) // a level: stays until its source is quiet
        raise(ExceptionVector::external, state_.pc, 0);
    else if (accept(pending::performance_monitor))
        raise(ExceptionVector::performance_monitor, state_.pc, 0);
    else if (accept(pending::decrementer))
        raise(ExceptionVector::decrementer, state_.pc, 0);
    else if (accept(pending::thermal))
        raise(ExceptionVector::thermal, state_.pc, 0);
}

namespace {

// DSISR of an alignment exception: the instruction's opcode and registers, pressed together
// (Programming Environments, table 6-11).
std::uint32_t alignment_dsisr(std::uint32_t word) {
    const std::uint32_t registers = word >> 16 & 0x3ff; // rD/rS and rA
    if (word >> 26 == 31)
        return (word >> 1 & 3) << 15 | (word >> 6 & 1) << 14 | (word >> 7 & 0xf) << 10 | registers;
    return (word >> 26 & 1) << 14 | (word >> 27 & 0xf) << 10 | registers;
}

} // namespace

void PpcCpu::raise_alignment(std::uint32_t address) {
    state_.dar = address;
    const auto code = probe(state_.pc, Access::fetch);
    std::uint64_t word = 0;
    if (code.fault == FaultKind::none) wiring_.host.read_physical(code.physical, 4, word);
    if (state_.msr & msr::le) word = byte_swap(static_cast<std::uint32_t>(word));
    state_.dsisr = alignment_dsisr(static_cast<std::uint32_t>(word));
    raise(ExceptionVector::alignment, state_.pc, 0);
}

void PpcCpu::raise_fault(const runtime::MemoryFault& fault) {
    const auto address = static_cast<std::uint32_t>(fault.address);
    wiring_.log.write(LogItem::mmu, "fault {} at {:08x} pc {:08x}", static_cast<int>(fault.kind),
                      address, state_.pc);
    if (fault.kind == FaultKind::bus) {
        if (state_.msr & msr::me)
            raise(ExceptionVector::machine_check, state_.pc, srr1::transfer_error);
        else
            stop_for_good(fmt::format("nothing answers at {:08x}, and MSR[ME] is clear", address));
        return;
    }
    if (fault.kind == FaultKind::software_walk) {
        raise_tlb_miss(fault);
        return;
    }
    if (fault.kind == FaultKind::alignment) {
        raise_alignment(address);
        return;
    }
    if (fault.access == Access::fetch) {
        std::uint32_t bits = 0;
        switch (fault.kind) {
        case FaultKind::no_translation: bits = srr1::no_translation; break;
        case FaultKind::protection: bits = srr1::protection; break;
        default: bits = srr1::no_execute;
        }
        raise(ExceptionVector::instruction_storage, address, bits);
        return;
    }
    std::uint32_t bits = fault.access == Access::store ? dsisr::store : 0;
    switch (fault.kind) {
    case FaultKind::no_translation: bits |= dsisr::no_translation; break;
    case FaultKind::protection: bits |= dsisr::protection; break;
    case FaultKind::direct_store: bits |= dsisr::direct_store; break;
    case FaultKind::watchpoint: bits |= dsisr::watchpoint; break;
    default: VESTIGE_UNREACHABLE("a data fault of no known kind");
    }
    state_.dar = address;
    state_.dsisr = bits;
    raise(ExceptionVector::data_storage, state_.pc, 0);
}

// 603e User's Manual 4.5.14 to 4.5.16 and 5.5.2: the registers that the handler's loads need.
void PpcCpu::raise_tlb_miss(const runtime::MemoryFault& fault) {
    const auto address = static_cast<std::uint32_t>(fault.address);
    const std::uint32_t segment = state_.sr[address >> 28];
    const std::uint32_t vsid = segment & 0xffffff;
    const std::uint32_t page_index = address >> 12 & 0xffff;
    const std::uint32_t hash = (vsid & 0x7ffff) ^ page_index;
    const std::uint32_t base = state_.sdr1 & 0xffff0000;
    const std::uint32_t mask = (state_.sdr1 & 0x1ff) << 16 | 0xffff;
    state_.hash1 = base | (hash << 6 & mask & 0x01ffffc0);
    state_.hash2 = base | (~hash << 6 & mask & 0x01ffffc0);
    const std::uint32_t compare = 0x80000000 | vsid << 7 | page_index >> 10;

    const std::uint32_t key_bit = state_.msr & msr::pr ? 0x20000000 : 0x40000000;
    std::uint32_t bits = segment & key_bit ? srr1::miss_key : 0;
    // CR0 is saved in SRR1[0:3].
    const std::uint64_t order = state_.cr[0];
    bits |= (order >> 62 & 1) << 31 | std::uint32_t{static_cast<std::int64_t>(order) > 0} << 30 |
            std::uint32_t{static_cast<std::uint32_t>(order) == 0} << 29 |
            std::uint32_t{state_.cr_so[0]} << 28;
    const unsigned set = address >> 12 & 31;
    ExceptionVector vector = ExceptionVector::data_load_tlb_miss;
    std::uint32_t return_address = state_.pc;
    if (fault.access == Access::fetch) {
        vector = ExceptionVector::instruction_tlb_miss;
        state_.imiss = address;
        state_.icmp = compare;
        bits |= srr1::miss_instruction | (state_.itlb_lru[set] ? srr1::miss_way : 0);
        return_address = address;
    } else {
        state_.dmiss = address;
        state_.dcmp = compare;
        bits |= state_.dtlb_lru[set] ? srr1::miss_way : 0;
        if (fault.access == Access::store) {
            vector = ExceptionVector::data_store_tlb_miss;
            bits |= srr1::miss_store;
        }
    }
    const std::uint32_t old = state_.msr;
    raise(vector, return_address, 0);
    state_.srr1 = (old & 0x0000ffff) | bits;
    state_.msr |= msr::tgpr;
    swap_tgpr();
}

void PpcCpu::on_leave(std::uint32_t leave_code) {
    switch (static_cast<Leave>(leave_code)) {
    case Leave::program_illegal:
        raise(ExceptionVector::program, state_.pc, srr1::program_illegal);
        return;
    case Leave::program_privileged:
        raise(ExceptionVector::program, state_.pc, srr1::program_privileged);
        return;
    case Leave::program_trap:
        raise(ExceptionVector::program, state_.pc, srr1::program_trap);
        return;
    case Leave::program_float:
        raise(ExceptionVector::program, state_.pc, srr1::program_float);
        return;
    case Leave::system_call: raise(ExceptionVector::system_call, state_.pc, 0); return;
    case Leave::fp_unavailable: raise(ExceptionVector::fp_unavailable, state_.pc, 0); return;
    case Leave::vec_unavailable: raise(ExceptionVector::vec_unavailable, state_.pc, 0); return;
    case Leave::alignment: raise_alignment(state_.dar); return;
    case Leave::trace: raise(ExceptionVector::trace, state_.pc, 0); return;
    case Leave::instruction_breakpoint:
        raise(ExceptionVector::instruction_breakpoint, state_.pc, 0);
        return;
    case Leave::direct_store_error: raise(ExceptionVector::data_storage, state_.pc, 0); return;
    case Leave::checkstop: stop_for_good("asked for by the CPU model"); return;
    }
    VESTIGE_UNREACHABLE("a leave code of no known meaning");
}

std::string PpcCpu::leave_name(std::uint32_t leave_code) const {
    switch (static_cast<Leave>(leave_code)) {
    case Leave::program_illegal: return "illegal instruction";
    case Leave::program_privileged: return "privileged instruction";
    case Leave::program_trap: return "trap instruction";
    case Leave::program_float: return "floating-point exception";
    case Leave::system_call: return "system call";
    case Leave::fp_unavailable: return "floating point unavailable";
    case Leave::vec_unavailable: return "AltiVec unavailable";
    case Leave::alignment: return "alignment";
    case Leave::trace: return "trace";
    case Leave::instruction_breakpoint: return "instruction breakpoint";
    case Leave::direct_store_error: return "direct-store error";
    case Leave::checkstop: return "checkstop";
    }
    return fmt::format("code {}", leave_code);
}

} // namespace vestige::ppc
