#include "backend/x64/host_features.h"

#include <asmjit/x86.h>
#include <sys/auxv.h>

namespace vestige::x64 {

namespace {

// Linux, arch/x86/include/uapi/asm/hwcap2.h: HWCAP2_FSGSBASE.
constexpr unsigned long kernel_allows_fsgsbase = 1 << 1;

} // namespace

HostFeatures HostFeatures::of_this_host() {
    const auto& host = asmjit::CpuInfo::host().features().x86();
    return {.movbe = host.hasMOVBE(),
            .lzcnt = host.hasLZCNT(),
            .bmi1 = host.hasBMI(),
            .bmi2 = host.hasBMI2(),
            .avx = host.hasAVX(),
            .avx2 = host.hasAVX2(),
            .fma = host.hasAVX() && host.hasFMA(),
            .fsgsbase = host.hasFSGSBASE() && (getauxval(AT_HWCAP2) & kernel_allows_fsgsbase) != 0};
}

} // namespace vestige::x64
