#include "frontend/ppc/fp/helpers.h"

#include <bit>

#include "common/softfloat/format.h"
#include "frontend/ppc/fp/fpscr.h"
#include "frontend/ppc/fp/operation.h"

namespace vestige::ppc {

namespace {

State& state_of(void* state) { return *static_cast<State*>(state); }

template <class Result>
Result exact(void* state_pointer, FloatKind kind, double a, double b = 0, double c = 0) {
    State& state = state_of(state_pointer);
    const auto bits = [](double value) { return std::bit_cast<std::uint64_t>(value); };
    const FloatOutcome outcome =
        evaluate(kind, bits(a), bits(b), bits(c), {.rounding = fpscr::rounding(state.fpscr)});
    state.fpscr = fpscr::raised(state.fpscr, exception_bits(outcome.facts));
    if constexpr (sizeof(Result) == sizeof(double))
        return std::bit_cast<Result>(outcome.value);
    else
        return static_cast<Result>(outcome.value);
}

bool is_signaling(double value) {
    return softfloat::classify<softfloat::F64>(std::bit_cast<std::uint64_t>(value)) ==
           softfloat::Class::signaling_nan;
}

} // namespace

#define FLOAT_ARGUMENTS_ab a, b
#define FLOAT_ARGUMENTS_ac a, c
#define FLOAT_ARGUMENTS_acb a, c, b
#define FLOAT_ARGUMENTS_b b
#define FLOAT(name, operands, result, op, precision)                                               \
    FLOAT_RESULT_##result exact_##name(void* state, FLOAT_PARAMETERS_##operands) {                 \
        return exact<FLOAT_RESULT_##result>(state, FloatKind::name, FLOAT_ARGUMENTS_##operands);   \
    }
#include "frontend/ppc/fp/float_operations.inc"
#undef FLOAT

void float_unordered_quietly(void* state_pointer, double a, double b) {
    State& state = state_of(state_pointer);
    if (is_signaling(a) || is_signaling(b)) state.fpscr = fpscr::raised(state.fpscr, fpscr::vxsnan);
}

// With VE clear, as it is here, a signalling NaN is both invalid operations.
void float_unordered_loudly(void* state_pointer, double a, double b) {
    State& state = state_of(state_pointer);
    const bool signaling = is_signaling(a) || is_signaling(b);
    state.fpscr = fpscr::raised(state.fpscr, fpscr::vxvc | (signaling ? fpscr::vxsnan : 0));
}

} // namespace vestige::ppc
