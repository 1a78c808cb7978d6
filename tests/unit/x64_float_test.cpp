// Floating point: what is computed on the host must be what the exact helper says, bit by bit, with
// the same sticky inexact flag, in every rounding mode; and most of it must be computed on the
// host.
#include <bit>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/lockstep/random_ir.h"
#include "tests/unit/x64_helpers.h"
#include "tests/unit/x64_machine.h"
#include "translator/ir/builder.h"
#include "translator/opt/pipeline.h"

using namespace vestige;
using namespace vestige::test;
using ir::Op;
using ir::Precision;

namespace {

constexpr Op arithmetic_ops[] = {
    Op::float_add,         Op::float_sub,         Op::float_mul,     Op::float_div,
    Op::float_sqrt,        Op::float_mul_add,     Op::float_mul_sub, Op::float_neg_mul_add,
    Op::float_neg_mul_sub, Op::float_round_single};

unsigned argument_count(Op op) { return static_cast<unsigned>(ir::info(op).arguments.size()); }

ir::SlotId f(unsigned index) { return static_cast<ir::SlotId>(slot_f0 + index); }

// f3 = op(f0, f1, f2), of slots (which may hold anything) or of singles just widened.
enum class Operands : std::uint8_t { slots, widened_singles };
void arithmetic_function(ir::Function& function, Op op, Precision precision, Operands operands) {
    function.clear();
    function.start_pc = 0x1000;
    ir::Builder build(function);
    build.instruction(0x1000);
    ir::Value values[3];
    for (unsigned i = 0; i < argument_count(op); ++i) {
        values[i] = build.get_slot(f(i));
        if (operands == Operands::widened_singles)
            values[i] = build.float_pure(Op::float_widen,
                                         {build.float_pure(Op::float_narrow, {values[i]})});
    }
    const ir::FloatOp attributes{.helper = exact_helper(op, precision), .precision = precision};
    switch (argument_count(op)) {
    case 1: build.set_slot(f(3), build.float_op(op, attributes, {values[0]})); break;
    case 2: build.set_slot(f(3), build.float_op(op, attributes, {values[0], values[1]})); break;
    default:
        build.set_slot(f(3), build.float_op(op, attributes, {values[0], values[1], values[2]}));
    }
    build.goto_pc(0x1004);
    opt::Workspace workspace;
    opt::optimise(function, workspace);
}

double from_bits(std::uint64_t bits) { return std::bit_cast<double>(bits); }

// Of the kinds that meet in programs and at the borders.
double some_double(Random& random) {
    const std::uint64_t any = random.next();
    const std::uint64_t sign = any & std::uint64_t{1} << 63;
    const auto number = [&](std::uint64_t exponent, std::uint64_t fraction) {
        return from_bits(sign | exponent << 52 | (fraction & 0xfffffffffffff));
    };
    switch (random.below(16)) {
    case 0: return from_bits(sign);
    case 1: return number(0, any >> random.below(52)); // denormal
    case 2: return number(0x7ff, random.one_in(2) ? 0 : any);
    case 3: return number(1 + random.below(3), any);
    case 4: return number(2046 - random.below(3), any);
    case 5: return number(895 + random.below(6), any);  // singles' smallest
    case 6: return number(1149 + random.below(3), any); // singles' largest
    case 7: return number(871 + random.below(30), any >> 29 << 29);
    case 8: return number(1020 + random.below(8), any >> 29 << 29); // ordinary singles
    case 9: return number(1020 + random.below(8), any >> 28 << 28); // one bit more: ties
    case 10: return number(1000 + random.below(46), any >> 27 << 27);
    case 11: return static_cast<double>(static_cast<std::int64_t>(any) >> (32 + any % 31));
    case 12: return number(1023 + random.below(60), std::uint64_t{0} - (any & 3));
    case 13: return from_bits(any);
    default: return number(1000 + random.below(46), any);
    }
}

class FloatLockstep {
  public:
    explicit FloatLockstep(x64::HostFeatures features)
        : lockstep_({.arena_bytes = std::size_t{4} << 20, .features = features}) {}

