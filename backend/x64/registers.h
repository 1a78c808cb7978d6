// The host's registers and the roles that some of them have in all generated code.
#pragma once

#include <asmjit/x86.h>

#include <cstdint>
#include <span>

#include "common/assertion.h"
#include "translator/ir/layout.h"
#include "translator/ir/types.h"

namespace vestige::x64 {

namespace x86 = asmjit::x86;

// 0-15: general registers in the encoding's order; 16-31: xmm0-15.
using HostRegister = std::uint8_t;
inline constexpr HostRegister no_register = 0xff;
inline constexpr unsigned register_count = 32;
inline constexpr HostRegister first_xmm = 16;

namespace host {
inline constexpr HostRegister rax = 0, rcx = 1, rdx = 2, rbx = 3, rsp = 4, rbp = 5, rsi = 6,
                              rdi = 7, r8 = 8, r12 = 12, r13 = 13, r14 = 14, r15 = 15;
} // namespace host

// ---- registers with a fixed role

// CpuHeader + state_bias: so that the first 256 bytes of guest state are in reach of an 8-bit
// displacement.
inline constexpr HostRegister state_register = host::rbp;
inline constexpr std::int32_t state_bias = 128;
inline constexpr HostRegister write_map_register = host::r13;
inline constexpr HostRegister read_map_register = host::r14;
// In code for windows, where GS does not have it (HostFeatures::fsgsbase).
inline constexpr HostRegister window_register = read_map_register;
inline constexpr HostRegister budget_register = host::r15;
// Of guests with register banks: CpuHeader + CpuHeader::bank.
inline constexpr HostRegister bank_register = host::r12;

// ---- registers that hold values, the first choice first

// Which registers with a fixed role a function's code has.
enum class FixedRegisters : std::uint8_t {
    maps,   // both, or a helper puts them there
    window, // code for windows
    none,   // code for windows in GS
};

// Short encodings first; rcx late, because variable shifts want it. The last two only where they
// have no fixed role.
inline constexpr HostRegister allocatable_general[] = {
    host::rax, host::rdx, host::rsi, host::rdi, host::rbx,          host::rcx,        8,
    9,         10,        11,        host::r12, write_map_register, read_map_register};
// The same of guests with register banks.
inline constexpr HostRegister allocatable_beside_bank[] = {
    host::rax, host::rdx, host::rsi, host::rdi, host::rcx,          8,
    9,         10,        11,        host::rbx, write_map_register, read_map_register};
inline constexpr HostRegister allocatable_xmm[] = {16, 17, 18, 19, 20, 21, 22, 23,
                                                   24, 25, 26, 27, 28, 29, 30, 31};

constexpr std::uint32_t mask_of(HostRegister reg) { return std::uint32_t{1} << reg; }
template <std::size_t n> constexpr std::uint32_t mask_of(const HostRegister (&list)[n]) {
    std::uint32_t mask = 0;
    for (const HostRegister reg : list)
        mask |= mask_of(reg);
    return mask;
}

// What a C++ function keeps (System V).
inline constexpr std::uint32_t callee_saved = mask_of(host::rbx) | mask_of(host::r12) |
                                              mask_of(write_map_register) |
                                              mask_of(read_map_register);

enum class Bank : std::uint8_t { general, xmm };

constexpr Bank bank_of(ir::Type type) {
    switch (type) {
    case ir::Type::f32:
    case ir::Type::f64:
    case ir::Type::v128: return Bank::xmm;
    case ir::Type::i1:
    case ir::Type::i8:
    case ir::Type::i16:
    case ir::Type::i32:
    case ir::Type::i64: return Bank::general;
    default: VESTIGE_UNREACHABLE("values of this type are not supported by this backend yet");
    }
}

inline std::span<const HostRegister> allocatable(Bank bank, const ir::StateLayout& layout,
                                                 FixedRegisters fixed) {
    if (bank == Bank::xmm) return allocatable_xmm;
    const auto all = layout.has_banks ? std::span<const HostRegister>(allocatable_beside_bank)
                                      : std::span<const HostRegister>(allocatable_general);
    switch (fixed) {
    case FixedRegisters::maps: return all.first(all.size() - 2);
    case FixedRegisters::window: return all.first(all.size() - 1);
    case FixedRegisters::none: return all;
    }
    VESTIGE_UNREACHABLE("no such roles");
}

constexpr bool is_xmm(HostRegister reg) { return reg >= first_xmm; }

inline x86::Gp gp64(HostRegister reg) { return x86::gpq(reg); }
inline x86::Gp gp32(HostRegister reg) { return x86::gpd(reg); }
inline x86::Gp gp16(HostRegister reg) { return x86::gpw(reg); }
inline x86::Gp gp8(HostRegister reg) { return x86::gpb(reg); }
inline x86::Xmm xmm(HostRegister reg) { return x86::xmm(reg - first_xmm); }
// Of the width that arithmetic on `type` has: 64 bits for i64, 32 for what is narrower.
inline x86::Gp gp_of(HostRegister reg, ir::Type type) {
    return type == ir::Type::i64 ? gp64(reg) : gp32(reg);
}

// Guest state at `offset` bytes from the CpuHeader, or in the current bank (ir::banked_state).
inline x86::Mem state_memory(std::uint32_t offset, std::uint32_t bytes) {
    if (ir::is_banked(offset))
        return x86::ptr(gp64(bank_register), static_cast<std::int32_t>(offset - ir::banked_state),
                        bytes);
    return x86::ptr(gp64(state_register), static_cast<std::int32_t>(offset) - state_bias, bytes);
}

} // namespace vestige::x64
