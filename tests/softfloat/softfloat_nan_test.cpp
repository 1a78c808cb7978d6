// The guests' NaN rules and the kinds of invalid operations, value by value.
#include "tests/softfloat/check.h"

namespace vestige::softfloat::test {
namespace {

// PowerPC takes frA, frB, frC in that order; the operands here are a, c, b.
using PowerPc = FirstNan<DefaultNan::positive, 0, 2, 1>;
// SPARC V8, appendix N: a signaling NaN before a quiet one, rs2 before rs1.
using Sparc = FirstSignalingNan<DefaultNan::positive_all_ones, 1, 0>;

constexpr std::uint64_t one = 0x3ff0000000000000;
constexpr std::uint64_t zero = 0;
constexpr std::uint64_t infinity = F64::infinity;
constexpr std::uint64_t minus = F64::sign_bit;
constexpr std::uint64_t quiet_1 = 0x7ff8000000000001;
constexpr std::uint64_t quiet_2 = 0xfff8000000000002;
constexpr std::uint64_t quiet_3 = 0x7ff8000000000003;
constexpr std::uint64_t signaling_4 = 0x7ff0000000000004;
constexpr std::uint64_t signaling_5 = 0xfff0000000000005;

constexpr Environment nearest{};

} // namespace

TEST_CASE("the policy chooses the NaN") {
    CHECK(add<F64, PowerPc>(quiet_1, quiet_2, nearest).value == quiet_1);
    CHECK(add<F64, PowerPc>(quiet_1, signaling_4, nearest).value == quiet_1);
    CHECK(add<F64, PowerPc>(signaling_5, quiet_1, nearest).value == (signaling_5 | F64::quiet_bit));
    CHECK(subtract<F64, PowerPc>(one, quiet_2, nearest).value == quiet_2);

    CHECK(add<F64, Sparc>(quiet_1, quiet_2, nearest).value == quiet_2);
    CHECK(add<F64, Sparc>(signaling_4, quiet_2, nearest).value == (signaling_4 | F64::quiet_bit));
    CHECK(add<F64, Sparc>(signaling_4, signaling_5, nearest).value ==
          (signaling_5 | F64::quiet_bit));
    CHECK(add<F64, Sparc>(quiet_1, one, nearest).value == quiet_1);

    const auto fused = [](std::uint64_t a, std::uint64_t c, std::uint64_t b, Fused form) {
        return fused_multiply_add<F64, PowerPc>(a, c, b, nearest, form).value;
    };
    CHECK(fused(quiet_1, quiet_2, quiet_3, Fused::multiply_add) == quiet_1);
    CHECK(fused(one, quiet_2, quiet_3, Fused::multiply_add) == quiet_3);
    CHECK(fused(one, quiet_2, one, Fused::multiply_add) == quiet_2);
    // A NaN is neither subtracted nor negated.
    CHECK(fused(one, one, quiet_3, Fused::multiply_subtract) == quiet_3);
    CHECK(fused(one, one, quiet_3, Fused::negative_multiply_add) == quiet_3);
    CHECK(fused(infinity, zero, one, Fused::negative_multiply_add) == 0x7ff8000000000000);
}

TEST_CASE("default NaNs") {
    CHECK(divide<F64, PowerPc>(zero, zero, nearest).value == 0x7ff8000000000000);
    CHECK(divide<F64, Sparc>(zero, zero, nearest).value == 0x7fffffffffffffff);
    CHECK(divide<F64, HostNans>(zero, zero, nearest).value == 0xfff8000000000000);
    CHECK(divide<F32, PowerPc>(0, 0, nearest).value == 0x7fc00000);
    CHECK(divide<F32, Sparc>(0, 0, nearest).value == 0x7fffffff);
    CHECK(add<F64, NoPropagation<DefaultNan::positive>>(quiet_1, quiet_2, nearest).value ==
          0x7ff8000000000000);
}

TEST_CASE("a NaN keeps the leading payload that its new format stores") {
    const std::uint64_t nan = 0xfff8000123456789;
    CHECK(add<F32, PowerPc, F64>(one, nan, nearest).value == 0xffc00009);
    CHECK(add<F64Single, PowerPc>(one, nan, nearest).value == nan);
    CHECK(convert<F64Single, F64, PowerPc>(nan, nearest).value == 0xfff8000120000000);
    CHECK(convert<F64, F32, PowerPc>(0xffc00009, nearest).value == 0xfff8000120000000);
    CHECK(convert<F64, F32, PowerPc>(0x7f800001, nearest).value == 0x7ff8000020000000);
}

TEST_CASE("every invalid operation names its kind") {
    const auto facts = [](auto result) { return result.facts; };
    using P = PowerPc;
    CHECK(facts(add<F64, P>(infinity, infinity | minus, nearest)) == Fact::infinity_minus_infinity);
    CHECK(facts(subtract<F64, P>(infinity, infinity, nearest)) == Fact::infinity_minus_infinity);
    CHECK(facts(add<F64, P>(infinity, infinity, nearest)).none());
    CHECK(facts(multiply<F64, P>(infinity, minus, nearest)) == Fact::infinity_times_zero);
    CHECK(facts(divide<F64, P>(infinity, infinity, nearest)) == Fact::infinity_over_infinity);
    CHECK(facts(divide<F64, P>(zero, minus, nearest)) == Fact::zero_over_zero);
    CHECK(facts(divide<F64, P>(one, minus, nearest)) == Fact::divide_by_zero);
    CHECK(divide<F64, P>(one, minus, nearest).value == (infinity | minus));
    CHECK(facts(divide<F64, P>(infinity, zero, nearest)).none());
    CHECK(facts(square_root<F64, P>(one | minus, nearest)) == Fact::square_root_of_negative);
    CHECK(facts(square_root<F64, P>(infinity | minus, nearest)) == Fact::square_root_of_negative);
    CHECK(square_root<F64, P>(minus, nearest).value == minus);
    CHECK(facts(square_root<F64, P>(minus, nearest)).none());
    CHECK(facts(add<F64, P>(one, signaling_4, nearest)) ==
          (Fact::nan_operand | Fact::signaling_nan));
    CHECK(facts(add<F64, P>(one, quiet_1, nearest)) == Fact::nan_operand);

    const auto fused = [](std::uint64_t a, std::uint64_t c, std::uint64_t b) {
        return fused_multiply_add<F64, P>(a, c, b, nearest).facts;
    };
    CHECK(fused(infinity, zero, one) == Fact::infinity_times_zero);
    CHECK(fused(infinity, one, infinity | minus) == Fact::infinity_minus_infinity);
    // Both stages of one operation.
    CHECK(fused(infinity, zero, signaling_4) ==
          (Fact::infinity_times_zero | Fact::nan_operand | Fact::signaling_nan));
    CHECK(fused(infinity, zero, quiet_1) == (Fact::infinity_times_zero | Fact::nan_operand));

    CHECK(facts(to_integer<std::int32_t, F64>(signaling_4, Rounding::toward_zero)) ==
          (Fact::invalid_conversion | Fact::nan_operand | Fact::signaling_nan));
    CHECK(facts(to_integer<std::int32_t, F64>(0x41e0000000000000, Rounding::toward_zero)) ==
          Fact::invalid_conversion);
    CHECK(facts(compare<F64>(one, signaling_4)) == (Fact::nan_operand | Fact::signaling_nan));
}

TEST_CASE("the fused forms negate what they say") {
    constexpr std::uint64_t two = 0x4000000000000000, three = 0x4008000000000000;
    const auto fused = [](Fused form, Rounding rounding = Rounding::nearest_even) {
        return fused_multiply_add<F64, PowerPc>(two, three, one, {.rounding = rounding}, form)
            .value;
    };
    CHECK(fused(Fused::multiply_add) == 0x401c000000000000);               // 7
    CHECK(fused(Fused::multiply_subtract) == 0x4014000000000000);          // 5
    CHECK(fused(Fused::negative_multiply_add) == 0xc01c000000000000);      // -7
    CHECK(fused(Fused::negative_multiply_subtract) == 0xc014000000000000); // -5
    // The negation comes after the rounding: 1 + 2^-60 rounds up, then is negated.
    constexpr std::uint64_t small = 0x3c30000000000000;
    CHECK(fused_multiply_add<F64, PowerPc>(one, one, small, {.rounding = Rounding::up},
                                           Fused::negative_multiply_add)
              .value == 0xbff0000000000001);
    // An exact cancellation is +0, and -0 when negated.
    CHECK(
        fused_multiply_add<F64, PowerPc>(one, one, one, nearest, Fused::multiply_subtract).value ==
        0);
    CHECK(
        fused_multiply_add<F64, PowerPc>(one, one, one, nearest, Fused::negative_multiply_subtract)
            .value == minus);
}

TEST_CASE("rounding to odd and to nearest with ties away") {
    constexpr std::uint64_t half_ulp = 0x3ca0000000000000; // 2^-53
    constexpr std::uint64_t small = 0x3c30000000000000;    // 2^-60
    const auto sum_of = [](std::uint64_t a, std::uint64_t b, Rounding rounding) {
        return add<F64, PowerPc>(a, b, {.rounding = rounding}).value;
    };
    CHECK(sum_of(one, half_ulp, Rounding::nearest_even) == one);
    CHECK(sum_of(one, half_ulp, Rounding::nearest_away) == one + 1);
    CHECK(sum_of(one, small, Rounding::nearest_away) == one);
    CHECK(sum_of(one, small, Rounding::to_odd) == one + 1);
    CHECK(sum_of(one + 1, small, Rounding::to_odd) == one + 1);
    CHECK(sum_of(one, zero, Rounding::to_odd) == one);
    CHECK(sum_of(F64::infinity - 1, F64::infinity - 1, Rounding::to_odd) == F64::infinity - 1);
    CHECK(sum_of(F64::infinity - 1, F64::infinity - 1, Rounding::nearest_away) == F64::infinity);
}

} // namespace vestige::softfloat::test
