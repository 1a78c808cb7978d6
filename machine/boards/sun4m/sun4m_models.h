// The sun4m machines as data: where their devices are.
#pragma once

#include <cstdint>
#include <span>

#include "hw/misc/sun_ecc.h"

namespace vestige {

// Physical addresses; 0: the machine has none of it.
struct Sun4mModel {
    const char* name; // as -M takes it
    const char* description;
    const char* cpu;
    std::uint64_t most_memory;
    std::uint16_t firmware_machine_id; // fw_cfg key 06
    std::uint8_t idprom_machine;
    std::uint32_t iommu_version;
    std::uint64_t iommu, framebuffer, prom;
    std::uint64_t slavio; // what lies at fixed distances from here is in sun4m.cpp
    std::uint64_t counter, interrupts, floppy;
    std::uint64_t auxiliary_1, auxiliary_2;
    std::uint64_t id, dma, esp, lance;
    std::uint64_t apc, afx, cs4231;
    std::uint64_t ecc;
    hw::SunEcc::Kind ecc_kind;
    // Probed by firmware and kernels, and not modelled.
    std::uint64_t bpp, dbri, sx;
    bool has_vsimms;
};

std::span<const Sun4mModel> sun4m_models();

} // namespace vestige
