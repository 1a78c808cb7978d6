// The guest's floating point environment in the host's MXCSR: in the register itself while
// generated code runs (CpuHeader::mxcsr_live), else in CpuHeader::guest_mxcsr.
#pragma once

#include <cstdint>
#include <xmmintrin.h>

#include "translator/runtime/cpu_header.h"

namespace vestige::runtime {

namespace mxcsr {
inline constexpr std::uint32_t inexact = 1 << 5;
inline constexpr unsigned rounding_shift = 13;
inline constexpr std::uint32_t rounding = 3u << rounding_shift;
} // namespace mxcsr

// The sticky inexact flag, cleared.
inline bool take_inexact(CpuHeader& header) {
    if (!header.mxcsr_live) {
        const bool inexact = (header.guest_mxcsr & mxcsr::inexact) != 0;
        header.guest_mxcsr &= ~mxcsr::inexact;
        return inexact;
    }
    const std::uint32_t live = _mm_getcsr();
    if (!(live & mxcsr::inexact)) return false;
    _mm_setcsr(live & ~mxcsr::inexact);
    return true;
}

// mode: nearest, zero, up, down, as PowerPC's RN and SPARC's RD count them; MXCSR.RC has nearest,
// down, up, zero.
inline void set_rounding(CpuHeader& header, std::uint32_t mode) {
    constexpr std::uint32_t control[4] = {0, 3, 2, 1};
    const std::uint32_t bits = control[mode & 3] << mxcsr::rounding_shift;
    header.guest_mxcsr = (header.guest_mxcsr & ~mxcsr::rounding) | bits;
    if (header.mxcsr_live) _mm_setcsr((_mm_getcsr() & ~mxcsr::rounding) | bits);
}

} // namespace vestige::runtime
