// Why PowerPC code leaves generated code: what PpcCpu::on_leave does with the state as it stands.
// All but the last group raise an exception whose SRR0 is the pc slot.
#pragma once

#include <cstdint>

#include "translator/ir/op.h"

namespace vestige::ppc {

enum class Leave : std::uint32_t {
    program_illegal = ir::leave::guest_first, // reserved or unimplemented encoding
    program_privileged,
    program_trap,
    program_float, // an enabled floating-point exception (FPSCR holds which)
    system_call,   // pc is already the next instruction
    fp_unavailable,
    vec_unavailable,
    alignment, // DAR has been set; e.g. dcbz of a write-through page, lmw in little-endian mode
    trace,     // MSR[SE] or [BE]: pc is the next instruction
    instruction_breakpoint, // IABR matches pc
    direct_store_error, // eciwx, lwarx ... on a direct-store segment: DAR and DSISR have been set
    checkstop,
};

constexpr std::uint32_t code(Leave leave) { return static_cast<std::uint32_t>(leave); }

} // namespace vestige::ppc
