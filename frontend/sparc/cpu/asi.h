// The alternate address spaces (V8 appendix I, and each chip's manual): one table, a row a space or
// a range of them, and the functions behind the rows.
#pragma once

#include <cstdint>

#include "frontend/sparc/cpu/sparc_cpu.h"

namespace vestige::sparc {

// What an access needs of the processor.
struct AsiBench {
    const CpuModel& model;
    State& state;
    SparcCpu::Wiring& wiring;
    runtime::CpuRuntime& runtime;
};

struct AsiRequest {
    unsigned asi;
    std::uint32_t address;
    unsigned size; // 1, 2, 4 or 8
};

// A store to that space does nothing on this chip: caches that are not modelled. Kernels without a
// free context flush them line by line, thousands of stores at a time.
bool ignores_stores(const CpuModel& model, unsigned asi);
// Physical memory: the ASI and the address say where.
bool is_bypass(const CpuModel& model, unsigned asi);
std::uint64_t bypass_address(unsigned asi, std::uint32_t address);
// The MMU's registers, which window traps are full of: they lead to no device.
bool is_mmu_space(const CpuModel& model, unsigned asi);

using AsiRead = AsiResult (*)(AsiBench& bench, const AsiRequest& request, std::uint64_t& value);
using AsiWrite = AsiResult (*)(AsiBench& bench, const AsiRequest& request, std::uint64_t value);

// ---- asi.cpp: memory
// A physical access, big-endian: memory or a device.
AsiResult read_physical(AsiBench& bench, std::uint64_t physical, const AsiRequest& request,
                        std::uint64_t& value);
AsiResult write_physical(AsiBench& bench, std::uint64_t physical, const AsiRequest& request,
                         std::uint64_t value);
// Nothing is there: guest error, fault status, data_access_exception.
AsiResult no_such_register(AsiBench& bench, const AsiRequest& request, runtime::Access access);

// ---- asi_mmu.cpp
// The MMU's registers by address bits 8 to 12. V8 appendix H has those below 10.
namespace mmu_register {
inline constexpr unsigned control = 0x00, context_table = 0x01, context = 0x02, fault_status = 0x03,
                          fault_address = 0x04, replacement = 0x10, fault_status_kept = 0x13,
                          fault_address_written = 0x14;
inline constexpr unsigned address_shift = 8;
inline constexpr std::uint32_t address_mask = 0x1f << address_shift;
} // namespace mmu_register

AsiResult read_probe(AsiBench& bench, const AsiRequest& request, std::uint64_t& value);
AsiResult write_flush(AsiBench& bench, const AsiRequest& request, std::uint64_t value);
AsiResult read_mmu_space(AsiBench& bench, const AsiRequest& request, std::uint64_t& value);
AsiResult write_mmu_space(AsiBench& bench, const AsiRequest& request, std::uint64_t value);
// The register at an address of that space. Reading the fault status clears it.
std::uint32_t read_mmu_register(State& state, std::uint32_t address);
// False, and nothing has changed: the write changes how addresses map.
bool write_mmu_register(const CpuModel& model, State& state, std::uint32_t address,
                        std::uint32_t value);

// ---- asi_models.cpp
AsiResult read_module_number(AsiBench& bench, const AsiRequest& request, std::uint64_t& value);
AsiResult read_mxcc(AsiBench& bench, const AsiRequest& request, std::uint64_t& value);
AsiResult write_mxcc(AsiBench& bench, const AsiRequest& request, std::uint64_t value);
AsiResult read_breakpoint(AsiBench& bench, const AsiRequest& request, std::uint64_t& value);
AsiResult write_breakpoint(AsiBench& bench, const AsiRequest& request, std::uint64_t value);
AsiResult read_leon_cache(AsiBench& bench, const AsiRequest& request, std::uint64_t& value);
AsiResult write_leon_cache(AsiBench& bench, const AsiRequest& request, std::uint64_t value);

} // namespace vestige::sparc
