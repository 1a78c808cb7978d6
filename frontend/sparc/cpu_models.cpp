#include "frontend/sparc/cpu_models.h"

#include <algorithm>
#include <cctype>

namespace vestige::sparc {

namespace {

using enum AsiGroup;

constexpr FeatureSet features_cypress =
    Feature::base | Feature::square_root | Feature::single_to_double_multiply;

constexpr AsiGroups asis_microsparc =
    reference | bypass | cache_arrays | cache_flush | flash_clear | tlb_diagnostics;
constexpr AsiGroups asis_microsparc_2 = asis_microsparc | microsparc_extras;
constexpr AsiGroups asis_turbosparc = asis_microsparc | turbosparc_extras;
// The module's place on the MBus: only the external cache controller has a register for it, but
// OpenBIOS for the SPARCstations 10 and 20 asks there whatever the processor, as all of QEMU's
// answer. The processors that are on no module do not: hearing that it is on the first one,
// OpenBIOS clears all memory word by word, some hundred million instructions.
constexpr AsiGroups asis_mbus = AsiGroups(reference) | bypass | cache_arrays | module_number;
constexpr AsiGroups asis_supersparc = asis_mbus | flash_clear | tlb_diagnostics | supersparc_extras;
constexpr AsiGroups asis_hypersparc =
    asis_mbus | cache_flush | tlb_diagnostics | block_operations | instruction_flush;
constexpr AsiGroups asis_cypress = asis_mbus | cache_flush | tlb_diagnostics;
constexpr AsiGroups asis_leon = reference | leon;

// Boot mode, context table pointer, context, fault status and TLB replacement: QEMU's values, which
// firmware and kernels are known to work with; V8 appendix H has the registers.
constexpr MmuModel swift_mmu(std::uint32_t fixed_bits, std::uint32_t table_mask = 0x00ffffc0,
                             std::uint32_t replacement = 0x00ffffff) {
    return {.fixed_bits = fixed_bits,
            .boot_mode = 0x4000,
            .context_table_mask = table_mask,
            .context_mask = 0xff,
            .fault_status_mask = 0x00016fff,
            .replacement_mask = replacement};
}

// The chip's context register has 6 bits. OpenBIOS promises 65536 contexts ("mmu-nctx"), though,
// and Linux uses them in turn: with 6 bits the 64th process gets the kernel's own context, and
// programs that fork hang, as they do under QEMU. What keeps to 64 does not see the difference.
constexpr MmuModel tsunami_mmu{.fixed_bits = 0x41000000,
                               .boot_mode = 0x4000,
                               .context_table_mask = 0x007ffff0,
                               .context_mask = 0xffff,
                               .fault_status_mask = 0x00016fff,
                               .replacement_mask = 0x3f};

// Bit 11, MB: on MBus by itself, without an external cache controller.
constexpr MmuModel viking_mmu(std::uint32_t fixed_bits) {
    return {.fixed_bits = fixed_bits,
            .fixed_mask = 0xff000800,
            .boot_mode = 0x2000,
            .context_table_mask = 0xffffffc0,
            .context_mask = 0xffff,
            .fault_status_mask = 0xffffffff,
            .replacement_mask = 0xffffffff,
            .fault_address_of_fetches = false};
}

// RT625 and CY7C604: 4096 contexts, whose table lies at a multiple of 16 KB. OpenBIOS starts with
// one at a multiple of 4 KB, though: the pointer keeps the bits that SuperSPARC's keeps.
constexpr MmuModel mbus_mmu(std::uint32_t fixed_bits) {
    return {.fixed_bits = fixed_bits,
            .boot_mode = 0x4000,
            .context_table_mask = 0xffffffc0,
            .context_mask = 0xfff,
            .fault_status_mask = 0xffffffff,
            .replacement_mask = 0xffffffff};
}

constexpr MmuModel leon_mmu(std::uint32_t fixed_bits) {
    return {.fixed_bits = fixed_bits,
            .context_table_mask = 0xfffffffc,
            .context_mask = 0xff,
            .fault_status_mask = 0xffffffff,
            .replacement_mask = 0xffffffff};
}

constexpr std::uint32_t mxcc_1 = 0x00000104;
// Multiply and divide (bit 8), and the number of the last window.
constexpr std::uint32_t leon3_configuration = 0x00000107;

// PSR, FSR and MMU versions: the chips' manuals, as QEMU 7.2 has them (its -cpu help lists them);
// RT625 and CY7C601, which it lacks: the tables in NetBSD's sparc/sparc/cpu.c and Linux's
// arch/sparc/kernel/cpu.c, and cpuinfo of real machines.
constexpr CpuModel models[] = {
    {"Fujitsu MB86904", "microSPARC-II of the SPARCstation 5, 110 MHz", Family::microsparc, 0x04, 4,
     8, features_microsparc_2, swift_mmu(0x04000000), asis_microsparc_2, 110},
    {"Fujitsu MB86907", "TurboSPARC, 170 MHz", Family::turbosparc, 0x05, 4, 8,
     features_microsparc_2, swift_mmu(0x05000000, 0xffffffc0, 0xffffffff), asis_turbosparc, 170},
    {"TI MicroSparc I", "microSPARC-I of the SPARCclassic and LX, 50 MHz", Family::microsparc, 0x41,
     4, 7, features_microsparc_1, tsunami_mmu, asis_microsparc, 50},
    {"TI MicroSparc II", "microSPARC-II, 85 MHz", Family::microsparc, 0x42, 4, 8,
     features_microsparc_2, swift_mmu(0x02000000), asis_microsparc_2, 85},
    {"TI MicroSparc IIep", "microSPARC-IIep, 100 MHz", Family::microsparc, 0x42, 4, 8,
     features_microsparc_2, swift_mmu(0x04000000), asis_microsparc_2, 100},
    {"TI SuperSparc 40", "SuperSPARC 2.x without MXCC, 40 MHz", Family::supersparc, 0x41, 0, 8,
     features_supersparc, viking_mmu(0x00000800), asis_supersparc, 40},
    {"TI SuperSparc 50", "SuperSPARC 3.x without MXCC, 50 MHz", Family::supersparc, 0x40, 0, 8,
     features_supersparc, viking_mmu(0x01000800), asis_supersparc, 50},
    {"TI SuperSparc 51", "SuperSPARC 3.x with MXCC, 50 MHz", Family::supersparc, 0x40, 0, 8,
     features_supersparc, viking_mmu(0x01000000), asis_supersparc | mxcc, 50, mxcc_1},
    {"TI SuperSparc 60", "SuperSPARC 3.x without MXCC, 60 MHz", Family::supersparc, 0x40, 0, 8,
     features_supersparc, viking_mmu(0x01000800), asis_supersparc, 60},
    {"TI SuperSparc 61", "SuperSPARC 3.x with MXCC, 60 MHz", Family::supersparc, 0x44, 0, 8,
     features_supersparc, viking_mmu(0x01000000), asis_supersparc | mxcc, 60, mxcc_1},
    {"TI SuperSparc II", "SuperSPARC II with MXCC, 75 MHz", Family::supersparc, 0x40, 0, 8,
     features_supersparc, viking_mmu(0x08000000), asis_supersparc | mxcc, 75, mxcc_1},
    {"ROSS RT625", "hyperSPARC, 125 MHz", Family::hypersparc, 0x1e, 0, 8, features_hypersparc,
     mbus_mmu(0x17000000), asis_hypersparc, 125},
    {"Cypress CY7C601", "CY7C601 with CY7C604, 40 MHz", Family::cypress, 0x11, 3, 8,
     features_cypress, mbus_mmu(0x10000000), asis_cypress, 40},
    {"LEON2", "LEON2, 50 MHz", Family::leon, 0xf2, 4, 8, features_microsparc_2,
     leon_mmu(0xf2000000), asis_leon, 50, 0, 0, false, true},
    {"LEON3", "LEON3, 40 MHz", Family::leon, 0xf3, 4, 8, features_leon3, leon_mmu(0xf3000000),
     asis_leon, 40, 0, leon3_configuration, true, true},
};

struct Alias {
    std::string_view name, model;
};

constexpr Alias aliases[] = {
    {"mb86904", "Fujitsu MB86904"},
    {"swift", "Fujitsu MB86904"},
    {"microsparc-ii", "Fujitsu MB86904"},
    {"mb86907", "Fujitsu MB86907"},
    {"turbosparc", "Fujitsu MB86907"},
    {"microsparc-i", "TI MicroSparc I"},
    {"tsunami", "TI MicroSparc I"},
    {"supersparc", "TI SuperSparc 50"},
    {"supersparc-40", "TI SuperSparc 40"},
    {"supersparc-50", "TI SuperSparc 50"},
    {"supersparc-51", "TI SuperSparc 51"},
    {"supersparc-60", "TI SuperSparc 60"},
    {"supersparc-61", "TI SuperSparc 61"},
    {"supersparc-ii", "TI SuperSparc II"},
    {"viking", "TI SuperSparc 51"},
    {"hypersparc", "ROSS RT625"},
    {"rt625", "ROSS RT625"},
    {"cy7c601", "Cypress CY7C601"},
    {"cypress", "Cypress CY7C601"},
    {"leon", "LEON3"},
};

char folded(char c) {
    if (c == ' ') return '-';
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return folded(x) == folded(y); });
}

} // namespace

std::span<const CpuModel> cpu_models() { return models; }

const CpuModel* find_cpu_model(std::string_view name) {
    for (const Alias& alias : aliases)
        if (same_name(alias.name, name)) name = alias.model;
    for (const CpuModel& model : models)
        if (same_name(model.name, name)) return &model;
    return nullptr;
}

} // namespace vestige::sparc
