// AltiVec arithmetic by the host's SSE where it gives the same bits.
//
// AltiVec raises no flags and rounds to nearest, so only the bits of a result matter. IEEE 754
// leaves two of them open: which NaN comes out, and, where denormals are flushed, whether a number
// that rounds up to the smallest normal one was a denormal (SSE: no, AltiVec: yes). Results that
// show one of these are refused, and softfloat does the operation.
#pragma once

#include <bit>
#include <cstdint>

#include <immintrin.h>

#include "frontend/ppc/altivec/lanes.h"

namespace vestige::ppc::vector {

// MXCSR holds the guest's FPU rounding mode and sticky flags while a helper runs: set aside here.
class HostRounding {
  public:
    enum class Subnormals { kept, zeroed };

    explicit HostRounding(Subnormals subnormals) : saved_(_mm_getcsr()) {
        constexpr unsigned masked = 0x1f80, flush = 1u << 15, zero_operands = 1u << 6;
        _mm_setcsr(subnormals == Subnormals::zeroed ? masked | flush | zero_operands : masked);
    }
    ~HostRounding() { _mm_setcsr(saved_); }
    HostRounding(const HostRounding&) = delete;
    HostRounding& operator=(const HostRounding&) = delete;

  private:
    unsigned saved_;
};

// Keeps the compiler from moving arithmetic on `value` over a change of MXCSR.
inline __m128 pinned(__m128 value) {
    asm volatile("" : "+x"(value));
    return value;
}

inline __m128 singles(const Operands& v, std::uint32_t number) {
    return std::bit_cast<__m128>(v.state.vr[number]);
}

// d <- function(operands) if that is sure to be right.
template <class Function, class... Registers>
bool by_host(Operands v, Function function, Registers... registers) {
    const bool zeroed = (v.state.vscr & vscr_nj) != 0;
    __m128 result;
    {
        const HostRounding rounding(zeroed ? HostRounding::Subnormals::zeroed
                                           : HostRounding::Subnormals::kept);
        result = pinned(function(pinned(singles(v, registers))...));
    }
    __m128 doubtful = _mm_cmpunord_ps(result, result);
    if (zeroed) {
        const __m128i magnitude =
            _mm_and_si128(_mm_castps_si128(result), _mm_set1_epi32(0x7fffffff));
        const __m128i edge = _mm_cmpeq_epi32(magnitude, _mm_set1_epi32(0x00800000));
        doubtful = _mm_or_ps(doubtful, _mm_castsi128_ps(edge));
    }
    if (_mm_movemask_ps(doubtful) != 0) return false;
    v.state.vr[v.d] = std::bit_cast<Vector>(result);
    return true;
}

inline bool host_has_sse41() { return __builtin_cpu_supports("sse4.1") != 0; }

} // namespace vestige::ppc::vector
