// The host's SSE unit as the oracle: one instruction between two MXCSR loads, so neither the
// compiler nor the rest of the process sees a changed rounding mode.
#pragma once

#include "common/softfloat/softfloat.h"

#include <bit>
#include <cstdint>

namespace vestige::softfloat::test {

enum class Operation { add, subtract, multiply, divide, square_root, fused_multiply_add };

inline constexpr std::uint32_t mxcsr_default = 0x1f80; // all exceptions masked, to nearest
inline constexpr std::uint32_t mxcsr_flush_results = 1 << 15;
inline constexpr std::uint32_t mxcsr_zero_operands = 1 << 6;

enum MxcsrFlag : std::uint32_t {
    flag_invalid = 1,
    flag_denormal = 2,
    flag_divide = 4,
    flag_overflow = 8,
    flag_underflow = 16,
    flag_inexact = 32,
    all_flags = 63,
};

template <class Value> struct HostResult {
    Value value;
    std::uint32_t flags;
};

inline std::uint32_t mxcsr_for(Rounding rounding) {
    switch (rounding) {
    case Rounding::down: return mxcsr_default | 1 << 13;
    case Rounding::up: return mxcsr_default | 2 << 13;
    case Rounding::toward_zero: return mxcsr_default | 3 << 13;
    default: return mxcsr_default;
    }
}

inline std::uint32_t mxcsr_for(const Environment& environment) {
    std::uint32_t control = mxcsr_for(environment.rounding);
    if (environment.results == Subnormals::zeroed) control |= mxcsr_flush_results;
    if (environment.operands == Subnormals::zeroed) control |= mxcsr_zero_operands;
    return control;
}

// The facts as the host would raise them.
inline std::uint32_t mxcsr_flags(Facts facts) {
    // x86 does not call infinity * 0 + quiet NaN invalid.
    if (facts.has(Fact::nan_operand)) facts = facts.without(Fact::infinity_times_zero);
    std::uint32_t flags = 0;
    if (facts.invalid()) flags |= flag_invalid;
    // Nor does it report a denormal operand beside an invalid operation or a division by zero.
    if (facts.has(Fact::subnormal_operand) && !facts.invalid() && !facts.has(Fact::divide_by_zero))
        flags |= flag_denormal;
    if (facts.has(Fact::divide_by_zero)) flags |= flag_divide;
    if (facts.has(Fact::overflow)) flags |= flag_overflow;
    if (facts.has(Fact::underflow)) flags |= flag_underflow;
    if (facts.has(Fact::inexact)) flags |= flag_inexact;
    return flags;
}

#define HOST_BINARY(instruction)                                                                   \
    __asm__ volatile("ldmxcsr %[control]\n\t" instruction " %[b], %[a]\n\t"                        \
                     "stmxcsr %[status]\n\tldmxcsr %[normal]"                                      \
                     : [a] "+x"(a), [status] "=m"(status)                                          \
                     : [b] "x"(b), [control] "m"(control), [normal] "m"(mxcsr_default))
#define HOST_FUSED(instruction)                                                                    \
    __asm__ volatile(                                                                              \
        "ldmxcsr %[control]\n\t" instruction " %[c], %[b], %[a]\n\t"                               \
        "stmxcsr %[status]\n\tldmxcsr %[normal]"                                                   \
        : [a] "+x"(a), [status] "=m"(status)                                                       \
        : [b] "x"(b), [c] "x"(c), [control] "m"(control), [normal] "m"(mxcsr_default))
#define HOST_UNARY(instruction, result, operand)                                                   \
    __asm__ volatile("ldmxcsr %[control]\n\t" instruction " %[from], %[to]\n\t"                    \
                     "stmxcsr %[status]\n\tldmxcsr %[normal]"                                      \
                     : [to] result(to), [status] "=m"(status)                                      \
                     : [from] operand(from), [control] "m"(control), [normal] "m"(mxcsr_default))

inline HostResult<std::uint64_t> host_operation(Operation operation, double a, double b, double c,
                                                std::uint32_t control) {
    std::uint32_t status = 0;
    switch (operation) {
    case Operation::add: HOST_BINARY("addsd"); break;
    case Operation::subtract: HOST_BINARY("subsd"); break;
    case Operation::multiply: HOST_BINARY("mulsd"); break;
    case Operation::divide: HOST_BINARY("divsd"); break;
    case Operation::square_root: {
        const double from = a;
        double to = 0;
        HOST_UNARY("sqrtsd", "=x", "x");
        a = to;
        break;
    }
    case Operation::fused_multiply_add: HOST_FUSED("vfmadd213sd"); break;
    }
    return {std::bit_cast<std::uint64_t>(a), status & all_flags};
}

inline HostResult<std::uint32_t> host_operation(Operation operation, float a, float b, float c,
                                                std::uint32_t control) {
    std::uint32_t status = 0;
    switch (operation) {
    case Operation::add: HOST_BINARY("addss"); break;
    case Operation::subtract: HOST_BINARY("subss"); break;
    case Operation::multiply: HOST_BINARY("mulss"); break;
    case Operation::divide: HOST_BINARY("divss"); break;
    case Operation::square_root: {
        const float from = a;
        float to = 0;
        HOST_UNARY("sqrtss", "=x", "x");
        a = to;
        break;
    }
    case Operation::fused_multiply_add: HOST_FUSED("vfmadd213ss"); break;
    }
    return {std::bit_cast<std::uint32_t>(a), status & all_flags};
}

template <class To, class From> HostResult<To> host_convert(From from, std::uint32_t control) {
    std::uint32_t status = 0;
    To to{};
    constexpr bool from_double = std::is_same_v<From, double>;
    constexpr bool from_float = std::is_same_v<From, float>;
    if constexpr (from_double && std::is_same_v<To, float>)
        HOST_UNARY("cvtsd2ss", "=x", "x");
    else if constexpr (from_float && std::is_same_v<To, double>)
        HOST_UNARY("cvtss2sd", "=x", "x");
    else if constexpr (from_double && sizeof(To) == 4)
        HOST_UNARY("cvtsd2sil", "=r", "x");
    else if constexpr (from_double)
        HOST_UNARY("cvtsd2siq", "=r", "x");
    else if constexpr (from_float && sizeof(To) == 4)
        HOST_UNARY("cvtss2sil", "=r", "x");
    else if constexpr (from_float)
        HOST_UNARY("cvtss2siq", "=r", "x");
    else if constexpr (std::is_same_v<To, double> && sizeof(From) == 4)
        HOST_UNARY("cvtsi2sdl", "=x", "r");
    else if constexpr (std::is_same_v<To, double>)
        HOST_UNARY("cvtsi2sdq", "=x", "r");
    else if constexpr (sizeof(From) == 4)
        HOST_UNARY("cvtsi2ssl", "=x", "r");
    else
        HOST_UNARY("cvtsi2ssq", "=x", "r");
    return {to, status & all_flags};
}

// Rounds to an integral value by MXCSR's mode (SSE 4.1).
inline HostResult<double> host_integral(double from, std::uint32_t control) {
    std::uint32_t status = 0;
    double to = 0;
    HOST_UNARY("roundsd $4,", "=x", "x");
    return {to, status & all_flags};
}
inline HostResult<float> host_integral(float from, std::uint32_t control) {
    std::uint32_t status = 0;
    float to = 0;
    HOST_UNARY("roundss $4,", "=x", "x");
    return {to, status & all_flags};
}

#undef HOST_BINARY
#undef HOST_FUSED
#undef HOST_UNARY

inline bool host_can(Operation operation) {
    return operation != Operation::fused_multiply_add || __builtin_cpu_supports("fma");
}

} // namespace vestige::softfloat::test
