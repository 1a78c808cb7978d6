#include "frontend/sparc/fp/fsr.h"

#include <bit>

#include "frontend/sparc/fp/record.h"
#include "translator/ir/semantics.h"
#include "translator/runtime/guest_mxcsr.h"

namespace vestige::sparc {

namespace {

std::uint32_t recorded_exceptions(const State& state) {
    const std::uint32_t recorded = state.float_last_kind;
    const FloatKind kind = record::kind(recorded);
    // A snapshot may hold anything.
    if (kind == FloatKind::move || kind > FloatKind::fcmped) return 0;
    const auto operand = [&](unsigned index) {
        const auto pair = std::bit_cast<std::uint64_t>(state.float_last[index]);
        return record::operand(recorded, index, pair);
    };
    if (is_compare(kind)) return compare(kind, operand(0), operand(1)).exceptions;
    return exception_bits(
        evaluate(kind, operand(0), operand(1), {.rounding = fsr::rounding(state.fsr)}).facts);
}

std::uint32_t fcc_of(std::uint64_t order) {
    const unsigned relation = ir::order_is_less(order)      ? 1
                              : ir::order_is_greater(order) ? 2
                              : ir::order_is_equal(order)   ? 0
                                                            : 3;
    return relation << fsr::fcc_shift;
}

} // namespace

std::uint32_t read_fsr(State& state) {
    if (runtime::take_inexact(state.header)) state.fsr |= fsr::inexact << fsr::aexc_shift;
    if (state.float_last_kind != 0) {
        // A completed operation clears ftt.
        state.fsr = (state.fsr & ~(fsr::cexc | fsr::ftt)) | recorded_exceptions(state);
        state.float_last_kind = 0;
    }
    return state.fsr | fcc_of(state.fcc);
}

void set_fsr(State& state, std::uint32_t value) {
    runtime::take_inexact(state.header);
    state.float_last_kind = 0;
    const std::uint32_t relation = (value & fsr::fcc) >> fsr::fcc_shift;
    state.fcc = ir::pack_order(relation == 1, relation == 2, relation == 0);
    state.fsr = value & ~fsr::fcc;
    runtime::set_rounding(state.header, state.fsr >> fsr::rd_shift);
}

} // namespace vestige::sparc