    void run(Op op, Precision precision, Operands operands, Random& random, unsigned count) {
        ir::Function function(test_layout(), exact_helpers());
        arithmetic_function(function, op, precision, operands);
        lockstep_.prepare(function);
        for (unsigned i = 0; i < count; ++i) {
            GuestState start;
            start.header.budget = 10;
            start.header.guest_mxcsr = 0x1f80 | random.below(4) << 13;
            for (double& value : start.f)
                value = some_double(random);
            if (random.one_in(4)) start.f[1] = random.one_in(2) ? start.f[0] : -start.f[0];
            const std::string found = lockstep_.compare(start, X64Side::Maps::none);
            if (!found.empty())
                FAIL(fmt::format("{} precision {} mxcsr {:#x} of {:#x} {:#x} {:#x}:\n{}",
                                 ir::info(op).name, static_cast<int>(precision),
                                 start.header.guest_mxcsr, std::bit_cast<std::uint64_t>(start.f[0]),
                                 std::bit_cast<std::uint64_t>(start.f[1]),
                                 std::bit_cast<std::uint64_t>(start.f[2]), found));
        }
    }

    void run_all(std::uint64_t seed, unsigned count) {
        Random random(seed);
        for (const Op op : arithmetic_ops)
            for (const Precision precision : {Precision::double_, Precision::single}) {
                run(op, precision, Operands::slots, random, count);
                run(op, precision, Operands::widened_singles, random, count);
            }
    }

  private:
    X64Lockstep lockstep_;
};

} // namespace

TEST_CASE("host floating point is the exact helper's") {
    FloatLockstep(x64::HostFeatures::of_this_host()).run_all(1, 2000);
}

TEST_CASE("host floating point in baseline instructions is the exact helper's") {
    FloatLockstep(x64::HostFeatures::baseline()).run_all(2, 1000);
}

namespace {

constexpr Op single_ops[] = {Op::float_add,  Op::float_sub,       Op::float_mul,      Op::float_div,
                             Op::float_sqrt, Op::float_to_single, Op::float_to_double};

// The halves of f0 and f1 are a, b and c, d. f2 = op(a, b), of whatever type, f3 = (c op d, -c).
void single_function(ir::Function& function, Op op) {
    using ir::Half;
    function.clear();
    function.start_pc = 0x1000;
    ir::Builder build(function);
    build.instruction(0x1000);
    const ir::Value first = build.get_slot(f(0)), second = build.get_slot(f(1));
    const auto single = [&](Half half, ir::Value pair) { return build.float_half(half, pair); };
    const ir::FloatOp attributes{.helper = exact_helper_on_singles(op),
                                 .precision = op == Op::float_to_double ? Precision::double_
                                                                        : Precision::single};
    const auto apply = [&](ir::Value a, ir::Value b) {
        if (op == Op::float_to_single) return build.float_op(op, attributes, {first});
        if (argument_count(op) == 1) return build.float_op(op, attributes, {a});
        return build.float_op(op, attributes, {a, b});
    };
    const ir::Value one = apply(single(Half::upper, first), single(Half::lower, first));
    const ir::Value two = apply(single(Half::upper, second), single(Half::lower, second));
    const auto put = [&](Half half, ir::Value pair, ir::Value value) {
        return build.type(value) == ir::Type::f32 ? build.float_with_half(half, pair, value)
                                                  : value;
    };
    build.set_slot(f(2), put(Half::lower, build.get_slot(f(2)), one));
    const ir::Value negative = build.float_pure(Op::float_neg, {single(Half::upper, second)});
    build.set_slot(f(3),
                   build.float_with_half(Half::lower, put(Half::upper, second, two), negative));
    const ir::Value absolute = build.float_pure(Op::float_abs, {single(Half::lower, first)});
    build.set_slot(f(0), build.float_with_half(Half::upper, first, absolute));
    build.goto_pc(0x1004);
    opt::Workspace workspace;
    opt::optimise(function, workspace);
}

std::uint32_t some_single(Random& random) {
    const auto any = static_cast<std::uint32_t>(random.next());
    const auto number = [&](std::uint32_t exponent, std::uint32_t fraction) {
        return (any & 0x80000000) | exponent << 23 | (fraction & 0x7fffff);
    };
    switch (random.below(10)) {
    case 0: return any & 0x80000000;
    case 1: return number(0, any >> random.below(23)); // denormal
    case 2: return number(0xff, random.one_in(2) ? 0 : any);
    case 3: return number(1 + random.below(3), any);
    case 4: return number(254 - random.below(3), any);
    case 5: return number(50 + random.below(30), any); // products are tiny
    case 6: return number(120 + random.below(16), any >> 12 << 12);
    case 7: return any;
    default: return number(100 + random.below(50), any);
    }
}

void run_singles(x64::HostFeatures features, std::uint64_t seed, unsigned count) {
    X64Lockstep lockstep({.arena_bytes = std::size_t{4} << 20, .features = features});
    ir::Function function(test_layout(), exact_helpers());
    Random random(seed);
    for (const Op op : single_ops) {
        single_function(function, op);
        lockstep.prepare(function);
        for (unsigned i = 0; i < count; ++i) {
            GuestState start;
            start.header.budget = 10;
            start.header.guest_mxcsr = 0x1f80 | random.below(4) << 13;
            for (double& value : start.f) {
                const std::uint64_t high = some_single(random), low = some_single(random);
                value = from_bits(high << 32 | (random.one_in(6) ? high : low));
            }
            if (op == Op::float_to_single) start.f[0] = some_double(random);
            const std::string found = lockstep.compare(start, X64Side::Maps::none);
            if (!found.empty())
                FAIL(fmt::format("{} of singles, mxcsr {:#x} of {:#x} {:#x}:\n{}",
                                 ir::info(op).name, start.header.guest_mxcsr,
                                 std::bit_cast<std::uint64_t>(start.f[0]),
                                 std::bit_cast<std::uint64_t>(start.f[1]), found));
        }
    }
}

} // namespace

