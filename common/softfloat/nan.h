// The guest's NaN rules, as a type that operations take for a parameter.
//
// A policy has
//   static constexpr DefaultNan default_nan   what an invalid operation without NaN operands gives
//   static int select(const Classes&, Facts)  which operand to deliver, quieted, when one or more
//                                             are NaNs: its index, or -1 for the default NaN
// Operands are numbered as the function takes them: add(0, 1), square_root(0), and
// fused_multiply_add(0 * 1 + 2). An operand that does not exist has Class::zero. A selected NaN
// keeps its sign and as much of its payload, from the top, as the result can store.
#pragma once

#include "common/softfloat/environment.h"
#include "common/softfloat/format.h"
#include "common/softfloat/unpacked.h"

#include <array>
#include <concepts>

namespace vestige::softfloat {

enum class DefaultNan : std::uint8_t {
    positive,          // 0x7FF80000'00000000: PowerPC
    negative,          // 0xFFF80000'00000000: x86
    positive_all_ones, // 0x7FFFFFFF'FFFFFFFF: SPARC
};

using Classes = std::array<Class, 3>;

template <class P>
concept NanPolicy = requires(const Classes& classes, Facts facts) {
    { P::default_nan } -> std::convertible_to<DefaultNan>;
    { P::select(classes, facts) } -> std::convertible_to<int>;
};

// The first NaN in the given order of operands.
template <DefaultNan default_kind, int... order> struct FirstNan {
    static constexpr DefaultNan default_nan = default_kind;
    static constexpr int select(const Classes& classes, Facts) {
        int found = -1;
        static_cast<void>(
            ((is_nan(classes[static_cast<std::size_t>(order)]) && (found = order, true)) || ...));
        return found;
    }
};

// The first signaling NaN in the given order of operands; without one, the first quiet NaN.
template <DefaultNan default_kind, int... order> struct FirstSignalingNan {
    static constexpr DefaultNan default_nan = default_kind;
    static constexpr int select(const Classes& classes, Facts facts) {
        int found = -1;
        const Class wanted =
            facts.has(Fact::signaling_nan) ? Class::signaling_nan : Class::quiet_nan;
        static_cast<void>(
            ((classes[static_cast<std::size_t>(order)] == wanted && (found = order, true)) || ...));
        return found;
    }
};

// Always the default NaN.
template <DefaultNan default_kind> struct NoPropagation {
    static constexpr DefaultNan default_nan = default_kind;
    static constexpr int select(const Classes&, Facts) { return -1; }
};

template <Format F> constexpr typename F::Bits default_nan_bits(DefaultNan kind) {
    switch (kind) {
    case DefaultNan::negative: return F::sign_bit | F::infinity | F::quiet_bit;
    case DefaultNan::positive_all_ones: return F::infinity | F::fraction_mask;
    case DefaultNan::positive: break;
    }
    return F::infinity | F::quiet_bit;
}

template <Format F> constexpr typename F::Bits quieted(typename F::Bits nan) {
    return nan | F::quiet_bit;
}

// The NaN's sign and leading payload in F, still signaling if it was and the payload allows.
template <Format F> constexpr typename F::Bits pack_nan(const Unpacked& nan) {
    const auto fraction =
        static_cast<typename F::Bits>(nan.significand >> (63 - F::fraction_bits)) &
        F::fraction_mask;
    return signed_bits<F>(nan.negative, F::infinity | fraction);
}

// What the operands alone tell.
template <class... Operands> constexpr Facts operand_facts(const Operands&... operands) {
    Facts facts;
    if (((operands.category == Class::signaling_nan) || ...)) facts |= Fact::signaling_nan;
    if ((is_nan(operands.category) || ...))
        facts |= Fact::nan_operand;
    else if (((operands.category == Class::subnormal) || ...))
        facts |= Fact::subnormal_operand;
    return facts;
}

// The result of an operation that has a NaN among its operands.
template <Format F, NanPolicy Policy, class... Operands>
constexpr Result<typename F::Bits> propagated_nan(Facts facts, const Operands&... operands) {
    const int index = Policy::select(Classes{operands.category...}, facts);
    const std::array<const Unpacked*, sizeof...(Operands)> all{&operands...};
    if (index < 0 || index >= static_cast<int>(all.size()))
        return {default_nan_bits<F>(Policy::default_nan), facts};
    return {quieted<F>(pack_nan<F>(*all[static_cast<std::size_t>(index)])), facts};
}

// The result of an invalid operation on numbers.
template <Format F, NanPolicy Policy>
constexpr Result<typename F::Bits> invalid_result(Facts facts) {
    return {default_nan_bits<F>(Policy::default_nan), facts};
}

} // namespace vestige::softfloat
