// Exception vectors and the SRR1 and DSISR bits that say what happened (Programming Environments
// Manual, chapter 6; MPC603e, MPC604, MPC750 and MPC7400 User's Manuals, chapter 4).
#pragma once

#include <cstdint>
#include <string_view>

namespace vestige::ppc {

enum class ExceptionVector : std::uint32_t {
    system_reset = 0x100,
    machine_check = 0x200,
    data_storage = 0x300,
    instruction_storage = 0x400,
    external = 0x500,
    alignment = 0x600,
    program = 0x700,
    fp_unavailable = 0x800,
    decrementer = 0x900,
    system_call = 0xc00,
    trace = 0xd00,
    performance_monitor = 0xf00,
    vec_unavailable = 0xf20,
    instruction_tlb_miss = 0x1000, // 603
    data_load_tlb_miss = 0x1100,
    data_store_tlb_miss = 0x1200,
    instruction_breakpoint = 0x1300,
    system_management = 0x1400,
    thermal = 0x1700,
};

std::string_view name(ExceptionVector vector);

namespace srr1 {
inline constexpr std::uint32_t from_msr = 0x87c0ffff;       // bits copied from MSR, and back by rfi
inline constexpr std::uint32_t no_translation = 0x40000000; // ISI
inline constexpr std::uint32_t no_execute = 0x10000000;
inline constexpr std::uint32_t protection = 0x08000000;
inline constexpr std::uint32_t program_float = 0x00100000; // program
inline constexpr std::uint32_t program_illegal = 0x00080000;
inline constexpr std::uint32_t program_privileged = 0x00040000;
inline constexpr std::uint32_t program_trap = 0x00020000;
inline constexpr std::uint32_t program_next = 0x00010000;      // SRR0 is the next instruction's
inline constexpr std::uint32_t transfer_error = 0x00040000;    // machine check: TEA
inline constexpr std::uint32_t machine_check_pin = 0x00080000; // MCP
// 603 TLB miss
inline constexpr std::uint32_t miss_key = 0x00080000;
inline constexpr std::uint32_t miss_instruction = 0x00040000;
inline constexpr std::uint32_t miss_way = 0x00020000;
inline constexpr std::uint32_t miss_store = 0x00010000;
} // namespace srr1

namespace dsisr {
inline constexpr std::uint32_t no_translation = 0x40000000;
inline constexpr std::uint32_t protection = 0x08000000;
inline constexpr std::uint32_t direct_store = 0x04000000;
inline constexpr std::uint32_t store = 0x02000000;
inline constexpr std::uint32_t watchpoint = 0x00400000;
inline constexpr std::uint32_t external_access = 0x00100000;
} // namespace dsisr

} // namespace vestige::ppc
