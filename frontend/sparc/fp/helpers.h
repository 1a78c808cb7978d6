// The C++ functions behind helpers_float.inc. They run with the guest's rounding mode and sticky
// flags in MXCSR, so none of them may calculate with the host's floating point.
#pragma once

#include <cstdint>

namespace vestige::sparc {

#define FLOAT_RESULT_single float
#define FLOAT_RESULT_double_ double
#define FLOAT_RESULT_integer std::uint32_t
#define FLOAT_PARAMETERS_ss float a, float b
#define FLOAT_PARAMETERS_dd double a, double b
#define FLOAT_PARAMETERS_ww double a, double b
#define FLOAT_PARAMETERS_s float b
#define FLOAT_PARAMETERS_d double b
#define FLOAT_PARAMETERS_w double b
#define FLOAT_PARAMETERS_i double b
#define FLOAT(name, sources, result, op)                                                           \
    FLOAT_RESULT_##result exact_##name(void* state, FLOAT_PARAMETERS_##sources);
#include "frontend/sparc/fp/float_operations.inc"
#undef FLOAT

// fcmps (their bits) and fcmpd of operands one of which is a NaN; fcmpes and fcmped.
void float_unordered_singles(void* state, std::uint32_t a, std::uint32_t b);
void float_unordered_doubles(void* state, double a, double b);
void float_unordered_loudly(void* state);

// ---- with the pc slot that of the instruction, whose word is given

// An operation as a whole, in exact mode.
void float_in_exact_mode(void* state, std::uint32_t word);
// One that the chip leaves to software.
void float_unimplemented(void* state, std::uint32_t word);
// What every other instruction of the FPU does first in exact mode: takes the trap that an earlier
// operation has left behind.
void float_begin(void* state, std::uint32_t word);

std::uint32_t float_read_fsr(void* state);
void float_write_fsr(void* state, std::uint32_t value); // ldfsr
// stdfq: what it stores, or its trap; and once that is stored.
std::uint64_t float_look_at_queue(void* state);
void float_take_from_queue(void* state);

} // namespace vestige::sparc
