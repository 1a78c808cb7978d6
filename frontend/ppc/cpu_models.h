// The modelled chips and what tells them apart.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "frontend/ppc/decode/decoder.h"

namespace vestige::ppc {

enum class Family : std::uint8_t { ppc603, ppc604, ppc750, ppc7400 };

struct CpuModel {
    std::string_view name; // as -cpu takes it
    std::string_view description;
    Family family;
    std::uint32_t pvr;
    FeatureSet features;
    std::uint32_t
        mips; // millions of instructions a second under the virtual clock: its clock in MHz
    bool software_table_search = false; // 603: three TLB miss exceptions, no walker
    bool has_vec() const { return features.has(Feature::altivec); }
};

std::span<const CpuModel> cpu_models();
// Null if there is none of that name; takes QEMU's aliases too ("G3", "g4", "7400_v2.9").
const CpuModel* find_cpu_model(std::string_view name);

} // namespace vestige::ppc
