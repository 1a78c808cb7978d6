#include "frontend/ppc/fp/fpscr.h"

#include <bit>

#include "frontend/ppc/fp/operation.h"
#include "frontend/ppc/fp/record.h"
#include "translator/ir/semantics.h"
#include "translator/runtime/guest_mxcsr.h"

namespace vestige::ppc {

namespace {

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
    if (runtime::take_inexact(state.header)) value = fpscr::raised(value, fpscr::xx);
    if (state.float_last_kind != 0) {
        value = with_recorded_result(state, value);
        state.float_last_kind = 0;
    }
    state.fpscr = fpscr::summarised(value);
    return state.fpscr;
}

void set_fpscr(State& state, std::uint32_t value) {
    runtime::take_inexact(state.header);
    state.float_last_kind = 0;
    state.fpscr = fpscr::summarised(value & fpscr::writable);
    runtime::set_rounding(state.header, state.fpscr & fpscr::rn);
}

} // namespace vestige::ppc
