// What the host does not do itself: double operands rounded once to single, tininess before
// rounding, and results with a wrapped exponent.
//
// The oracle rounds an exact result to odd (truncate, then set the last bit if inexact) in a
// format with at least two bits more, scales it, and rounds it once more on the host: for singles
// in the host's doubles, for doubles in the compiler's 128-bit floating point.
#include "tests/softfloat/check.h"

#include <cfenv>
#include <cmath>
#include <cstring>

namespace vestige::softfloat::test {
namespace {

template <Format F> struct Expected {
    typename F::Bits value;
    std::uint32_t flags;
    bool up;
};

// ---- Singles out of doubles -----------------------------------------------------------------

struct OddDouble {
    double value;
    std::uint32_t flags; // invalid, divide by zero and denormal operand alone
};

OddDouble odd_double(Operation operation, const Operands<F64>& set) {
    auto host = host_operation(operation, native<F64>(set.a), native<F64>(set.b),
                               native<F64>(set.c), mxcsr_for(Rounding::toward_zero));
    if (host.flags & flag_inexact) host.value |= 1;
    return {native<F64>(host.value), host.flags & (flag_invalid | flag_divide | flag_denormal)};
}

Expected<F32> expected_single(Operation operation, const Operands<F64>& set,
                              const Environment& environment) {
    const OddDouble odd = odd_double(operation, set);
    const std::uint32_t control = mxcsr_for(environment.rounding);
    // Exact, but the sign of a zero depends on the rounding mode.
    if (std::isnan(odd.value) || std::isinf(odd.value) || odd.value == 0) {
        const auto exact = host_operation(operation, native<F64>(set.a), native<F64>(set.b),
                                          native<F64>(set.c), control);
        const float single = host_convert<float>(native<F64>(exact.value), mxcsr_default).value;
        return {std::bit_cast<std::uint32_t>(single), odd.flags, false};
    }
    const auto rounded_from = [&](double value) {
        const auto host = host_convert<float>(value, control);
        const auto truncated = host_convert<float>(value, mxcsr_for(Rounding::toward_zero));
        return Expected<F32>{std::bit_cast<std::uint32_t>(host.value),
                             (host.flags & ~flag_denormal) | odd.flags,
                             std::fabs(host.value) > std::fabs(truncated.value)};
    };
    Expected<F32> expected = rounded_from(odd.value);
    const bool tiny =
        environment.tininess == Tininess::before_rounding
            ? std::fabs(odd.value) < 0x1p-126
            : std::fabs(host_convert<float>(odd.value * 0x1p+192, control).value) < 0x1p+66f;
    const double wrapped_tiny = odd.value * 0x1p+192;
    const double wrapped_huge = odd.value * 0x1p-192;
    if (tiny && environment.on_underflow == OutOfRange::wrapped) {
        if (std::fabs(wrapped_tiny) >= 0x1p-126) expected = rounded_from(wrapped_tiny);
        expected.flags |= flag_underflow;
    } else if ((expected.flags & flag_overflow) && environment.on_overflow == OutOfRange::wrapped) {
        const Expected<F32> wrapped = rounded_from(wrapped_huge);
        if (!(wrapped.flags & flag_overflow)) expected = wrapped;
        expected.flags |= flag_overflow;
    } else {
        expected.flags &= ~flag_underflow;
        if (tiny && (expected.flags & flag_inexact)) expected.flags |= flag_underflow;
    }
    return expected;
}

template <Format F> bool same(const Expected<F>& expected, const Result<typename F::Bits>& ours) {
    const bool value =
        is_nan<F>(expected.value) ? is_nan<F>(ours.value) : expected.value == ours.value;
    return value && expected.flags == mxcsr_flags(ours.facts) &&
           expected.up == ours.facts.has(Fact::rounded_up);
}

template <Format F, Format Source>
void report(Tally& tally, Operation operation, const Operands<Source>& set,
            const Environment& environment, const Expected<F>& expected,
            const Result<typename F::Bits>& ours) {
    tally.expect(same<F>(expected, ours),
                 "operation {} rounding {} tininess {} wrap {} {}: {:#x} {:#x} {:#x}\n"
                 "  expected {:#x} flags {:#04x} up {}\n  ours     {:#x} flags {:#04x} up {}",
                 static_cast<int>(operation), static_cast<int>(environment.rounding),
                 static_cast<int>(environment.tininess), static_cast<int>(environment.on_overflow),
                 static_cast<int>(environment.on_underflow), set.a, set.b, set.c, expected.value,
                 expected.flags, expected.up, ours.value, mxcsr_flags(ours.facts),
                 ours.facts.has(Fact::rounded_up));
}

// By hand for NaNs: a conversion would quiet them.
std::uint64_t widened_bits(std::uint32_t bits) {
    if (is_nan<F32>(bits))
        return std::uint64_t{bits & F32::sign_bit} << 32 | F64::infinity |
               std::uint64_t{bits & F32::fraction_mask} << 29;
    return std::bit_cast<std::uint64_t>(static_cast<double>(std::bit_cast<float>(bits)));
}

// Doubles whose results fall into and around the range of singles.
Operands<F64> operands_for_single(OperandSource<F64>& wide, OperandSource<F32>& narrow) {
    switch (wide.random().below(4)) {
    case 0: return wide.next();
    case 1: {
        constexpr int range = 160;
        const auto value = [&] {
            return wide.about(F64::bias + wide.random().below(2 * range) - range);
        };
        return {value(), value(), value()};
    }
    default: {
        const Operands<F32> set = narrow.next();
        return {widened_bits(set.a), widened_bits(set.b), widened_bits(set.c)};
    }
    }
}

// Every combination of rounding, tininess and wrapping.
template <class Body> void for_each_environment(Body&& body) {
    for (const Rounding rounding : ieee_roundings)
        for (const Tininess tininess : {Tininess::before_rounding, Tininess::after_rounding})
            for (const OutOfRange range : {OutOfRange::default_result, OutOfRange::wrapped})
                body(Environment{.rounding = rounding,
                                 .tininess = tininess,
                                 .on_overflow = range,
                                 .on_underflow = range});
}

// ---- Doubles out of 128-bit numbers ---------------------------------------------------------

__extension__ typedef __float128 Quad;

// Keeps the compiler from moving arithmetic over a change of the rounding mode.
template <class T> T pinned(T value) {
    volatile T pin = value;
    return pin;
}

Quad odd_quad(Operation operation, const Operands<F64>& set) {
    const Quad a = pinned(native<F64>(set.a)), b = pinned(native<F64>(set.b)),
               c = pinned(native<F64>(set.c));
    std::fesetround(FE_TOWARDZERO);
    std::feclearexcept(FE_ALL_EXCEPT);
    Quad exact = 0;
    switch (operation) {
    case Operation::add: exact = pinned(pinned(a) + pinned(b)); break;
    case Operation::subtract: exact = pinned(pinned(a) - pinned(b)); break;
    case Operation::multiply: exact = pinned(pinned(a) * pinned(b)); break;
    case Operation::divide: exact = pinned(pinned(a) / pinned(b)); break;
    case Operation::square_root: break;
    case Operation::fused_multiply_add:
        exact = pinned(pinned(pinned(a) * pinned(b)) + pinned(c)); // the product is exact
        break;
    }
    if (std::fetestexcept(FE_INEXACT)) {
        Word128 bits;
        std::memcpy(&bits, &exact, sizeof bits);
        bits |= 1;
        std::memcpy(&exact, &bits, sizeof bits);
    }
    std::fesetround(FE_TONEAREST);
    return exact;
}

int host_mode(Rounding rounding) {
    switch (rounding) {
    case Rounding::toward_zero: return FE_TOWARDZERO;
    case Rounding::up: return FE_UPWARD;
    case Rounding::down: return FE_DOWNWARD;
    default: return FE_TONEAREST;
    }
}

double rounded_double(Quad value, Rounding rounding) {
    std::fesetround(host_mode(rounding));
    const double result = pinned(static_cast<double>(pinned(value)));
    std::fesetround(FE_TONEAREST);
    return result;
}

Quad magnitude_of(Quad value) { return value < 0 ? -value : value; }

// For finite operands and a nonzero finite exact result.
Expected<F64> expected_double(Quad odd, const Environment& environment) {
    const Quad scale = static_cast<Quad>(0x1p+768) * static_cast<Quad>(0x1p+768);
    const auto rounded_from = [&](Quad value) {
        const double host = rounded_double(value, environment.rounding);
        const bool inexact = static_cast<Quad>(host) != value;
        return Expected<F64>{std::bit_cast<std::uint64_t>(host),
                             inexact ? std::uint32_t{flag_inexact} : 0,
                             magnitude_of(host) > magnitude_of(value)};
    };
    // Rounded with an unbounded exponent, as seen from either side.
    const Expected<F64> from_below = rounded_from(odd * scale);
    const Expected<F64> from_above = rounded_from(odd / scale);
    const bool tiny = environment.tininess == Tininess::before_rounding
                          ? magnitude_of(odd) < static_cast<Quad>(0x1p-1022)
                          : magnitude_of(odd) < 1 && magnitude_of(native<F64>(from_below.value)) <
                                                         static_cast<Quad>(0x1p-1022) * scale;
    const bool huge =
        magnitude_of(odd) > 1 &&
        magnitude_of(native<F64>(from_above.value)) * scale >= static_cast<Quad>(0x1p+1023) * 2;
    Expected<F64> expected = rounded_from(odd);
    if (tiny && environment.on_underflow == OutOfRange::wrapped) {
        expected = from_below;
        expected.flags |= flag_underflow;
    } else if (tiny && (expected.flags & flag_inexact)) {
        expected.flags |= flag_underflow;
    }
    if (huge && environment.on_overflow == OutOfRange::wrapped) expected = from_above;
    if (huge) expected.flags |= flag_overflow;
    return expected;
}

} // namespace

TEST_CASE("doubles are rounded once to single") {
    long tinies = 0, overflows = 0;
    for_each_environment([&](const Environment& environment) {
        Tally tally;
        for (const Operation operation : all_operations) {
            if (!host_can(operation)) continue;
            OperandSource<F64> wide(5);
            OperandSource<F32> narrow(6);
            for (int i = 0; i < 20'000; ++i) {
                const auto set = operands_for_single(wide, narrow);
                const auto expected = expected_single(operation, set, environment);
                const auto ours = soft_operation<F32, F64>(operation, set, environment);
                report<F32>(tally, operation, set, environment, expected, ours);
                tinies += ours.facts.has(Fact::tiny);
                overflows += ours.facts.has(Fact::overflow);
            }
        }
        require_right(tally);
    });
    CHECK(tinies > 10'000);
    CHECK(overflows > 10'000);
}

TEST_CASE("singles agree with doubles that hold the same values, and with singles in doubles") {
    for_each_environment([&](const Environment& environment) {
        Tally tally;
        for (const Operation operation : all_operations) {
            if (!host_can(operation)) continue;
            OperandSource<F32> narrow(7);
            for (int i = 0; i < 20'000; ++i) {
                const Operands<F32> set = narrow.next();
                const Operands<F64> wide{widened_bits(set.a), widened_bits(set.b),
                                         widened_bits(set.c)};
                auto expected = expected_single(operation, wide, environment);
                const auto ours = soft_operation<F32>(operation, set, environment);
                // A subnormal single is an ordinary double to the oracle.
                expected.flags =
                    (expected.flags & ~flag_denormal) | (mxcsr_flags(ours.facts) & flag_denormal);
                report<F32>(tally, operation, set, environment, expected, ours);
                const auto held = soft_operation<F64Single>(operation, wide, environment);
                if (!is_nan<F32>(ours.value))
                    tally.expect(held.value == widened_bits(ours.value) &&
                                     held.facts.without(Fact::subnormal_operand) ==
                                         ours.facts.without(Fact::subnormal_operand),
                                 "single in double, operation {}: {:#x} {:#x} {:#x}: {:#x} "
                                 "facts {:#x}, as single {:#x} facts {:#x}",
                                 static_cast<int>(operation), set.a, set.b, set.c, held.value,
                                 held.facts.raw(), ours.value, ours.facts.raw());
            }
        }
        require_right(tally);
    });
}

TEST_CASE("doubles agree with 128-bit arithmetic, before and after rounding, wrapped or not") {
    long tinies = 0, overflows = 0, moved_by_rounding = 0;
    for_each_environment([&](const Environment& environment) {
        Tally tally;
        for (const Operation operation : all_operations) {
            if (operation == Operation::square_root) continue; // never out of range
            OperandSource<F64> source(9);
            for (int i = 0; i < 6'000; ++i) {
                const Operands<F64> set = source.next();
                const bool finite = std::isfinite(native<F64>(set.a)) &&
                                    std::isfinite(native<F64>(set.b)) &&
                                    std::isfinite(native<F64>(set.c));
                if (!finite) continue;
                if (operation == Operation::divide && native<F64>(set.b) == 0) continue;
                const Quad odd = odd_quad(operation, set);
                if (odd == 0) continue;
                const auto ours = soft_operation<F64>(operation, set, environment);
                auto expected = expected_double(odd, environment);
                expected.flags |= mxcsr_flags(ours.facts) & flag_denormal;
                report<F64>(tally, operation, set, environment, expected, ours);
                tinies += ours.facts.has(Fact::tiny);
                overflows += ours.facts.has(Fact::overflow);
                moved_by_rounding += environment.tininess == Tininess::after_rounding &&
                                     !ours.facts.has(Fact::tiny) &&
                                     magnitude_of(odd) < static_cast<Quad>(0x1p-1022);
            }
        }
        require_right(tally);
    });
    CHECK(tinies > 10'000);
    CHECK(overflows > 10'000);
    CHECK(moved_by_rounding > 10);
}

} // namespace vestige::softfloat::test
