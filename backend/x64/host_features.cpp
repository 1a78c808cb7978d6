#include "backend/x64/host_features.h"

#include <asmjit/x86.h>

namespace vestige::x64 {

HostFeatures HostFeatures::of_this_host() {
    const auto& host = asmjit::CpuInfo::host().features().x86();
    return {.movbe = host.hasMOVBE(),
            .lzcnt = host.hasLZCNT(),
            .bmi1 = host.hasBMI(),
            .bmi2 = host.hasBMI2(),
            .avx = host.hasAVX(),
            .avx2 = host.hasAVX2(),
            .fma = host.hasAVX() && host.hasFMA()};
}

} // namespace vestige::x64
