#include "machine/boards/sun4m/sun4m_models.h"

#include "hw/dma/sun4m_iommu.h"

namespace vestige {

namespace {

// The chip's pointer to the context table does not reach further, and firmware puts that at the
// end.
constexpr std::uint64_t microsparc_1_memory = 128 << 20;

// microSPARC machines: everything within 31 bits.
constexpr Sun4mModel ss5{
    .name = "SS-5",
    .description = "SPARCstation 5: microSPARC-II",
    .cpu = "Fujitsu MB86904",
    .most_memory = 256 << 20,
    .firmware_machine_id = 32,
    .idprom_machine = 0x80,
    .iommu_version = hw::Sun4mIommu::version_ss5,
    .iommu = 0x1000'0000,
    .framebuffer = 0x5000'0000,
    .prom = 0x7000'0000,
    .slavio = 0x7000'0000,
    .counter = 0x71d0'0000,
    .interrupts = 0x71e0'0000,
    .floppy = 0x7140'0000,
    .auxiliary_1 = 0x7190'0000,
    .auxiliary_2 = 0x7191'0000,
    .id = 0x7800'0000,
    .dma = 0x7840'0000,
    .esp = 0x7880'0000,
    .lance = 0x78c0'0000,
    .apc = 0x6a00'0000,
    .afx = 0x6e00'0000,
    .cs4231 = 0x6c00'0000,
    .ecc = 0,
    .ecc_kind = {},
    .bpp = 0,
    .dbri = 0,
    .sx = 0,
    .has_vsimms = false,
};

// Machines with MBus modules: devices behind 4 GB.
constexpr Sun4mModel ss20{
    .name = "SS-20",
    .description = "SPARCstation 20: SuperSPARC II",
    .cpu = "TI SuperSparc II",
    .most_memory = std::uint64_t{2048} << 20,
    .firmware_machine_id = 65,
    .idprom_machine = 0x72,
    .iommu_version = hw::Sun4mIommu::version_ss20,
    .iommu = 0xf'e000'0000,
    .framebuffer = 0xe'2000'0000,
    .prom = 0xf'f000'0000,
    .slavio = 0xf'f000'0000,
    .counter = 0xf'f130'0000,
    .interrupts = 0xf'f140'0000,
    .floppy = 0xf'f170'0000,
    .auxiliary_1 = 0xf'f180'0000,
    .auxiliary_2 = 0xf'f1a0'1000,
    .id = 0xe'f000'0000,
    .dma = 0xe'f040'0000,
    .esp = 0xe'f080'0000,
    .lance = 0xe'f0c0'0000,
    .apc = 0xe'fa00'0000, // not in the real ones, but OpenBIOS says so, and Linux believes it
    .afx = 0,
    .cs4231 = 0,
    .ecc = 0xf'0000'0000,
    .ecc_kind = hw::SunEcc::Kind::smc,
    .bpp = 0xe'f480'0000,
    .dbri = 0xe'e000'0000,
    .sx = 0xf'8000'0000,
    .has_vsimms = true,
};

constexpr Sun4mModel based_on(Sun4mModel model, void (*change)(Sun4mModel&)) {
    change(model);
    return model;
}

constexpr Sun4mModel models[] = {
    ss5,
    ss20,
    based_on(ss5,
             [](Sun4mModel& m) {
                 m.name = "SS-4";
                 m.description = "SPARCstation 4: microSPARC-II";
                 m.firmware_machine_id = 35;
                 m.afx = 0;
             }),
    based_on(ss5,
             [](Sun4mModel& m) {
                 m.name = "LX";
                 m.description = "SPARCstation LX: microSPARC";
                 m.cpu = "TI MicroSparc I";
                 m.most_memory = microsparc_1_memory;
                 m.firmware_machine_id = 34;
                 m.iommu_version = hw::Sun4mIommu::version_lx;
                 m.afx = m.cs4231 = 0;
             }),
    based_on(ss5,
             [](Sun4mModel& m) {
                 m.name = "SPARCClassic";
                 m.description = "SPARCclassic: microSPARC";
                 m.cpu = "TI MicroSparc I";
                 m.most_memory = microsparc_1_memory;
                 m.firmware_machine_id = 36;
                 m.afx = m.cs4231 = 0;
             }),
    based_on(ss20,
             [](Sun4mModel& m) {
                 m.name = "SS-10";
                 m.description = "SPARCstation 10: SuperSPARC II";
                 m.firmware_machine_id = 64;
                 m.iommu_version = hw::Sun4mIommu::version_ss10;
                 m.ecc_kind = hw::SunEcc::Kind::emc;
                 m.bpp = m.dbri = m.sx = 0;
                 m.has_vsimms = false;
             }),
};

} // namespace

std::span<const Sun4mModel> sun4m_models() { return models; }

} // namespace vestige
