// Comparison. Whether a quiet NaN is invalid too (an ordered compare) is for the guest to say.
#pragma once

#include "common/softfloat/environment.h"
#include "common/softfloat/format.h"
#include "common/softfloat/nan.h"
#include "common/softfloat/unpacked.h"

#include <cstdint>

namespace vestige::softfloat {

enum class Relation : std::uint8_t { less, equal, greater, unordered };

// Facts: nan_operand, signaling_nan, subnormal_operand.
template <Format F>
constexpr Result<Relation> compare(typename F::Bits a_bits, typename F::Bits b_bits,
                                   Subnormals operands = Subnormals::kept) {
    const Unpacked a = unpack<F>(a_bits, operands);
    const Unpacked b = unpack<F>(b_bits, operands);
    const Facts facts = operand_facts(a, b);
    if (facts.has(Fact::nan_operand)) return {Relation::unordered, facts};
    const bool a_zero = a.category == Class::zero;
    const bool b_zero = b.category == Class::zero;
    // As integers the magnitudes are in order; a zero loses its sign.
    using Bits = typename F::Bits;
    const Bits a_magnitude = a_zero ? Bits{0} : static_cast<Bits>(a_bits & ~F::sign_bit);
    const Bits b_magnitude = b_zero ? Bits{0} : static_cast<Bits>(b_bits & ~F::sign_bit);
    const bool a_negative = a.negative && !a_zero;
    const bool b_negative = b.negative && !b_zero;
    if (a_negative != b_negative) return {a_negative ? Relation::less : Relation::greater, facts};
    if (a_magnitude == b_magnitude) return {Relation::equal, facts};
    const bool smaller = (a_magnitude < b_magnitude) != a_negative;
    return {smaller ? Relation::less : Relation::greater, facts};
}

} // namespace vestige::softfloat