TEST_CASE("singles in halves of doubles are the exact helper's") {
    run_singles(x64::HostFeatures::of_this_host(), 4, 4000);
}

TEST_CASE("singles in halves of doubles in baseline instructions are the exact helper's") {
    run_singles(x64::HostFeatures::baseline(), 5, 2000);
}

namespace {

unsigned helper_calls;
float count_single_call(void*, float, float) {
    ++helper_calls;
    return 0;
}

double count_call(void*, double, double) {
    ++helper_calls;
    return 0;
}

} // namespace

// Otherwise everything above would hold for a backend that always calls the helper.
TEST_CASE("ordinary sums and products do not call the helper") {
    ir::HelperTable helpers = test_helpers();
    helpers[helper_add].function = reinterpret_cast<const void*>(count_call);
    const double ordinary[] = {0.0, 1.0, -1.0, 3.1415926535, -2.5e10, 1.0 / 3, 1e-30, 16777217.0};
    X64Side side;
    x64::X64Backend backend(
        side.memory, {.arena_bytes = std::size_t{1} << 20, .banks = x64::RegisterBanks::used});
    for (const Op op : {Op::float_add, Op::float_sub, Op::float_mul})
        for (const Precision precision : {Precision::double_, Precision::single}) {
            ir::Function function(test_layout(), helpers);
            function.start_pc = 0x1000;
            ir::Builder build(function);
            build.instruction(0x1000);
            build.set_slot(f(2), build.float_op(op, {.helper = helper_add, .precision = precision},
                                                {build.get_slot(f(0)), build.get_slot(f(1))}));
            build.goto_pc(0x1004);
            opt::Workspace workspace;
            opt::optimise(function, workspace);
            runtime::CompiledUnit unit;
            REQUIRE(backend.compile(function, unit));
            helper_calls = 0;
            for (const double a : ordinary)
                for (const double b : ordinary) {
                    GuestState start;
                    start.header.budget = 1;
                    start.f[0] = a;
                    start.f[1] = b;
                    side.start(start, X64Side::Maps::none);
                    CHECK(backend.enter(&side.state.header, unit.entry).code == 0);
                }
            INFO(ir::info(op).name << " precision " << static_cast<int>(precision));
            // A tiny single, and products that are halfway between two singles.
            CHECK(helper_calls <= 5);
        }
}

TEST_CASE("ordinary sums and products of singles do not call the helper") {
    ir::HelperTable helpers = test_helpers();
    helpers[helper_single_two].function = reinterpret_cast<const void*>(count_single_call);
    const float ordinary[] = {0.0F, 1.0F, -1.0F, 3.1415926535F, -2.5e10F, 1.0F / 3, 16777215.0F};
    X64Side side;
    x64::X64Backend backend(
        side.memory, {.arena_bytes = std::size_t{1} << 20, .banks = x64::RegisterBanks::used});
    for (const Op op : {Op::float_add, Op::float_sub, Op::float_mul}) {
        ir::Function function(test_layout(), helpers);
        function.start_pc = 0x1000;
        ir::Builder build(function);
        build.instruction(0x1000);
        const ir::Value pair = build.get_slot(f(0));
        const ir::Value result = build.float_op(
            op, {.helper = helper_single_two, .precision = Precision::single},
            {build.float_half(ir::Half::upper, pair), build.float_half(ir::Half::lower, pair)});
        build.set_slot(f(1), build.float_with_half(ir::Half::upper, pair, result));
        build.goto_pc(0x1004);
        opt::Workspace workspace;
        opt::optimise(function, workspace);
        runtime::CompiledUnit unit;
        REQUIRE(backend.compile(function, unit));
        helper_calls = 0;
        for (const float a : ordinary)
            for (const float b : ordinary) {
                GuestState start;
                start.header.budget = 1;
                start.f[0] = from_bits(std::uint64_t{std::bit_cast<std::uint32_t>(a)} << 32 |
                                       std::bit_cast<std::uint32_t>(b));
                side.start(start, X64Side::Maps::none);
                CHECK(backend.enter(&side.state.header, unit.entry).code == 0);
            }
        INFO(ir::info(op).name);
        CHECK(helper_calls == 0);
    }
}

