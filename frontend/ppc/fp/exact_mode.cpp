// Exact mode: an exception is enabled, or NI is set. Each arithmetic instruction and compare is
// done here as a whole (Programming Environments Manual 3.3.6.1: what an enabled exception
// changes).
#include <bit>

#include "common/assertion.h"
#include "common/softfloat/comparison.h"
#include "frontend/ppc/decode/decoder.h"
#include "frontend/ppc/fp/fpscr.h"
#include "frontend/ppc/fp/helpers.h"
#include "frontend/ppc/fp/operation.h"
#include "frontend/ppc/leave_codes.h"
#include "translator/ir/semantics.h"

namespace vestige::ppc {

namespace {

using softfloat::OutOfRange;
using softfloat::Relation;
using softfloat::Subnormals;

std::uint64_t register_bits(const State& state, unsigned number) {
    return std::bit_cast<std::uint64_t>(state.fpr[number]);
}

FloatOutcome evaluate_instruction(const State& state, FloatKind kind, Fields f) {
    const std::uint32_t value = state.fpscr;
    const softfloat::Environment environment{
        .rounding = fpscr::rounding(value),
        .on_overflow = value & fpscr::oe ? OutOfRange::wrapped : OutOfRange::default_result,
        .on_underflow = value & fpscr::ue ? OutOfRange::wrapped : OutOfRange::default_result,
        .results = value & fpscr::ni ? Subnormals::zeroed : Subnormals::kept};
    const std::uint64_t a = register_bits(state, f.fra()), b = register_bits(state, f.frb()),
                        c = register_bits(state, f.frc());
    switch (kind) {
#define FLOAT_ARGUMENTS_ab a, b, 0
#define FLOAT_ARGUMENTS_ac a, c, 0
#define FLOAT_ARGUMENTS_acb a, c, b
#define FLOAT_ARGUMENTS_b b, 0, 0
#define FLOAT(name, operands, result, op, precision)                                               \
    case FloatKind::name:                                                                          \
        return evaluate(FloatKind::name, FLOAT_ARGUMENTS_##operands, environment);
#include "frontend/ppc/fp/float_operations.inc"
#undef FLOAT
    case FloatKind::none: break;
    }
    VESTIGE_UNREACHABLE("no such operation");
}

void run_arithmetic(State& state, FloatKind kind, Fields f) {
    const FloatOutcome outcome = evaluate_instruction(state, kind, f);
    const std::uint32_t exceptions = exception_bits(outcome.facts);
    state.fpscr = fpscr::raised(state.fpscr, exceptions);
    state.fpscr &= ~(fpscr::fr | fpscr::fi);
    // An enabled invalid operation or division by zero has no result: frD and FPRF stay.
    const bool invalid = (exceptions & fpscr::invalid) && (state.fpscr & fpscr::ve);
    const bool zero_divide = (exceptions & fpscr::zx) && (state.fpscr & fpscr::ze);
    if (invalid || zero_divide) return;
    state.fpscr &= ~fpscr::fprf;
    state.fpscr |= result_bits(kind, outcome);
    const std::uint64_t high = converts_to_integer(kind) ? integer_result_high : 0;
    state.fpr[f.frd()] = std::bit_cast<double>(outcome.value | high);
}

enum class CompareKind { quiet, loud }; // fcmpu, fcmpo

void run_compare(State& state, CompareKind kind, Fields f) {
    const auto [relation, facts] = softfloat::compare<softfloat::F64>(
        register_bits(state, f.fra()), register_bits(state, f.frb()));
    const bool signaling = facts.has(softfloat::Fact::signaling_nan);
    std::uint32_t exceptions = signaling ? fpscr::vxsnan : 0;
    // VXVC is held back if VXSNAN already makes an exception.
    if (kind == CompareKind::loud && relation == Relation::unordered &&
        !(signaling && (state.fpscr & fpscr::ve)))
        exceptions |= fpscr::vxvc;
    state.fpscr = fpscr::raised(state.fpscr, exceptions) & ~fpscr::fpcc;
    switch (relation) {
    case Relation::less: state.fpscr |= fpscr::fpcc_less; break;
    case Relation::greater: state.fpscr |= fpscr::fpcc_greater; break;
    case Relation::equal: state.fpscr |= fpscr::fpcc_equal; break;
    case Relation::unordered: state.fpscr |= fpscr::fpcc_unordered; break;
    }
    state.cr[f.crfd()] = ir::pack_order(relation == Relation::less, relation == Relation::greater,
                                        relation == Relation::equal);
    state.cr_so[f.crfd()] = relation == Relation::unordered;
}

} // namespace

void float_in_exact_mode(void* state_pointer, std::uint32_t word, std::uint32_t pc) {
    State& state = *static_cast<State*>(state_pointer);
    const Fields f{word};
    fold_fpscr(state);
    bool records = f.rc_bit();
    switch (decode(word)) {
#define FLOAT(name, ...)                                                                           \
    case Opcode::name:                                                                             \
        run_arithmetic(state, FloatKind::name, f);                                                 \
        break;
#include "frontend/ppc/fp/float_operations.inc"
#undef FLOAT
    case Opcode::fcmpu:
        run_compare(state, CompareKind::quiet, f);
        records = false;
        break;
    case Opcode::fcmpo:
        run_compare(state, CompareKind::loud, f);
        records = false;
        break;
    default: VESTIGE_UNREACHABLE("no arithmetic instruction");
    }
    state.fpscr = fpscr::summarised(state.fpscr);
    if (float_exception_due(state)) {
        state.pc = pc;
        state.header.leave_code = code(Leave::program_float);
    } else if (records) {
        float_record(state_pointer);
    }
}

} // namespace vestige::ppc
