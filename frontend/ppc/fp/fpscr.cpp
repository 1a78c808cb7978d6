#include "frontend/ppc/fp/fpscr.h"

#include <bit>
#include <xmmintrin.h>

#include "frontend/ppc/fp/operation.h"
#include "frontend/ppc/fp/record.h"
#include "translator/ir/semantics.h"

namespace vestige::ppc {

namespace {

constexpr std::uint32_t mxcsr_inexact = 1 << 5;
constexpr unsigned mxcsr_rounding_shift = 13;
constexpr std::uint32_t mxcsr_rounding = 3u << mxcsr_rounding_shift;

// MXCSR's sticky inexact flag, cleared.
bool take_inexact(runtime::CpuHeader& header) {
    if (!header.mxcsr_live) {
        const bool inexact = (header.guest_mxcsr & mxcsr_inexact) != 0;
        header.guest_mxcsr &= ~mxcsr_inexact;
        return inexact;
    }
    const std::uint32_t live = _mm_getcsr();
    if (!(live & mxcsr_inexact)) return false;
    _mm_setcsr(live & ~mxcsr_inexact);
    return true;
}

void set_host_rounding(runtime::CpuHeader& header, std::uint32_t value) {
    // RN counts nearest, zero, up, down; MXCSR.RC nearest, down, up, zero.
    constexpr std::uint32_t control[4] = {0, 3, 2, 1};
    const std::uint32_t bits = control[value & fpscr::rn] << mxcsr_rounding_shift;
    header.guest_mxcsr = (header.guest_mxcsr & ~mxcsr_rounding) | bits;
    if (header.mxcsr_live) _mm_setcsr((_mm_getcsr() & ~mxcsr_rounding) | bits);
}

std::uint32_t with_recorded_result(const State& state, std::uint32_t value) {
    const FloatKind kind = record::kind(state.float_last_kind);
    if (kind != FloatKind::none) {
        const auto operand = [&](unsigned i) {
            return std::bit_cast<std::uint64_t>(state.float_last[i]);
        };
        const FloatOutcome outcome = evaluate(kind, operand(0), operand(1), operand(2),
                                              {.rounding = fpscr::rounding(value)});
        value &= ~(fpscr::fr | fpscr::fi | fpscr::fprf);
        value |= result_bits(kind, outcome);
    }
    if (record::compared(state.float_last_kind)) {
        const std::uint64_t order = record::ordering(state.float_last_kind);
        value &= ~fpscr::fpcc;
        value |= ir::order_is_less(order)      ? fpscr::fpcc_less
                 : ir::order_is_greater(order) ? fpscr::fpcc_greater
                 : ir::order_is_equal(order)   ? fpscr::fpcc_equal
                                               : fpscr::fpcc_unordered;
    }
    return value;
}

} // namespace

std::uint32_t fold_fpscr(State& state) {
    std::uint32_t value = state.fpscr;
    if (take_inexact(state.header)) value = fpscr::raised(value, fpscr::xx);
    if (state.float_last_kind != 0) {
        value = with_recorded_result(state, value);
        state.float_last_kind = 0;
    }
    state.fpscr = fpscr::summarised(value);
    return state.fpscr;
}

void set_fpscr(State& state, std::uint32_t value) {
    take_inexact(state.header);
    state.float_last_kind = 0;
    state.fpscr = fpscr::summarised(value & fpscr::writable);
    set_host_rounding(state.header, state.fpscr);
}

} // namespace vestige::ppc
