// The registers of a SPARC V8 processor, as generated code, helpers and the MMU see them: plain
// data after the CpuHeader. Bit numbers are the manual's (0 is the least significant); "V8" is The
// SPARC Architecture Manual, Version 8.
#pragma once

#include <array>
#include <cstdint>

#include "translator/runtime/cpu_header.h"

namespace vestige::sparc {

inline constexpr unsigned most_windows = 32;

// The states of the FPU (V8 4.4).
enum class FloatUnit : std::uint8_t { execute, exception_pending, exception };

struct State {
    runtime::CpuHeader header;

    // The register windows, which lie behind the state in its StateMemory, 1 << window_shift bytes
    // apart: see frontend/sparc/cpu/windows.h. header.bank is where the current one begins.
    std::uint32_t* windows = nullptr;
    std::uint32_t window_shift = 0;

    // ---- control flow
    // A delayed transfer that has been decided: while `delay` is 1, `pc` is in the delay slot and
    // execution goes on at `npc`. Otherwise nPC is pc + 4 and `npc` means nothing.
    std::uint32_t pc = 0;
    std::uint32_t npc = 0;
    std::uint8_t delay = 0;

    // ---- integer unit
    std::uint32_t global[8] = {}; // the first stays 0
    // icc as an ordering (translator/ir/opcodes.inc) that also has the result: the exact sum or
    // difference of the sign-extended operands. Z: the low 32 bits are zero; N: bit 31; N xor V: it
    // is negative (order_lt). C apart.
    std::uint64_t icc = 1;
    std::uint8_t icc_c = 0;
    std::uint32_t y = 0;

    // ---- floating point: pairs of registers, the even one in the upper half
    std::uint64_t fpr[16] = {};
    // fcc as an ordering: less, greater, equal; none of them: unordered. (op1 against op2 of the
    // last compare.) The default is "equal".
    std::uint64_t fcc = 0;
    // FSR without fcc: read it through the functions of frontend/sparc/fp: aexc may still be in
    // MXCSR, and cexc is that of the recorded operation unless float_last_kind is 0.
    std::uint32_t fsr = 0;
    std::uint32_t float_last_kind = 0;
    double float_last[2] = {};
    // The deferred-trap queue (frontend/sparc/fp/exact_mode.cpp): address and instruction.
    FloatUnit float_unit = FloatUnit::execute;
    std::uint32_t float_queue[2] = {};

    // ---- register windows: the current one, and those that may not be entered
    std::uint32_t cwp = 0;
    std::uint32_t wim = 0;

    // ---- supervisor. PSR is assembled from these (V8 4.2).
    std::uint8_t supervisor = 1, previous_supervisor = 0, enable_traps = 0; // S, PS, ET
    std::uint8_t enable_float = 0;                                          // EF
    std::uint32_t pil = 0;
    std::uint32_t tbr = 0;      // with tt
    std::uint32_t asr[32] = {}; // those that a model stores

    // ---- interrupts: the level on the processor's IRL pins, 0 to 15
    std::uint32_t interrupt_level = 0;
    std::uint8_t powered_down =
        0; // waits for an interrupt (LEON's ASR19, the boards' power registers)

    // ---- reference MMU (V8 appendix H) and what the models add: machine/mmu, frontend/sparc/cpu
    struct Mmu {
        std::uint32_t control = 0; // its version bits come from the model
        std::uint32_t context_table = 0;
        std::uint32_t context = 0;
        std::uint32_t fault_status = 0;
        std::uint32_t fault_address = 0;
        std::uint32_t cache_control = 0;  // LEON
        std::uint64_t breakpoint[8] = {}; // SuperSPARC: ASI 38, then 49 to 4c
        // Registers that a model only stores, by number (virtual address bits 8 to 12 in ASI 4).
        std::uint32_t other[32] = {};
        // MXCC (SuperSPARC with external cache): ASI 2.
        std::uint64_t mxcc_data[4] = {};
        std::uint64_t mxcc[8] = {};
    } mmu;
};

// The instruction at pc is done: on with the next one.
inline void advance(State& state) {
    state.pc = state.delay ? state.npc : state.pc + 4;
    state.delay = 0;
}

// Mode bits of a block key: what lifting depends on (SparcCpu::mode).
namespace mode {
inline constexpr std::uint32_t supervisor = 1 << 0;  // PSR.S
inline constexpr std::uint32_t fpu = 1 << 1;         // PSR.EF, in user mode alone
inline constexpr std::uint32_t delay = 1 << 2;       // State::delay: a unit of the one instruction
inline constexpr std::uint32_t float_exact = 1 << 3; // FSR.TEM, NS, a deferred trap: helpers
} // namespace mode

// PSR (V8 4.2).
namespace psr {
inline constexpr std::uint32_t impl_shift = 28, ver_shift = 24;
inline constexpr std::uint32_t icc_shift = 20; // N, Z, V, C from bit 23 down
inline constexpr std::uint32_t ec = 1u << 13;
inline constexpr std::uint32_t ef = 1u << 12;
inline constexpr std::uint32_t pil_shift = 8;
inline constexpr std::uint32_t s = 1u << 7;
inline constexpr std::uint32_t ps = 1u << 6;
inline constexpr std::uint32_t et = 1u << 5;
inline constexpr std::uint32_t cwp = 0x1f;
} // namespace psr

// Trap types (V8 table 7-1).
namespace tt {
inline constexpr unsigned reset = 0x00, instruction_access_exception = 0x01,
                          illegal_instruction = 0x02, privileged_instruction = 0x03,
                          fp_disabled = 0x04, window_overflow = 0x05, window_underflow = 0x06,
                          mem_address_not_aligned = 0x07, fp_exception = 0x08,
                          data_access_exception = 0x09, tag_overflow = 0x0a,
                          watchpoint_detected = 0x0b, interrupt_level_1 = 0x11,
                          r_register_access_error = 0x20, instruction_access_error = 0x21,
                          cp_disabled = 0x24, unimplemented_flush = 0x25, cp_exception = 0x28,
                          data_access_error = 0x29, division_by_zero = 0x2a,
                          data_store_error = 0x2b, trap_instruction = 0x80;
} // namespace tt

} // namespace vestige::sparc
