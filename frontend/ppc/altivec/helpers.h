// The C++ functions behind helpers_vector.inc. They run with the guest's rounding mode and sticky
// flags in MXCSR, so none of them may calculate with the host's floating point.
#pragma once

#include <cstdint>

namespace vestige::ppc {

#define VECTOR(name)                                                                               \
    void vector_##name(void* state, std::uint32_t d, std::uint32_t a, std::uint32_t b,             \
                       std::uint32_t c);
#define VECTOR_COMPARE(name)                                                                       \
    std::uint64_t vector_##name(void* state, std::uint32_t d, std::uint32_t a, std::uint32_t b,    \
                                std::uint32_t c);
#include "frontend/ppc/altivec/vector_operations.inc"
#undef VECTOR
#undef VECTOR_COMPARE

// An element of `size` bytes (1, 2, 4); `position`: of its least significant byte, counted from the
// register's.
void vector_insert(void* state, std::uint32_t d, std::uint32_t position, std::uint32_t value,
                   std::uint32_t size);
std::uint32_t vector_extract(void* state, std::uint32_t s, std::uint32_t position,
                             std::uint32_t size);

// The exact operations behind Op::vec_float_*. a * b + c; -(a * b - c)
typedef float FloatVector __attribute__((vector_size(16)));
FloatVector vector_float_add(void* state, FloatVector a, FloatVector b);
FloatVector vector_float_subtract(void* state, FloatVector a, FloatVector b);
FloatVector vector_float_multiply_add(void* state, FloatVector a, FloatVector b, FloatVector c);
FloatVector vector_float_negative_multiply_subtract(void* state, FloatVector a, FloatVector b,
                                                    FloatVector c);

} // namespace vestige::ppc
