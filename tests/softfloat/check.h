// Counts disagreements and prints the first few as bug reports.
#pragma once

#include "tests/softfloat/host.h"
#include "tests/softfloat/values.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <string>

namespace vestige::softfloat::test {

using HostNans = FirstNan<DefaultNan::negative, 0, 1, 2>;

struct Tally {
    long cases = 0;
    long wrong = 0;
    std::string report;

    template <class... Arguments>
    void expect(bool right, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
        ++cases;
        if (right) return;
        if (++wrong <= 5) report += fmt::format(text, std::forward<Arguments>(arguments)...) + "\n";
    }
};

inline void require_right(const Tally& tally) {
    INFO(tally.wrong << " of " << tally.cases << " wrong; the first:\n" << tally.report);
    CHECK(tally.wrong == 0);
    CHECK(tally.cases > 0);
}

template <Format Target, Format Source = Target>
Result<typename Target::Bits> soft_operation(Operation operation, const Operands<Source>& set,
                                             const Environment& environment) {
    switch (operation) {
    case Operation::add: return add<Target, HostNans, Source>(set.a, set.b, environment);
    case Operation::subtract: return subtract<Target, HostNans, Source>(set.a, set.b, environment);
    case Operation::multiply: return multiply<Target, HostNans, Source>(set.a, set.b, environment);
    case Operation::divide: return divide<Target, HostNans, Source>(set.a, set.b, environment);
    case Operation::square_root: return square_root<Target, HostNans, Source>(set.a, environment);
    case Operation::fused_multiply_add: break;
    }
    return fused_multiply_add<Target, HostNans, Source>(set.a, set.b, set.c, environment);
}

inline constexpr std::array all_operations{Operation::add,         Operation::subtract,
                                           Operation::multiply,    Operation::divide,
                                           Operation::square_root, Operation::fused_multiply_add};

} // namespace vestige::softfloat::test
