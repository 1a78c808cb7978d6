#include "frontend/ppc/fp/estimates.h"

#include <bit>

#include "common/softfloat/format.h"

namespace vestige::ppc {

namespace {

using softfloat::Class;
using softfloat::F64;
using softfloat::Fact;
using softfloat::Facts;

constexpr unsigned fraction_bits = 52;
constexpr std::uint64_t fraction_mask = F64::fraction_mask;
constexpr std::uint64_t sign_bit = F64::sign_bit;
constexpr std::uint64_t default_nan = F64::infinity | F64::quiet_bit;

// The estimate at the interval's start, and how much it falls in one step.
struct Line {
    std::uint32_t start;
    std::uint32_t slope;
};

// Measured on the chips. Intervals of [1, 2); start in units of 2^-23, less the leading one; 1024
// steps an interval, slope in units of 2^-24.
constexpr Line reciprocal_lines[32] = {
    {0x7ff800, 0x3e1}, {0x783800, 0x3a7}, {0x70ea00, 0x371}, {0x6a0800, 0x340}, {0x638800, 0x313},
    {0x5d6200, 0x2ea}, {0x579000, 0x2c4}, {0x520800, 0x2a0}, {0x4cc800, 0x27f}, {0x47ca00, 0x261},
    {0x430800, 0x245}, {0x3e8000, 0x22a}, {0x3a2c00, 0x212}, {0x360800, 0x1fb}, {0x321400, 0x1e5},
    {0x2e4a00, 0x1d1}, {0x2aa800, 0x1be}, {0x272c00, 0x1ac}, {0x23d600, 0x19b}, {0x209e00, 0x18b},
    {0x1d8800, 0x17c}, {0x1a9000, 0x16e}, {0x17ae00, 0x15b}, {0x14f800, 0x15b}, {0x124400, 0x143},
    {0x0fbe00, 0x143}, {0x0d3800, 0x12d}, {0x0ade00, 0x12d}, {0x088400, 0x11a}, {0x065000, 0x11a},
    {0x041c00, 0x108}, {0x020c00, 0x106},
};

// Intervals of [2, 4), then of [1, 2): the exponent's last bit leads the index. 2048 steps an
// interval; start and slope in units of 2^-26.
constexpr Line reciprocal_root_lines[32] = {
    {0x1a7e800, 0x568}, {0x17cb800, 0x4f3}, {0x1552800, 0x48d}, {0x130c000, 0x435},
    {0x10f2000, 0x3e7}, {0x0eff000, 0x3a2}, {0x0d2e000, 0x365}, {0x0b7c000, 0x32e},
    {0x09e5000, 0x2fc}, {0x0867000, 0x2d0}, {0x06ff000, 0x2a8}, {0x05ab800, 0x283},
    {0x046a000, 0x261}, {0x0339800, 0x243}, {0x0218800, 0x226}, {0x0105800, 0x20b},
    {0x3ffa000, 0x7a4}, {0x3c29000, 0x700}, {0x38aa000, 0x670}, {0x3572000, 0x5f2},
    {0x3279000, 0x584}, {0x2fb7000, 0x524}, {0x2d26000, 0x4cc}, {0x2ac0000, 0x47e},
    {0x2881000, 0x43a}, {0x2665000, 0x3fa}, {0x2468000, 0x3c2}, {0x2287000, 0x38e},
    {0x20c1000, 0x35e}, {0x1f12000, 0x332}, {0x1d79000, 0x30a}, {0x1bf4000, 0x2e6},
};

FloatOutcome nan_outcome(std::uint64_t value) {
    const bool quiet = (value & F64::quiet_bit) != 0;
    return {value | F64::quiet_bit,
            quiet ? Facts(Fact::nan_operand) : Fact::nan_operand | Fact::signaling_nan};
}

} // namespace

FloatOutcome reciprocal_estimate(std::uint64_t value) {
    const std::uint64_t sign = value & sign_bit;
    switch (softfloat::classify<F64>(value)) {
    case Class::quiet_nan:
    case Class::signaling_nan: return nan_outcome(value);
    case Class::infinity: return {sign, {}};
    case Class::zero: return {sign | F64::infinity, Fact::divide_by_zero};
    default: break;
    }
    const auto exponent = static_cast<int>(value >> fraction_bits & 0x7ff);
    // The result has single's range. Below 2^-128 the largest single stands for what overflows;
    // from 2^126 on the result would be a denormal, which the estimate has not.
    constexpr int largest = F64::bias + 127, smallest = F64::bias - 126;
    constexpr std::uint64_t largest_single = std::uint64_t{0x47efffffe0000000};
    const int result_exponent = 2 * F64::bias - 1 - exponent;
    if (result_exponent > largest) return {sign | largest_single, Fact::overflow};
    if (result_exponent < smallest) return {sign, Fact::underflow | Fact::tiny};
    const auto index = static_cast<unsigned>(value >> (fraction_bits - 5) & 31);
    const auto step = static_cast<std::uint32_t>(value >> (fraction_bits - 15) & 1023);
    const Line& line = reciprocal_lines[index];
    const std::uint64_t fraction = line.start - (line.slope * step + 1) / 2;
    return {sign | static_cast<std::uint64_t>(result_exponent) << fraction_bits |
                fraction << (fraction_bits - 23),
            {}};
}

FloatOutcome reciprocal_root_estimate(std::uint64_t value) {
    const std::uint64_t sign = value & sign_bit;
    const Class category = softfloat::classify<F64>(value);
    if (softfloat::is_nan(category)) return nan_outcome(value);
    if (category == Class::zero) return {sign | F64::infinity, Fact::divide_by_zero};
    if (sign) return {default_nan, Fact::square_root_of_negative};
    if (category == Class::infinity) return {0, {}};
    auto exponent = static_cast<int>(value >> fraction_bits & 0x7ff);
    std::uint64_t fraction = value & fraction_mask;
    if (category == Class::subnormal) {
        const int up = std::countl_zero(fraction) - (63 - static_cast<int>(fraction_bits));
        fraction = fraction << up & fraction_mask;
        exponent = 1 - up;
    }
    const auto odd = static_cast<unsigned>(exponent & 1);
    const auto index = odd << 4 | static_cast<unsigned>(fraction >> (fraction_bits - 4));
    const auto step = static_cast<std::uint32_t>(fraction >> (fraction_bits - 15) & 2047);
    const Line& line = reciprocal_root_lines[index];
    const std::uint64_t estimate = line.start - line.slope * step;
    // 2^e * m with e even and m in [1, 4) has the root 2^(e/2) * sqrt(m); 1/sqrt(m) is in (1/2, 1].
    const auto result_exponent =
        static_cast<std::uint64_t>(F64::bias - ((exponent - (F64::bias - 2)) >> 1));
    return {result_exponent << fraction_bits | estimate << (fraction_bits - 26), {}};
}

} // namespace vestige::ppc
