// Exact mode: an exception is enabled, NS is set, or the FPU is not in its execute state. Each
// operation is done here as a whole.
//
// Traps are deferred, as on all modelled chips (V8 4.4 and 7.4.4): an operation that traps leaves
// its registers alone, goes to the queue and puts the FPU into the state fp_exception_pending; the
// next instruction of the FPU takes the trap, with the FPU in the state fp_exception until stdfq
// has emptied the queue. In that state all but stores are sequence errors. The queue has one entry:
// nothing is done behind an operation that traps.
#include <bit>

#include "common/assertion.h"
#include "common/softfloat/softfloat.h"
#include "frontend/sparc/decode/decoder.h"
#include "frontend/sparc/fp/fsr.h"
#include "frontend/sparc/fp/helpers.h"
#include "frontend/sparc/fp/operation.h"
#include "frontend/sparc/leave_codes.h"
#include "translator/ir/semantics.h"

namespace vestige::sparc {

namespace {

using fsr::TrapType;
using softfloat::Fact;
using softfloat::Relation;
using softfloat::Subnormals;

State& state_of(void* state) { return *static_cast<State*>(state); }

// ---- traps

void leave_fp_exception(State& state) { state.header.leave_code = trap_code(tt::fp_exception); }

// The operation goes to the queue; the next instruction of the FPU takes the trap.
void defer(State& state, TrapType type, std::uint32_t word) {
    state.fsr = fsr::with_trap_type(state.fsr, type) | fsr::qne;
    state.float_queue[0] = state.pc;
    state.float_queue[1] = word;
    state.float_unit = FloatUnit::exception_pending;
}

enum class Access : std::uint8_t { store, other };

// Whether the instruction at hand takes a trap that is there already.
bool takes_trap(State& state, Access access) {
    switch (state.float_unit) {
    case FloatUnit::execute: return false;
    case FloatUnit::exception_pending: state.float_unit = FloatUnit::exception; break;
    case FloatUnit::exception:
        if (access == Access::store) return false;
        state.fsr = fsr::with_trap_type(state.fsr, TrapType::sequence_error);
        break;
    }
    leave_fp_exception(state);
    return true;
}

// ---- registers

std::uint64_t read_register(const State& state, unsigned number, bool is_double) {
    const std::uint64_t pair = state.fpr[number / 2];
    return is_double ? pair : number % 2 != 0 ? pair & 0xffffffff : pair >> 32;
}

void write_register(State& state, unsigned number, std::uint64_t value, bool is_double) {
    std::uint64_t& pair = state.fpr[number / 2];
    if (is_double)
        pair = value;
    else if (number % 2 != 0)
        pair = (pair & ~std::uint64_t{0xffffffff}) | (value & 0xffffffff);
    else
        pair = (pair & 0xffffffff) | value << 32;
}

// ---- operations

// Of cexc when `enabled` exceptions trap: the one that does. An enabled overflow or underflow goes
// before the inexact result that it has as well.
std::uint32_t trapping(std::uint32_t exceptions, std::uint32_t enabled) {
    const std::uint32_t both = exceptions & enabled;
    return both & ~fsr::inexact ? both & ~fsr::inexact : both;
}

// True if the operation is done: its result may be written.
bool note_exceptions(State& state, std::uint32_t word, std::uint32_t exceptions) {
    const std::uint32_t enabled = (state.fsr & fsr::tem) >> fsr::tem_shift;
    state.fsr &= ~fsr::cexc;
    if (const std::uint32_t trap = trapping(exceptions, enabled)) {
        state.fsr |= trap;
        defer(state, TrapType::ieee_754_exception, word);
        return false;
    }
    state.fsr |= exceptions | exceptions << fsr::aexc_shift;
    state.fsr = fsr::with_trap_type(state.fsr, TrapType::none);
    return true;
}

Subnormals subnormals(const State& state) {
    return state.fsr & fsr::ns ? Subnormals::zeroed : Subnormals::kept;
}

void run_arithmetic(State& state, FloatKind kind, Fields f) {
    const bool doubles = takes_doubles(kind);
    const softfloat::Environment environment{.rounding = fsr::rounding(state.fsr),
                                             .operands = subnormals(state),
                                             .results = subnormals(state)};
    const FloatOutcome outcome = evaluate(kind, read_register(state, f.rs1(), doubles),
                                          read_register(state, f.rs2(), doubles), environment);
    std::uint32_t exceptions = exception_bits(outcome.facts);
    // An enabled underflow does not ask for a loss of accuracy.
    if (outcome.facts.has(Fact::tiny) && state.fsr & fsr::underflow << fsr::tem_shift)
        exceptions |= fsr::underflow;
    if (note_exceptions(state, f.word, exceptions))
        write_register(state, f.rd(), outcome.value, result_of(kind) == FloatResult::double_);
}

void run_compare(State& state, FloatKind kind, Fields f) {
    const bool doubles = takes_doubles(kind);
    const CompareOutcome outcome =
        compare(kind, read_register(state, f.rs1(), doubles),
                read_register(state, f.rs2(), doubles), subnormals(state));
    if (!note_exceptions(state, f.word, outcome.exceptions)) return;
    state.fcc =
        ir::pack_order(outcome.relation == Relation::less, outcome.relation == Relation::greater,
                       outcome.relation == Relation::equal);
}

template <class Function> void run_move(State& state, Fields f, Function function) {
    const std::uint64_t value = read_register(state, f.rs2(), false);
    note_exceptions(state, f.word, 0);
    write_register(state, f.rd(), function(value), false);
}

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 31;

} // namespace

void float_in_exact_mode(void* state_pointer, std::uint32_t word) {
    State& state = state_of(state_pointer);
    if (takes_trap(state, Access::other)) return;
    read_fsr(state);
    const Fields f{word};
    switch (decode(word)) {
#define FLOAT(name, ...)                                                                           \
    case Opcode::name:                                                                             \
        run_arithmetic(state, FloatKind::name, f);                                                 \
        return;
#include "frontend/sparc/fp/float_operations.inc"
#undef FLOAT
    case Opcode::fcmps: run_compare(state, FloatKind::fcmps, f); return;
    case Opcode::fcmpd: run_compare(state, FloatKind::fcmpd, f); return;
    case Opcode::fcmpes: run_compare(state, FloatKind::fcmpes, f); return;
    case Opcode::fcmped: run_compare(state, FloatKind::fcmped, f); return;
    case Opcode::fmovs: run_move(state, f, [](auto value) { return value; }); return;
    case Opcode::fnegs: run_move(state, f, [](auto value) { return value ^ sign_bit; }); return;
    case Opcode::fabss: run_move(state, f, [](auto value) { return value & ~sign_bit; }); return;
    case Opcode::fitod: {
        note_exceptions(state, word, 0);
        const auto integer =
            static_cast<std::int32_t>(read_register(state, f.rs2(), false) & 0xffffffff);
        write_register(state, f.rd(), softfloat::from_integer<softfloat::F64>(integer, {}).value,
                       true);
        return;
    }
    default: VESTIGE_UNREACHABLE("no operation that exact mode has");
    }
}

// The mode changes with it, unless it is exact mode already.
void float_unimplemented(void* state_pointer, std::uint32_t word) {
    State& state = state_of(state_pointer);
    if (takes_trap(state, Access::other)) return;
    read_fsr(state);
    const bool was_exact = needs_exact_mode(state);
    defer(state, TrapType::unimplemented_fpop, word);
    if (was_exact) return;
    advance(state);
    state.header.leave_code = ir::leave::look_again;
}

void float_begin(void* state_pointer, std::uint32_t word) {
    // Op3 of stf, stfsr, stdfq and stdf; of fbfcc the op is another.
    const Fields f{word};
    const bool store = f.op() == 3 && (f.op3() & 0x3c) == 0x24;
    takes_trap(state_of(state_pointer), store ? Access::store : Access::other);
}

// ---- the queue

std::uint64_t float_look_at_queue(void* state_pointer) {
    State& state = state_of(state_pointer);
    if (!(state.fsr & fsr::qne)) { // V8 B.5
        state.fsr = fsr::with_trap_type(state.fsr, TrapType::sequence_error);
        leave_fp_exception(state);
    }
    return std::uint64_t{state.float_queue[0]} << 32 | state.float_queue[1];
}

void float_take_from_queue(void* state_pointer) {
    State& state = state_of(state_pointer);
    const bool was_exact = needs_exact_mode(state);
    state.fsr &= ~fsr::qne;
    state.float_queue[0] = state.float_queue[1] = 0;
    state.float_unit = FloatUnit::execute;
    if (needs_exact_mode(state) == was_exact) return;
    advance(state);
    state.header.leave_code = ir::leave::look_again;
}

// ---- FSR as a register

std::uint32_t float_read_fsr(void* state) { return read_fsr(state_of(state)); }

void float_write_fsr(void* state_pointer, std::uint32_t value) {
    State& state = state_of(state_pointer);
    const bool was_exact = needs_exact_mode(state);
    const std::uint32_t old = read_fsr(state);
    set_fsr(state, (old & ~fsr::writable) | (value & fsr::writable));
    if (needs_exact_mode(state) == was_exact) return;
    advance(state);
    state.header.leave_code = ir::leave::look_again;
}

} // namespace vestige::sparc
