// The registers of a 32-bit PowerPC, as generated code, helpers and the MMU see them: plain data
// after the CpuHeader. Bit numbers in comments are the architecture's (0 is the most significant);
// masks are plain values.
#pragma once

#include <array>
#include <cstdint>

#include "translator/runtime/cpu_header.h"

namespace vestige::ppc {

struct alignas(16) Vector {
    // The register as one 128-bit number: `high` holds the architecture's bits 0-63. In memory
    // order it is the guest's 16 bytes reversed, so that lane arithmetic works as on the host.
    std::uint64_t low = 0, high = 0;
};

struct State {
    runtime::CpuHeader header;

    std::uint32_t pc = 0;
    std::uint32_t gpr[32] = {};
    // CR fields as orderings (translator/ir/opcodes.inc) with SO apart: field i's LT, GT, EQ in
    // cr[i].
    std::uint64_t cr[8] = {};
    std::uint8_t cr_so[8] = {};
    std::uint8_t xer_ca = 0, xer_ov = 0, xer_so = 0; // 0 or 1
    std::uint32_t xer_rest = 0;                      // the other bits of XER, in place
    std::uint32_t lr = 0, ctr = 0;
    std::uint8_t reserve_valid = 0;
    std::uint32_t reserve_address = 0; // effective, aligned to 32 bytes

    double fpr[32] = {};
    // FPSCR: read it through fold_fpscr() (frontend/ppc/fp): XX may still be in MXCSR, and FPRF, FI
    // and FR are those of the recorded operation unless float_last_kind is 0.
    std::uint32_t fpscr = 0;
    std::uint32_t float_last_kind = 0;
    double float_last[3] = {};

    Vector vr[32] = {};
    std::uint32_t vscr = 0;
    std::uint32_t vrsave = 0;

    // ---- supervisor
    std::uint32_t msr = 0;
    std::uint32_t srr0 = 0, srr1 = 0, dar = 0, dsisr = 0;
    std::uint32_t sprg[8] = {};
    std::uint32_t sr[16] = {};
    std::uint32_t sdr1 = 0;
    std::uint32_t ibat[8][2] = {}, dbat[8][2] = {}; // upper, lower
    // 603 software table search (603e User's Manual 5.5.2)
    std::uint32_t dmiss = 0, dcmp = 0, hash1 = 0, hash2 = 0, imiss = 0, icmp = 0, rpa = 0;
    std::uint32_t tgpr[4] = {}; // the other set of GPR0-3 (MSR[TGPR])
    // Its TLBs: two ways of 32 sets, by EA[15:19]; the way to replace is SRR1[WAY].
    struct TlbEntry {
        std::uint32_t tag = 0;    // PTE word 0 with V, VSID and the page index's API
        std::uint32_t page = ~0u; // effective page number
        std::uint32_t pte = 0;    // PTE word 1
        bool operator==(const TlbEntry&) const = default;
    };
    TlbEntry itlb[2][32] = {}, dtlb[2][32] = {};
    std::uint8_t itlb_lru[32] = {}, dtlb_lru[32] = {}; // the way to replace next
    std::uint32_t hid0 = 0, hid1 = 0, ear = 0, pir = 0, iabr = 0, dabr = 0;
    // The rest, kept by number where software only stores and reads back (cpu_models.cpp says
    // which).
    std::uint32_t other_spr[1024] = {};

    // ---- time (exact at every instruction; see timebase.cpp)
    std::uint64_t timebase_offset = 0;   // added to the free-running counter
    std::uint32_t decrementer_value = 0; // DEC when written ...
    std::uint64_t decrementer_start = 0; // ... at this value of the free-running counter

    // ---- pending interrupts
    std::uint32_t pending = 0; // bits of Pending
};

// MSR (PowerPC Microprocessor Family: The Programming Environments, table 2-9).
namespace msr {
inline constexpr std::uint32_t vec = 1u << 25;  // 6: AltiVec available (7400)
inline constexpr std::uint32_t pow = 1u << 18;  // 13
inline constexpr std::uint32_t tgpr = 1u << 17; // 14 (603)
inline constexpr std::uint32_t ile = 1u << 16;  // 15
inline constexpr std::uint32_t ee = 1u << 15;   // 16
inline constexpr std::uint32_t pr = 1u << 14;   // 17
inline constexpr std::uint32_t fp = 1u << 13;   // 18
inline constexpr std::uint32_t me = 1u << 12;   // 19
inline constexpr std::uint32_t fe0 = 1u << 11;  // 20
inline constexpr std::uint32_t se = 1u << 10;   // 21
inline constexpr std::uint32_t be = 1u << 9;    // 22
inline constexpr std::uint32_t fe1 = 1u << 8;   // 23
inline constexpr std::uint32_t ip = 1u << 6;    // 25
inline constexpr std::uint32_t ir = 1u << 5;    // 26
inline constexpr std::uint32_t dr = 1u << 4;    // 27
inline constexpr std::uint32_t pm = 1u << 2;    // 29 (750, 7400)
inline constexpr std::uint32_t ri = 1u << 1;    // 30
inline constexpr std::uint32_t le = 1u << 0;    // 31
} // namespace msr

// Mode bits of a block key: what lifting depends on (PpcCpu::mode).
namespace mode {
inline constexpr std::uint32_t problem = 1 << 0;          // MSR[PR]
inline constexpr std::uint32_t fetch_translated = 1 << 1; // MSR[IR]
inline constexpr std::uint32_t data_translated = 1 << 2;  // MSR[DR]
inline constexpr std::uint32_t fp = 1 << 3;               // MSR[FP]
inline constexpr std::uint32_t vec = 1 << 4;              // MSR[VEC]
inline constexpr std::uint32_t little = 1 << 5;           // MSR[LE]
inline constexpr std::uint32_t trace = 1 << 6;        // MSR[SE] or MSR[BE]: one instruction a unit
inline constexpr std::uint32_t branch_trace = 1 << 7; // MSR[BE]
// Floating point goes through exact helpers alone: an exception is enabled in FPSCR, or NI is set.
inline constexpr std::uint32_t float_exact = 1 << 8;
inline constexpr std::uint32_t breakpoint = 1
                                            << 9; // IABR or DABR armed: checked at each instruction
} // namespace mode

namespace pending {
inline constexpr std::uint32_t external = 1 << 0;
inline constexpr std::uint32_t decrementer = 1 << 1;
inline constexpr std::uint32_t machine_check = 1 << 2;
inline constexpr std::uint32_t system_reset = 1 << 3;
inline constexpr std::uint32_t performance_monitor = 1 << 4;
inline constexpr std::uint32_t thermal = 1 << 5;
inline constexpr std::uint32_t system_management = 1 << 6;
} // namespace pending

} // namespace vestige::ppc
