// The modelled chips and what tells them apart.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "common/flag_set.h"
#include "frontend/sparc/decode/decoder.h"

namespace vestige::sparc {

enum class Family : std::uint8_t {
    microsparc, // "Tsunami" (I) and "Swift" (II)
    turbosparc, // MB86907
    supersparc, // "Viking"
    hypersparc, // Ross RT620 with RT625
    cypress,    // CY7C601 with CY7C604
    leon,
};

// Groups of alternate space identifiers that a chip answers (frontend/sparc/cpu/asi.cpp has each).
enum class AsiGroup : std::uint32_t {
    reference = 1 << 0,          // V8 appendix I: flush and probe, MMU registers, the four spaces
    bypass = 1 << 1,             // 20 to 2f: physical addresses
    cache_arrays = 1 << 2,       // 0c to 0f: tags and data
    cache_flush = 1 << 3,        // 10 to 14: lines by what they match
    flash_clear = 1 << 4,        // 36, 37: a whole cache at once
    tlb_diagnostics = 1 << 5,    // 05 to 07
    block_operations = 1 << 6,   // 17 copy, 1f fill
    microsparc_extras = 1 << 7,  // 39
    turbosparc_extras = 1 << 8,  // 30 to 32: secondary cache, snooping, descriptors
    supersparc_extras = 1 << 9,  // 30 to 32 store buffer, 38, 39, 49 to 4c breakpoints
    mxcc = 1 << 10,              // 02: the external cache controller
    instruction_flush = 1 << 11, // 18 to 1c, 31: lines of the instruction cache, all of it
    leon = 1 << 12,              // 01, 02, 0c to 11, 18, 19, 1c
    module_number = 1 << 13,     // 02: of the external cache controller this register alone
};

using AsiGroups = FlagSet<AsiGroup>;

constexpr AsiGroups operator|(AsiGroup a, AsiGroup b) { return AsiGroups(a) | AsiGroups(b); }

// What of the MMU's registers is there. Masks are of the writable bits.
struct MmuModel {
    // Of the control register: what reads so whatever is written (implementation and version, and
    // SuperSPARC's bit 11, set without an external cache controller).
    std::uint32_t fixed_bits = 0;
    std::uint32_t fixed_mask = 0xff000000;
    // Set by reset: instructions come from the boot PROM while the MMU is off. 0: no such bit.
    std::uint32_t boot_mode = 0;
    std::uint32_t context_table_mask = 0;
    std::uint32_t context_mask = 0;
    std::uint32_t fault_status_mask = 0;
    std::uint32_t replacement_mask = 0; // TLB replacement control, register 10h
    // V8 appendix H: the fault address register may leave instruction fetches out.
    bool fault_address_of_fetches = true;
};

struct CpuModel {
    std::string_view name; // as QEMU's -cpu has it
    std::string_view description;
    Family family;
    std::uint8_t psr_version; // PSR bits 31 to 24: implementation, version
    std::uint8_t fsr_version; // FSR bits 19 to 17
    std::uint8_t windows;
    FeatureSet features;
    MmuModel mmu;
    AsiGroups asis;
    // Millions of instructions a second under the virtual clock: its clock in MHz.
    std::uint32_t mips;
    std::uint32_t mxcc_version = 0; // 0: no external cache controller
    std::uint32_t asr17 = 0;        // LEON3's processor configuration register; 0: there is none
    bool has_power_down = false;    // a write to ASR19 waits for an interrupt (LEON3)
    // Error mode by `ta 0` with traps disabled is how programs end (LEON's C runtimes).
    bool trap_zero_ends = false;
};

std::span<const CpuModel> cpu_models();
// Null if there is none of that name; spaces and hyphens are the same, and so are cases. Takes
// short names too ("MB86904", "supersparc-ii", "microsparc-i", "hypersparc").
const CpuModel* find_cpu_model(std::string_view name);

} // namespace vestige::sparc
