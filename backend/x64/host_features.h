// Which instructions of the host generated code may use.
#pragma once

namespace vestige::x64 {

// What is always there is x86-64-v2 (SSE4.2, SSSE3).
struct HostFeatures {
    bool movbe = false;
    bool lzcnt = false;
    bool bmi1 = false; // andn
    bool bmi2 = false; // rorx, shlx, shrx, sarx
    bool avx = false;  // three-operand forms of SSE
    bool avx2 = false; // shifts of lanes by lanes
    bool fma = false;
    bool fsgsbase = false; // wrgsbase, which the kernel must allow as well

    static HostFeatures baseline() { return {}; }
    static HostFeatures of_this_host();
};

} // namespace vestige::x64
