// Conversions, rounding to integral values and comparisons against the host's.
#include "tests/softfloat/check.h"

#include <cmath>
#include <limits>

namespace vestige::softfloat::test {
namespace {

constexpr int cases = 100'000;
constexpr std::uint32_t without_denormal = all_flags & ~std::uint32_t{flag_denormal};

constexpr Environment host_environment(Rounding rounding) {
    return {.rounding = rounding, .tininess = Tininess::after_rounding};
}

template <Format F> std::vector<typename F::Bits> sample(std::uint64_t seed) {
    std::vector<typename F::Bits> values = edges<F>();
    OperandSource<F> source(seed);
    for (int i = 0; i < cases; ++i)
        values.push_back(source.value());
    // Halves and the ends of the integer ranges.
    for (int power = -3; power < 66; ++power)
        for (int step = -2; step <= 2; ++step)
            for (const double sign : {1.0, -1.0}) {
                const auto value = static_cast<Native<F>>(sign * std::ldexp(1.0, power));
                values.push_back(std::bit_cast<typename F::Bits>(value) +
                                 static_cast<typename F::Bits>(step));
                values.push_back(std::bit_cast<typename F::Bits>(
                    static_cast<Native<F>>(sign * (std::ldexp(1.0, power) + step * 0.5))));
            }
    return values;
}

template <class Integer> std::vector<Integer> integers() {
    std::vector<Integer> values;
    Random random(3);
    for (int i = 0; i < cases; ++i) {
        const std::uint64_t any = random.next() >> random.below(64);
        values.push_back(static_cast<Integer>(random.next() & 1 ? any : 0 - any));
    }
    for (int bit = 0; bit < 8 * static_cast<int>(sizeof(Integer)); ++bit)
        for (int step = -2; step <= 2; ++step)
            values.push_back(
                static_cast<Integer>((std::uint64_t{1} << bit) + static_cast<std::uint64_t>(step)));
    return values;
}

// The truncated value tells the direction in which the host has rounded.
template <class Value> bool moved_out(Value rounded, Value truncated) {
    return rounded != truncated && !(rounded != rounded);
}

template <Format Source, class Integer> void check_to_signed(Rounding rounding) {
    using Limits = std::numeric_limits<Integer>;
    Tally tally;
    for (const auto bits : sample<Source>(21)) {
        const auto value = native<Source>(bits);
        const auto host = host_convert<Integer>(value, mxcsr_for(rounding));
        const auto truncated = host_convert<Integer>(value, mxcsr_for(Rounding::toward_zero));
        const auto ours = to_integer<Integer, Source>(bits, rounding);
        const bool invalid = (host.flags & flag_invalid) != 0;
        const Integer expected = !invalid            ? host.value
                                 : std::isnan(value) ? 0
                                 : value < 0         ? Limits::min()
                                                     : Limits::max();
        tally.expect(ours.value == expected &&
                         (mxcsr_flags(ours.facts) & without_denormal) == host.flags &&
                         ours.facts.has(Fact::invalid_conversion) == invalid &&
                         ours.facts.has(Fact::rounded_up) ==
                             (!invalid && moved_out(host.value, truncated.value)),
                     "to integer {} rounding {}: {:#x}: host {} flags {:#x}, ours {} facts {:#x}",
                     sizeof(Integer), static_cast<int>(rounding), bits, host.value, host.flags,
                     ours.value, ours.facts.raw());
    }
    require_right(tally);
}

// The host has no unsigned conversion: round to an integral value first, then look at the range.
template <Format Source, class Integer> void check_to_unsigned(Rounding rounding) {
    Tally tally;
    for (const auto bits : sample<Source>(22)) {
        const auto integral = host_integral(native<Source>(bits), mxcsr_for(rounding));
        const auto value = static_cast<double>(integral.value);
        const bool fits = value >= 0 && value < std::ldexp(1.0, 8 * sizeof(Integer));
        const auto ours = to_integer<Integer, Source>(bits, rounding);
        const Integer expected = fits        ? static_cast<Integer>(value)
                                 : value > 0 ? std::numeric_limits<Integer>::max()
                                             : 0;
        tally.expect(
            ours.value == expected && ours.facts.has(Fact::invalid_conversion) == !fits &&
                ours.facts.has(Fact::inexact) == (fits && (integral.flags & flag_inexact) != 0),
            "to unsigned {} rounding {}: {:#x}: expected {}, ours {} facts {:#x}", sizeof(Integer),
            static_cast<int>(rounding), bits, expected, ours.value, ours.facts.raw());
    }
    require_right(tally);
}

template <Format Target, class Integer> void check_from_signed(Rounding rounding) {
    Tally tally;
    for (const Integer integer : integers<Integer>()) {
        const auto host = host_convert<Native<Target>>(integer, mxcsr_for(rounding));
        const auto truncated =
            host_convert<Native<Target>>(integer, mxcsr_for(Rounding::toward_zero));
        const auto ours = from_integer<Target>(integer, host_environment(rounding));
        tally.expect(ours.value == std::bit_cast<typename Target::Bits>(host.value) &&
                         mxcsr_flags(ours.facts) == host.flags &&
                         ours.facts.has(Fact::rounded_up) == moved_out(host.value, truncated.value),
                     "from integer {} rounding {}: host {} flags {:#x}, ours {:#x} facts {:#x}",
                     integer, static_cast<int>(rounding), host.value, host.flags, ours.value,
                     ours.facts.raw());
    }
    require_right(tally);
}

// An unsigned 64-bit integer in two exact halves, joined by one rounded addition.
template <class Integer> void check_from_unsigned(Rounding rounding) {
    Tally tally;
    for (const Integer integer : integers<Integer>()) {
        const std::uint64_t wide = integer;
        const auto host =
            host_operation(Operation::add, static_cast<double>(wide >> 32) * 0x1p+32,
                           static_cast<double>(wide & 0xffffffff), 0.0, mxcsr_for(rounding));
        const auto ours = from_integer<F64>(integer, host_environment(rounding));
        const bool zero = integer == 0; // the addition gives -0 when rounding down
        tally.expect((zero ? ours.value == 0 : ours.value == host.value) &&
                         mxcsr_flags(ours.facts) == host.flags,
                     "from unsigned {} rounding {}: host {:#x}, ours {:#x}", integer,
                     static_cast<int>(rounding), host.value, ours.value);
    }
    require_right(tally);
}

template <Format F> void check_integral(Rounding rounding) {
    Tally tally;
    for (const auto bits : sample<F>(23)) {
        const auto value = native<F>(bits);
        const auto host = host_integral(value, mxcsr_for(rounding));
        const auto truncated = host_integral(value, mxcsr_for(Rounding::toward_zero));
        const auto ours = round_to_integral<F, HostNans>(bits, host_environment(rounding));
        tally.expect(ours.value == std::bit_cast<typename F::Bits>(host.value) &&
                         (mxcsr_flags(ours.facts) & without_denormal) == host.flags &&
                         ours.facts.has(Fact::rounded_up) == moved_out(host.value, truncated.value),
                     "to integral, rounding {}: {:#x}: host {} flags {:#x}, ours {:#x} facts {:#x}",
                     static_cast<int>(rounding), bits, host.value, host.flags, ours.value,
                     ours.facts.raw());
    }
    require_right(tally);
}

template <Format F> void check_comparison() {
    Tally tally;
    OperandSource<F> source(24);
    const auto one = [&tally](typename F::Bits a_bits, typename F::Bits b_bits) {
        const auto a = native<F>(a_bits), b = native<F>(b_bits);
        const Relation expected = a < b    ? Relation::less
                                  : a == b ? Relation::equal
                                  : a > b  ? Relation::greater
                                           : Relation::unordered;
        const auto ours = compare<F>(a_bits, b_bits);
        const bool signaling = classify<F>(a_bits) == Class::signaling_nan ||
                               classify<F>(b_bits) == Class::signaling_nan;
        tally.expect(ours.value == expected && ours.facts.has(Fact::signaling_nan) == signaling &&
                         ours.facts.has(Fact::nan_operand) == (expected == Relation::unordered),
                     "compare {:#x} {:#x}: ours {}", a_bits, b_bits, static_cast<int>(ours.value));
    };
    for (const auto a : edges<F>())
        for (const auto b : edges<F>())
            one(a, b);
    for (int i = 0; i < cases; ++i) {
        const auto set = source.next();
        one(set.a, set.b);
    }
    require_right(tally);
}

} // namespace

TEST_CASE("conversions between formats agree with the host") {
    for (const Rounding rounding : ieee_roundings) {
        Tally tally;
        for (const auto bits : sample<F64>(25)) {
            const auto host = host_convert<float>(native<F64>(bits), mxcsr_for(rounding));
            const auto truncated =
                host_convert<float>(native<F64>(bits), mxcsr_for(Rounding::toward_zero));
            const auto ours = convert<F32, F64, HostNans>(bits, host_environment(rounding));
            const bool up = moved_out(host.value, truncated.value);
            tally.expect(ours.value == std::bit_cast<std::uint32_t>(host.value) &&
                             mxcsr_flags(ours.facts) == host.flags &&
                             ours.facts.has(Fact::rounded_up) == up,
                         "double {:#x} to single, rounding {}: host {} flags {:#x}, ours {:#x} "
                         "facts {:#x}",
                         bits, static_cast<int>(rounding), host.value, host.flags, ours.value,
                         ours.facts.raw());
            // The same in a double: PowerPC frsp, which also cuts a NaN's payload.
            const auto held = convert<F64Single, F64, HostNans>(bits, host_environment(rounding));
            tally.expect(held.value == widen_exactly<F64, F32>(ours.value),
                         "double {:#x} to single in double: {:#x}", bits, held.value);
        }
        require_right(tally);
    }
    Tally tally;
    for (const auto bits : sample<F32>(26)) {
        const auto host = host_convert<double>(native<F32>(bits), mxcsr_default);
        const auto ours = convert<F64, F32, HostNans>(bits, {});
        const auto exact = widen_exactly<F64, F32>(bits);
        const bool signaling = classify<F32>(bits) == Class::signaling_nan;
        tally.expect(ours.value == std::bit_cast<std::uint64_t>(host.value) &&
                         mxcsr_flags(ours.facts) == host.flags,
                     "single {:#x} to double: host {} ours {:#x}", bits, host.value, ours.value);
        tally.expect(exact == (signaling ? ours.value ^ F64::quiet_bit : ours.value),
                     "single {:#x} widened exactly: {:#x}", bits, exact);
    }
    require_right(tally);
}

TEMPLATE_TEST_CASE("conversions to integers agree with the host", "", F32, F64) {
    for (const Rounding rounding : ieee_roundings) {
        check_to_signed<TestType, std::int32_t>(rounding);
        check_to_signed<TestType, std::int64_t>(rounding);
        if (!__builtin_cpu_supports("sse4.1")) continue;
        check_to_unsigned<TestType, std::uint32_t>(rounding);
        check_to_unsigned<TestType, std::uint64_t>(rounding);
    }
}

TEST_CASE("conversions from integers agree with the host") {
    for (const Rounding rounding : ieee_roundings) {
        check_from_signed<F32, std::int32_t>(rounding);
        check_from_signed<F32, std::int64_t>(rounding);
        check_from_signed<F64, std::int32_t>(rounding);
        check_from_signed<F64, std::int64_t>(rounding);
        check_from_unsigned<std::uint32_t>(rounding);
        check_from_unsigned<std::uint64_t>(rounding);
    }
}

TEMPLATE_TEST_CASE("rounding to integral values agrees with the host", "", F32, F64) {
    if (!__builtin_cpu_supports("sse4.1")) return;
    for (const Rounding rounding : ieee_roundings)
        check_integral<TestType>(rounding);
    // Nearest, ties away is what the C library's round() does.
    Tally tally;
    for (const auto bits : sample<TestType>(27)) {
        if (is_nan<TestType>(bits)) continue;
        const auto expected = std::round(native<TestType>(bits));
        const auto ours =
            round_to_integral<TestType, HostNans>(bits, {.rounding = Rounding::nearest_away});
        tally.expect(native<TestType>(ours.value) == expected &&
                         is_negative<TestType>(ours.value) == is_negative<TestType>(bits),
                     "ties away: {:#x}: {} ours {:#x}", bits, expected, ours.value);
    }
    require_right(tally);
}

TEMPLATE_TEST_CASE("comparisons agree with the host", "", F32, F64) {
    check_comparison<TestType>();
}

TEMPLATE_TEST_CASE("classes agree with the host", "", F32, F64) {
    for (const auto bits : edges<TestType>()) {
        const auto value = native<TestType>(bits);
        const Class expected = std::isinf(value) ? Class::infinity
                               : value == 0      ? Class::zero
                               : !std::isnan(value)
                                   ? (std::isnormal(value) ? Class::normal : Class::subnormal)
                               : (bits & TestType::quiet_bit) ? Class::quiet_nan
                                                              : Class::signaling_nan;
        CHECK(classify<TestType>(bits) == expected);
    }
    CHECK(classify<F64Single>(std::bit_cast<std::uint64_t>(0x1p-126)) == Class::normal);
    CHECK(classify<F64Single>(std::bit_cast<std::uint64_t>(0x1p-127)) == Class::subnormal);
}

} // namespace vestige::softfloat::test
