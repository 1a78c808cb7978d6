// The C++ functions behind helpers_float.inc. They run with the guest's rounding mode and sticky
// flags in MXCSR, so none of them may calculate with the host's floating point.
#pragma once

#include <cstdint>

namespace vestige::ppc {

#define FLOAT_RESULT_f64 double
#define FLOAT_RESULT_i32 std::uint32_t
#define FLOAT_PARAMETERS_ab double a, double b
#define FLOAT_PARAMETERS_ac double a, double c
#define FLOAT_PARAMETERS_acb double a, double c, double b
#define FLOAT_PARAMETERS_b double b
#define FLOAT(name, operands, result, op, precision)                                               \
    FLOAT_RESULT_##result exact_##name(void* state, FLOAT_PARAMETERS_##operands);
#include "frontend/ppc/fp/float_operations.inc"
#undef FLOAT

// fcmpu and fcmpo of operands one of which is a NaN.
void float_unordered_quietly(void* state, double a, double b);
void float_unordered_loudly(void* state, double a, double b);

// A whole instruction with enabled exceptions and NI, at `pc`: exact_mode.cpp.
void float_in_exact_mode(void* state, std::uint32_t word, std::uint32_t pc);

// CR1 of a record form: FX, FEX, VX, OX.
void float_record(void* state);

std::uint32_t float_read_fpscr(void* state);
// mcrfs
void float_move_to_cr(void* state, std::uint32_t cr_field, std::uint32_t fpscr_field);
// mtfsf, mtfsfi, mtfsb0, mtfsb1, with or without record, at `pc`. `value`: mtfsf's low word.
void float_write_fpscr(void* state, std::uint32_t word, std::uint32_t value, std::uint32_t pc);

} // namespace vestige::ppc
