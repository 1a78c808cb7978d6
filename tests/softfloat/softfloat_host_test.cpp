// Every operation against the host's own, in its four rounding modes: value, flags and the
// direction of rounding. x86 detects tininess after rounding (SDM volume 1, 4.9.1.5).
#include "tests/softfloat/check.h"

namespace vestige::softfloat::test {
namespace {

template <Format F>
using Soft = Result<typename F::Bits> (*)(Operation, const Operands<F>&, const Environment&);

template <Format F>
void compare_one(Tally& tally, Operation operation, const Operands<F>& set,
                 const Environment& environment, Soft<F> soft) {
    const auto a = native<F>(set.a), b = native<F>(set.b), c = native<F>(set.c);
    const auto host = host_operation(operation, a, b, c, mxcsr_for(environment));
    const auto truncated = host_operation(operation, a, b, c, mxcsr_for(Rounding::toward_zero));
    const auto ours = soft(operation, set, environment);

    // Which NaN a fused multiply-add delivers differs between makers of x86.
    const bool any_nan_will_do =
        operation == Operation::fused_multiply_add && is_nan<F>(host.value);
    const bool same_value = any_nan_will_do ? is_nan<F>(ours.value) : ours.value == host.value;
    const bool same_flags = mxcsr_flags(ours.facts) == host.flags;
    const bool up =
        (host.value & ~F::sign_bit) > (truncated.value & ~F::sign_bit) && !is_nan<F>(host.value);
    const bool same_direction = environment.results == Subnormals::zeroed ||
                                environment.operands == Subnormals::zeroed ||
                                up == ours.facts.has(Fact::rounded_up);
    tally.expect(same_value && same_flags && same_direction,
                 "operation {} rounding {}: {:#x} {:#x} {:#x}\n"
                 "  host {:#x} flags {:#04x} up {}\n  ours {:#x} flags {:#04x} up {} facts {:#x}",
                 static_cast<int>(operation), static_cast<int>(environment.rounding), set.a, set.b,
                 set.c, host.value, host.flags, up, ours.value, mxcsr_flags(ours.facts),
                 ours.facts.has(Fact::rounded_up), ours.facts.raw());
}

template <Format F>
Tally compare_random(int count, Environment environment, Soft<F> soft = soft_operation<F>) {
    Tally tally;
    for (const Operation operation : all_operations) {
        if (!host_can(operation)) continue;
        OperandSource<F> source(17 + static_cast<std::uint64_t>(operation));
        for (int i = 0; i < count; ++i)
            compare_one<F>(tally, operation, source.next(), environment, soft);
    }
    return tally;
}

template <Format F> Tally compare_edges(Environment environment) {
    Tally tally;
    const auto values = edges<F>();
    for (const auto a : values)
        for (const auto b : values) {
            for (const Operation operation : all_operations)
                if (operation != Operation::fused_multiply_add)
                    compare_one<F>(tally, operation, {a, b, 0}, environment, soft_operation<F>);
            if (!host_can(Operation::fused_multiply_add)) continue;
            for (const auto c : values)
                compare_one<F>(tally, Operation::fused_multiply_add, {a, b, c}, environment,
                               soft_operation<F>);
        }
    return tally;
}

constexpr Environment host_environment(Rounding rounding) {
    return {.rounding = rounding, .tininess = Tininess::after_rounding};
}

constexpr int random_cases = 150'000; // per operation, rounding mode and format

} // namespace

TEST_CASE("operations on edge values agree with the host") {
    for (const Rounding rounding : ieee_roundings) {
        require_right(compare_edges<F32>(host_environment(rounding)));
        require_right(compare_edges<F64>(host_environment(rounding)));
    }
}

TEST_CASE("operations on random values agree with the host") {
    for (const Rounding rounding : ieee_roundings) {
        require_right(compare_random<F32>(random_cases, host_environment(rounding)));
        require_right(compare_random<F64>(random_cases, host_environment(rounding)));
    }
}

TEST_CASE("flushing subnormals agrees with the host's FTZ and DAZ") {
    for (const Rounding rounding : ieee_roundings) {
        Environment environment = host_environment(rounding);
        environment.results = Subnormals::zeroed;
        require_right(compare_random<F32>(random_cases / 4, environment));
        require_right(compare_random<F64>(random_cases / 4, environment));
        environment.operands = Subnormals::zeroed;
        require_right(compare_random<F32>(random_cases / 4, environment));
        require_right(compare_random<F64>(random_cases / 4, environment));
    }
}

// A comparison that cannot fail proves nothing: each of these wrong implementations is caught.

template <Format F, Rounding wrong>
Result<typename F::Bits> wrong_rounding(Operation operation, const Operands<F>& set,
                                        const Environment& environment) {
    Environment other = environment;
    other.rounding = wrong;
    return soft_operation<F>(operation, set, other);
}

template <Format F>
Result<typename F::Bits> wrong_tininess(Operation operation, const Operands<F>& set,
                                        const Environment& environment) {
    Environment other = environment;
    other.tininess = Tininess::before_rounding;
    return soft_operation<F>(operation, set, other);
}

template <Format F>
Result<typename F::Bits> rounded_twice(Operation operation, const Operands<F>& set,
                                       const Environment& environment) {
    if (operation != Operation::fused_multiply_add)
        return soft_operation<F>(operation, set, environment);
    const auto product = multiply<F, HostNans>(set.a, set.b, environment);
    return add<F, HostNans>(product.value, set.c, environment);
}

template <Format F>
Result<typename F::Bits> always_up(Operation operation, const Operands<F>& set,
                                   const Environment& environment) {
    auto result = soft_operation<F>(operation, set, environment);
    if (result.facts.has(Fact::inexact)) result.facts |= Fact::rounded_up;
    return result;
}

TEMPLATE_TEST_CASE("wrong roundings and wrong flags are detected", "", F32, F64) {
    const auto detected = [](Soft<TestType> soft) {
        return compare_random<TestType>(20'000, host_environment(Rounding::nearest_even), soft)
            .wrong;
    };
    CHECK(detected(wrong_rounding<TestType, Rounding::nearest_away>) > 0);
    CHECK(detected(wrong_rounding<TestType, Rounding::toward_zero>) > 0);
    CHECK(detected(wrong_rounding<TestType, Rounding::to_odd>) > 0);
    CHECK(detected(wrong_tininess<TestType>) > 0);
    CHECK(detected(always_up<TestType>) > 0);
    if (host_can(Operation::fused_multiply_add)) CHECK(detected(rounded_twice<TestType>) > 0);
}

} // namespace vestige::softfloat::test
