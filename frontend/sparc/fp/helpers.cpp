#include "frontend/sparc/fp/helpers.h"

#include <bit>

#include "common/softfloat/softfloat.h"
#include "frontend/sparc/fp/fsr.h"
#include "frontend/sparc/fp/operation.h"
#include "translator/ir/semantics.h"

namespace vestige::sparc {

namespace {

State& state_of(void* state) { return *static_cast<State*>(state); }

void add_to_aexc(State& state, std::uint32_t exceptions) {
    state.fsr |= exceptions << fsr::aexc_shift;
}

template <class Result>
Result exact(void* state_pointer, FloatKind kind, std::uint64_t first, std::uint64_t second) {
    State& state = state_of(state_pointer);
    const FloatOutcome outcome =
        evaluate(kind, first, second, {.rounding = fsr::rounding(state.fsr)});
    add_to_aexc(state, exception_bits(outcome.facts));
    if constexpr (sizeof(Result) == sizeof(std::uint64_t))
        return std::bit_cast<Result>(outcome.value);
    else
        return std::bit_cast<Result>(static_cast<std::uint32_t>(outcome.value));
}

// ---- from what the op takes to what the register holds

std::uint64_t plain(float single) { return std::bit_cast<std::uint32_t>(single); }
std::uint64_t plain(double number) { return std::bit_cast<std::uint64_t>(number); }
std::uint64_t narrow(double widened) { return ir::narrow_double(plain(widened)); }
std::uint64_t integer(double number) {
    const auto result = softfloat::to_integer<std::int32_t, softfloat::F64>(
        plain(number), softfloat::Rounding::toward_zero);
    return static_cast<std::uint32_t>(result.value);
}

} // namespace

#define FLOAT_BITS_ss plain(a), plain(b)
#define FLOAT_BITS_dd plain(a), plain(b)
#define FLOAT_BITS_ww narrow(a), narrow(b)
#define FLOAT_BITS_s 0, plain(b)
#define FLOAT_BITS_d 0, plain(b)
#define FLOAT_BITS_w 0, narrow(b)
#define FLOAT_BITS_i 0, integer(b)
#define FLOAT(name, sources, result, op)                                                           \
    FLOAT_RESULT_##result exact_##name(void* state, FLOAT_PARAMETERS_##sources) {                  \
        return exact<FLOAT_RESULT_##result>(state, FloatKind::name, FLOAT_BITS_##sources);         \
    }
#include "frontend/sparc/fp/float_operations.inc"
#undef FLOAT

void float_unordered_singles(void* state, std::uint32_t a, std::uint32_t b) {
    add_to_aexc(state_of(state), compare(FloatKind::fcmps, a, b).exceptions);
}
void float_unordered_doubles(void* state, double a, double b) {
    add_to_aexc(state_of(state), compare(FloatKind::fcmpd, plain(a), plain(b)).exceptions);
}
void float_unordered_loudly(void* state) { add_to_aexc(state_of(state), fsr::invalid); }

} // namespace vestige::sparc
