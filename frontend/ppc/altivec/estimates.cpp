#include "frontend/ppc/altivec/estimates.h"

#include <bit>

#include "common/softfloat/softfloat.h"

namespace vestige::ppc::vector {

namespace {

using softfloat::Class;
using softfloat::Environment;
using softfloat::F32;
using softfloat::Word128;
using softfloat::Word64;

using Nan = softfloat::FirstNan<softfloat::DefaultNan::positive, 0, 1>;

constexpr std::uint32_t one = 0x3f800000;
constexpr std::uint32_t default_nan = F32::infinity | F32::quiet_bit;

// Fixed-point fractions of the functions below.
constexpr unsigned argument_bits = 40;
constexpr unsigned logarithm_bits = 55;
constexpr unsigned series_bits = 60;

// log2(m) for m in [1, 2), given with 63 fraction bits; squaring doubles the logarithm, bit by bit.
Word64 logarithm_fraction(Word64 m) {
    Word64 result = 0;
    for (unsigned i = 0; i < logarithm_bits; ++i) {
        const Word128 square = static_cast<Word128>(m) * m; // 126 fraction bits
        const bool two_or_more = (square >> 127) != 0;
        m = static_cast<Word64>(square >> (two_or_more ? 64 : 63));
        result = result << 1 | static_cast<Word64>(two_or_more);
    }
    return result;
}

// 2^f for f in [0, 1) with argument_bits, as the series of e^(f ln 2), with series_bits.
Word64 power_of_fraction(Word64 f) {
    constexpr Word64 ln2 = 0x0b17217f7d1cf79b; // series_bits
    constexpr Word64 unit = Word64{1} << series_bits;
    const auto y = static_cast<Word64>(static_cast<Word128>(f) * ln2 >> argument_bits);
    Word64 sum = unit;
    for (unsigned n = 18; n > 0; --n)
        sum = unit + static_cast<Word64>(static_cast<Word128>(y) * sum >> series_bits) / n;
    return sum;
}

} // namespace

std::uint32_t reciprocal_estimate(std::uint32_t value, const Environment& environment) {
    return softfloat::divide<F32, Nan>(one, value, environment).value;
}

std::uint32_t reciprocal_root_estimate(std::uint32_t value, const Environment& environment) {
    const std::uint32_t root = softfloat::square_root<F32, Nan>(value, environment).value;
    return softfloat::divide<F32, Nan>(one, root, environment).value;
}

std::uint32_t logarithm_estimate(std::uint32_t value, const Environment& environment) {
    const softfloat::Unpacked number = softfloat::unpack<F32>(value, environment.operands);
    if (softfloat::is_nan(number.category)) return softfloat::quieted<F32>(value);
    if (number.category == Class::zero) return F32::sign_bit | F32::infinity;
    if (number.negative) return default_nan;
    if (number.category == Class::infinity) return F32::infinity;
    const auto fraction = static_cast<std::int64_t>(logarithm_fraction(number.significand));
    const std::int64_t fixed = number.exponent * (std::int64_t{1} << logarithm_bits) + fraction;
    const std::uint32_t scaled = softfloat::from_integer<F32>(fixed, Environment{}).value;
    return scaled == 0 ? 0 : scaled - (logarithm_bits << F32::fraction_bits);
}

std::uint32_t power_estimate(std::uint32_t value, const Environment& environment) {
    const softfloat::Unpacked number = softfloat::unpack<F32>(value, environment.operands);
    if (softfloat::is_nan(number.category)) return softfloat::quieted<F32>(value);
    if (number.category == Class::zero) return one;
    // From 2^8 on the result is out of range.
    if (number.category == Class::infinity || number.exponent >= 8)
        return number.negative ? 0 : std::uint32_t{F32::infinity};
    const int down = 63 - static_cast<int>(argument_bits) - number.exponent;
    const auto magnitude = down > 63 ? 0 : static_cast<std::int64_t>(number.significand >> down);
    const std::int64_t fixed = number.negative ? -magnitude : magnitude;
    const auto whole = static_cast<int>(fixed >> argument_bits);
    const Word64 fraction = static_cast<Word64>(fixed) & ((Word64{1} << argument_bits) - 1);
    return softfloat::round_and_pack<F32>(
               {false, whole, power_of_fraction(fraction) << (63 - series_bits)}, environment)
        .value;
}

} // namespace vestige::ppc::vector