TEST_CASE("conversions to integers and between the forms of a single") {
    ir::Function function(test_layout(), exact_helpers());
    function.start_pc = 0x1000;
    ir::Builder build(function);
    build.instruction(0x1000);
    const ir::Value number = build.get_slot(f(0));
    build.set_slot(slot_r0, build.float_op(Op::float_to_int32_zero,
                                           {.helper = exact_helper(Op::float_to_int32_zero,
                                                                   Precision::double_)},
                                           {number}));
    build.set_slot(slot_r0 + 1, build.float_pure(Op::float_narrow, {number}));
    build.set_slot(f(1), build.float_pure(Op::float_widen, {build.get_slot(slot_r0 + 2)}));
    build.set_slot(f(2), build.float_pure(Op::float_neg, {number}));
    build.set_slot(f(3), build.float_pure(Op::float_abs, {number}));
    build.goto_pc(0x1004);
    opt::Workspace workspace;
    opt::optimise(function, workspace);
    for (const auto& features :
         {x64::HostFeatures::of_this_host(), x64::HostFeatures::baseline()}) {
        X64Lockstep lockstep({.arena_bytes = std::size_t{1} << 20, .features = features});
        lockstep.prepare(function);
        Random random(3);
        for (unsigned i = 0; i < 20000; ++i) {
            GuestState start;
            start.header.budget = 1;
            start.f[0] = some_double(random);
            start.r[2] = static_cast<std::uint32_t>(random.next());
            if (random.one_in(3)) start.r[2] |= 0x7f800000;
            if (random.one_in(3)) start.r[2] &= 0x807fffff;
            const std::string found = lockstep.compare(start, X64Side::Maps::none);
            if (!found.empty())
                FAIL(fmt::format("{:#x} {:#x}\n{}", std::bit_cast<std::uint64_t>(start.f[0]),
                                 start.r[2], found));
        }
    }
}

TEST_CASE("the ordering of two numbers is one comparison, and right") {
    ir::Function function(test_layout(), exact_helpers());
    function.start_pc = 0x1000;
    ir::Builder build(function);
    build.instruction(0x1000);
    const auto order = [&](ir::Value a, ir::Value b) {
        const auto test = [&](Op op) { return build.float_pure(op, {a, b}); };
        const ir::Value equal = test(Op::float_eq), greater = test(Op::float_gt);
        return build.order_pack(test(Op::float_lt), greater, equal);
    };
    const ir::Value a = build.get_slot(f(0)), b = build.get_slot(f(1));
    build.set_slot(slot_cr0, order(a, b));
    build.set_slot(slot_cr0 + 1, order(build.float_half(ir::Half::upper, a),
                                       build.float_half(ir::Half::lower, b)));
    // Of others: what is packed is not one comparison.
    const ir::Value c = build.get_slot(f(2));
    build.set_slot(slot_x0, build.order_pack(build.float_pure(Op::float_lt, {a, c}),
                                             build.float_pure(Op::float_gt, {a, b}),
                                             build.float_pure(Op::float_eq, {a, b})));
    build.goto_pc(0x1004);
    opt::Workspace workspace;
    opt::optimise(function, workspace);
    for (const auto& features :
         {x64::HostFeatures::of_this_host(), x64::HostFeatures::baseline()}) {
        X64Lockstep lockstep({.arena_bytes = std::size_t{1} << 20, .features = features});
        lockstep.prepare(function);
        Random random(6);
        for (unsigned i = 0; i < 5000; ++i) {
            GuestState start;
            start.header.budget = 1;
            for (double& value : start.f)
                value = some_double(random);
            if (random.one_in(4)) start.f[1] = start.f[0];
            const std::string found = lockstep.compare(start, X64Side::Maps::none);
            if (!found.empty())
                FAIL(fmt::format("{:#x} {:#x}\n{}", std::bit_cast<std::uint64_t>(start.f[0]),
                                 std::bit_cast<std::uint64_t>(start.f[1]), found));
        }
    }
}
