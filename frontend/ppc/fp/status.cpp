// Instructions that read and write FPSCR as a register (Programming Environments Manual 4.2.2.5).
#include "common/assertion.h"
#include "frontend/ppc/decode/decoder.h"
#include "frontend/ppc/fp/fpscr.h"
#include "frontend/ppc/fp/helpers.h"
#include "frontend/ppc/leave_codes.h"
#include "translator/ir/semantics.h"

namespace vestige::ppc {

namespace {

State& state_of(void* state) { return *static_cast<State*>(state); }

void set_cr_field(State& state, unsigned field, std::uint32_t bits) {
    state.cr[field] = ir::pack_order(bits & 8, bits & 4, bits & 2);
    state.cr_so[field] = bits & 1;
}

// FM: a bit a field of four bits, field 0 first.
std::uint32_t field_mask(unsigned fm) {
    std::uint32_t mask = 0;
    for (unsigned field = 0; field < 8; ++field)
        if (fm >> (7 - field) & 1) mask |= 0xf0000000u >> (4 * field);
    return mask;
}

constexpr std::uint32_t top_bit = 1u << 31;

// FPSCR (folded) as the instruction leaves it, but for the bits that nothing writes.
std::uint32_t written(std::uint32_t old, Fields f, std::uint32_t value) {
    const auto merged = [&](std::uint32_t mask) { return (old & ~mask) | (value & mask); };
    switch (decode(f.word)) {
    case Opcode::mtfsf: return merged(field_mask(f.fm()));
    case Opcode::mtfsfi:
        value = f.imm() << (28 - 4 * f.crfd());
        return merged(0xf0000000u >> (4 * f.crfd()));
    case Opcode::mtfsb0: value = 0; return merged(top_bit >> f.crbd());
    case Opcode::mtfsb1: {
        // The one write that sets FX by itself.
        const std::uint32_t bit = top_bit >> f.crbd();
        return bit & fpscr::exceptions ? fpscr::raised(old, bit) : old | bit;
    }
    default: VESTIGE_UNREACHABLE("no instruction that writes FPSCR");
    }
}

} // namespace

void float_record(void* state_pointer) {
    State& state = state_of(state_pointer);
    set_cr_field(state, 1, fold_fpscr(state) >> 28);
}

std::uint32_t float_read_fpscr(void* state) { return fold_fpscr(state_of(state)); }

// The exception bits that are copied are cleared, but for FEX and VX.
void float_move_to_cr(void* state_pointer, std::uint32_t cr_field, std::uint32_t fpscr_field) {
    State& state = state_of(state_pointer);
    const std::uint32_t value = fold_fpscr(state);
    set_cr_field(state, cr_field, value >> (28 - 4 * fpscr_field) & 0xf);
    const std::uint32_t copied = 0xf0000000u >> (4 * fpscr_field);
    set_fpscr(state, value & ~(copied & (fpscr::exceptions | fpscr::fx)));
}

void float_write_fpscr(void* state_pointer, std::uint32_t word, std::uint32_t value,
                       std::uint32_t pc) {
    State& state = state_of(state_pointer);
    const std::uint32_t old = fold_fpscr(state);
    const Fields f{word};
    set_fpscr(state, written(old, f, value));
    if (f.rc_bit()) set_cr_field(state, 1, state.fpscr >> 28);
    if (float_exception_due(state)) {
        state.pc = pc;
        state.header.leave_code = code(Leave::program_float);
    } else if (!(old & fpscr::exact_mode) != !(state.fpscr & fpscr::exact_mode)) {
        state.pc = pc + 4;
        state.header.leave_code = ir::leave::look_again;
    }
}

} // namespace vestige::ppc
