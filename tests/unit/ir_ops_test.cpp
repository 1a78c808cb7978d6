// What each pure op computes, from its row in opcodes.inc: the interpreter and the optimiser's
// constant folding, each against a computation of its own kind (bit by bit or in 128 bits).
#include <cmath>
#include <functional>
#include <limits>
#include <memory>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "backend/interp/interpreter.h"
#include "tests/unit/ir_guest.h"
#include "translator/ir/builder.h"
#include "translator/ir/printer.h"
#include "translator/ir/semantics.h"
#include "translator/opt/fold.h"
#include "translator/opt/passes.h"
#include "translator/opt/pipeline.h"

using namespace vestige;
using namespace vestige::test;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

using Unsigned = unsigned __int128;
using Signed = __int128;

// Runs `build` (which returns one value) and gives that value's bits.
class Evaluator {
  public:
    std::uint64_t run(const std::function<Value(ir::Builder&)>& make) {
        function_.clear();
        ir::Builder build(function_);
        build.instruction(0x1000);
        Value value = make(build);
        const Type type = build.type(value);
        if (type == Type::f64)
            build.set_slot(slot_f0, value);
        else {
            if (type == Type::f32) value = build.bitcast(Type::i32, value);
            if (type != Type::i64 && type != Type::none) value = build.zext(Type::i64, value);
            build.set_slot(slot_x0, value);
        }
        build.goto_pc(0x1004);
        guest_->header.budget = 1;
        interpreter_.run(function_, &guest_->header, memory_, runtime::AccessFrom::unit);
        return type == Type::f64 ? std::bit_cast<std::uint64_t>(guest_->f[0]) : guest_->x[0];
    }

  private:
    ir::Function function_{test_layout(), test_helpers()};
    std::unique_ptr<GuestState> guest_ = std::make_unique<GuestState>();
    GuestMemory memory_;
    interp::Interpreter interpreter_;
};

unsigned width(Type type) { return ir::info(type).bits; }
std::uint64_t cut(Unsigned value, unsigned bits) {
    return static_cast<std::uint64_t>(value) & ~std::uint64_t{0} >> (64 - bits);
}
Signed as_signed(std::uint64_t value, unsigned bits) {
    const Signed all = Signed{1} << bits;
    return (value >> (bits - 1) & 1) != 0 ? Signed{value} - all : Signed{value};
}
bool bit_of(std::uint64_t value, unsigned index) { return (value >> index & 1) != 0; }

// A result made bit by bit.
template <class Bit> std::uint64_t bitwise(unsigned bits, Bit bit) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < bits; ++i)
        value |= std::uint64_t{bit(i)} << i;
    return value;
}

// What the op should give for arguments of `bits` bits.
using Expected = std::uint64_t (*)(std::uint64_t a, std::uint64_t b, std::uint64_t c,
                                   unsigned bits);

struct Row {
    Op op;
    unsigned arguments; // the third, if any, is an i1
    bool condition;     // the result is an i1
    Expected expected;
};

#define EXPECT(expression)                                                                         \
    [](std::uint64_t a, std::uint64_t b, std::uint64_t c, unsigned bits) -> std::uint64_t {        \
        (void)a, (void)b, (void)c, (void)bits;                                                     \
        return expression;                                                                         \
    }

const Row rows[] = {
    {Op::add, 2, false, EXPECT(cut(Unsigned{a} + b, bits))},
    {Op::sub, 2, false, EXPECT(cut(Unsigned{a} + (Unsigned{1} << bits) - b, bits))},
    {Op::mul, 2, false, EXPECT(cut(Unsigned{a} * b, bits))},
    {Op::div_u, 2, false, EXPECT(b == 0 ? 0 : a / b)},
    {Op::div_s, 2, false,
     EXPECT(b == 0 ? 0
                   : cut(static_cast<Unsigned>(as_signed(a, bits) / as_signed(b, bits)), bits))},
    {Op::and_, 2, false,
     EXPECT(bitwise(bits, [&](unsigned i) { return bit_of(a, i) && bit_of(b, i); }))},
    {Op::or_, 2, false,
     EXPECT(bitwise(bits, [&](unsigned i) { return bit_of(a, i) || bit_of(b, i); }))},
    {Op::xor_, 2, false,
     EXPECT(bitwise(bits, [&](unsigned i) { return bit_of(a, i) != bit_of(b, i); }))},
    {Op::and_not, 2, false,
     EXPECT(bitwise(bits, [&](unsigned i) { return bit_of(a, i) && !bit_of(b, i); }))},
    {Op::not_, 1, false, EXPECT(bitwise(bits, [&](unsigned i) { return !bit_of(a, i); }))},
    {Op::neg, 1, false, EXPECT(cut((Unsigned{1} << bits) - a, bits))},
    {Op::shl, 2, false,
     EXPECT(bitwise(bits,
                    [&](unsigned i) {
                        const unsigned n = static_cast<unsigned>(b % bits);
                        return i >= n && bit_of(a, i - n);
                    }))},
    {Op::shr, 2, false,
     EXPECT(bitwise(bits,
                    [&](unsigned i) {
                        const unsigned n = static_cast<unsigned>(b % bits);
                        return i + n < bits && bit_of(a, i + n);
                    }))},
    {Op::sar, 2, false,
     EXPECT(bitwise(bits,
                    [&](unsigned i) {
                        const unsigned n = static_cast<unsigned>(b % bits);
                        return bit_of(a, std::min(i + n, bits - 1));
                    }))},
    {Op::rotl, 2, false,
     EXPECT(bitwise(bits,
                    [&](unsigned i) {
                        const unsigned n = static_cast<unsigned>(b % bits);
                        return bit_of(a, (i + bits - n) % bits);
                    }))},
    {Op::clz, 1, false, EXPECT([&] {
         std::uint64_t zeros = 0;
         while (zeros < bits && !bit_of(a, bits - 1 - static_cast<unsigned>(zeros)))
             ++zeros;
         return zeros;
     }())},
    {Op::add_carry, 3, false, EXPECT(cut(Unsigned{a} + b + c, bits))},
    {Op::carry_out, 3, true, EXPECT(static_cast<std::uint64_t>((Unsigned{a} + b + c) >> bits))},
    {Op::add_overflow, 3, true, EXPECT([&]() -> std::uint64_t {
         const Signed sum = as_signed(a, bits) + as_signed(b, bits) + static_cast<Signed>(c);
         return as_signed(cut(static_cast<Unsigned>(sum), bits), bits) != sum;
     }())},
    {Op::cmp_eq, 2, true, EXPECT(a == b)},
    {Op::cmp_ne, 2, true, EXPECT(a != b)},
    {Op::cmp_lt_u, 2, true, EXPECT(a < b)},
    {Op::cmp_le_u, 2, true, EXPECT(a <= b)},
    {Op::cmp_lt_s, 2, true, EXPECT(as_signed(a, bits) < as_signed(b, bits))},
    {Op::cmp_le_s, 2, true, EXPECT(as_signed(a, bits) <= as_signed(b, bits))},
};

std::vector<std::uint64_t> values_of(unsigned bits) {
    std::vector<std::uint64_t> values = {0, 1, 2, 3, 7, 31, 0x5a};
    for (const std::uint64_t high :
         {std::uint64_t{1} << (bits - 1), std::uint64_t{0x0123456789abcdef},
          std::uint64_t{0xfedcba9876543210}})
        for (const std::uint64_t value : {high, high - 1, high + 1, ~high})
            values.push_back(value);
    values.push_back(~std::uint64_t{0});
    for (std::uint64_t& value : values)
        value = cut(value, bits);
    return values;
}

void check(Evaluator& evaluator, Op op, Type result, Type from,
           const std::vector<std::pair<Type, std::uint64_t>>& arguments, std::uint64_t expected) {
    std::vector<std::uint64_t> constants;
    for (const auto& argument : arguments)
        constants.push_back(argument.second);
    const std::uint64_t found = evaluator.run([&](ir::Builder& build) {
        Value v[3];
        for (std::size_t i = 0; i < arguments.size(); ++i)
            v[i] = build.constant(arguments[i].first, arguments[i].second);
        switch (arguments.size()) {
        case 1: return build.append(op, result, {v[0]});
        case 2: return build.append(op, result, {v[0], v[1]});
        default: return build.append(op, result, {v[0], v[1], v[2]});
        }
    });
    const auto folded = opt::fold(op, result, from, constants);
    if (found == expected && (!folded || *folded == expected)) return;
    std::string text = fmt::format("{} {}", ir::info(op).name, ir::info(from).name);
    for (const std::uint64_t constant : constants)
        text += fmt::format(" {:#x}", constant);
    INFO(text);
    CHECK(found == expected);
    if (folded) CHECK(*folded == expected);
}

} // namespace

TEST_CASE("ops: integers of every width") {
    Evaluator evaluator;
    for (const Row& row : rows)
        for (const Type type : {Type::i8, Type::i16, Type::i32, Type::i64}) {
            const unsigned bits = width(type);
            const Type result = row.condition ? Type::i1 : type;
            const auto values = values_of(bits);
            for (const std::uint64_t a : values) {
                if (row.arguments == 1) {
                    check(evaluator, row.op, result, type, {{type, a}},
                          row.expected(a, 0, 0, bits));
                    continue;
                }
                for (const std::uint64_t b : values) {
                    if (row.arguments == 2)
                        check(evaluator, row.op, result, type, {{type, a}, {type, b}},
                              row.expected(a, b, 0, bits));
                    else
                        for (const std::uint64_t c : {0, 1})
                            check(evaluator, row.op, result, type,
                                  {{type, a}, {type, b}, {Type::i1, c}},
                                  row.expected(a, b, c, bits));
                }
            }
        }
}

TEST_CASE("ops: i1 logic") {
    Evaluator evaluator;
    for (const std::uint64_t a : {0, 1}) {
        check(evaluator, Op::not_, Type::i1, Type::i1, {{Type::i1, a}}, a == 0);
        for (const std::uint64_t b : {0, 1}) {
            const auto expect = [&](Op op, bool expected) {
                check(evaluator, op, Type::i1, Type::i1, {{Type::i1, a}, {Type::i1, b}}, expected);
            };
            expect(Op::and_, a != 0 && b != 0);
            expect(Op::or_, a != 0 || b != 0);
            expect(Op::xor_, a != b);
            expect(Op::and_not, a != 0 && b == 0);
            expect(Op::cmp_eq, a == b);
            expect(Op::cmp_ne, a != b);
        }
    }
}

TEST_CASE("ops: upper halves of products, byte order") {
    Evaluator evaluator;
    for (const std::uint64_t a : values_of(32))
        for (const std::uint64_t b : values_of(32)) {
            check(evaluator, Op::mul_high_u, Type::i32, Type::i32, {{Type::i32, a}, {Type::i32, b}},
                  a * b >> 32);
            const auto product = static_cast<std::int64_t>(static_cast<std::int32_t>(a)) *
                                 static_cast<std::int32_t>(b);
            check(evaluator, Op::mul_high_s, Type::i32, Type::i32, {{Type::i32, a}, {Type::i32, b}},
                  static_cast<std::uint64_t>(product) >> 32);
        }
    for (const std::uint64_t a : values_of(64))
        for (const std::uint64_t b : values_of(64)) {
            // Schoolbook, in halves of 32 bits.
            const std::uint64_t al = a & 0xffffffff, ah = a >> 32, bl = b & 0xffffffff,
                                bh = b >> 32;
            const std::uint64_t middle = ah * bl + (al * bl >> 32);
            const std::uint64_t other = al * bh + (middle & 0xffffffff);
            const std::uint64_t high = ah * bh + (middle >> 32) + (other >> 32);
            check(evaluator, Op::mul_high_u, Type::i64, Type::i64, {{Type::i64, a}, {Type::i64, b}},
                  high);
            const std::uint64_t correction = (a >> 63 ? b : 0) + (b >> 63 ? a : 0);
            check(evaluator, Op::mul_high_s, Type::i64, Type::i64, {{Type::i64, a}, {Type::i64, b}},
                  high - correction);
        }
    check(evaluator, Op::byte_swap, Type::i16, Type::i16, {{Type::i16, 0x1234}}, 0x3412);
    check(evaluator, Op::byte_swap, Type::i32, Type::i32, {{Type::i32, 0x12345678}}, 0x78563412);
    check(evaluator, Op::byte_swap, Type::i64, Type::i64, {{Type::i64, 0x0123456789abcdef}},
          0xefcdab8967452301);
}

TEST_CASE("ops: conversions") {
    Evaluator evaluator;
    constexpr Type types[] = {Type::i1, Type::i8, Type::i16, Type::i32, Type::i64};
    for (const Type from : types)
        for (const Type to : types)
            for (const std::uint64_t a : values_of(width(from))) {
                if (from < to) {
                    check(evaluator, Op::zext, to, from, {{from, a}}, a);
                    check(evaluator, Op::sext, to, from, {{from, a}},
                          cut(static_cast<Unsigned>(as_signed(a, width(from))), width(to)));
                } else if (to < from) {
                    check(evaluator, Op::trunc, to, from, {{from, a}}, cut(a, width(to)));
                }
            }
    check(evaluator, Op::bitcast, Type::f64, Type::i64, {{Type::i64, 0x7ff0000000000001}},
          0x7ff0000000000001);
    check(evaluator, Op::bitcast, Type::i64, Type::f64, {{Type::f64, 0xfff8000000000001}},
          0xfff8000000000001);
    check(evaluator, Op::bitcast, Type::f32, Type::i32, {{Type::i32, 0x7f800001}}, 0x7f800001);
}

TEST_CASE("ops: orderings say what was compared") {
    Evaluator evaluator;
    const auto tests = [&](const std::function<Value(ir::Builder&)>& order) {
        unsigned found = 0;
        const Op ops[] = {Op::order_lt, Op::order_gt, Op::order_eq};
        for (unsigned i = 0; i < 3; ++i)
            found |= static_cast<unsigned>(evaluator.run([&](ir::Builder& build) {
                         return build.append(ops[i], Type::i1, {order(build)});
                     }))
                     << i;
        return found;
    };
    for (const std::uint64_t a : values_of(32))
        for (const std::uint64_t b : values_of(32)) {
            const Signed sa = as_signed(a, 32), sb = as_signed(b, 32);
            CHECK(tests([&](ir::Builder& build) {
                      return build.order_s(build.constant(Type::i32, a),
                                           build.constant(Type::i32, b));
                  }) == ((sa < sb ? 1u : 0) | (sa > sb ? 2u : 0) | (sa == sb ? 4u : 0)));
            CHECK(tests([&](ir::Builder& build) {
                      return build.order_u(build.constant(Type::i32, a),
                                           build.constant(Type::i32, b));
                  }) == ((a < b ? 1u : 0) | (a > b ? 2u : 0) | (a == b ? 4u : 0)));
        }
    for (unsigned mask = 0; mask < 8; ++mask)
        CHECK(tests([&](ir::Builder& build) {
                  return build.order_pack(build.i1(mask & 1), build.i1(mask & 2),
                                          build.i1(mask & 4));
              }) == mask);
}

TEST_CASE("ops: selections take any type") {
    Evaluator evaluator;
    for (const bool condition : {false, true}) {
        CHECK(evaluator.run([&](ir::Builder& build) {
            return build.select(build.i1(condition), build.i32(11), build.i32(22));
        }) == (condition ? 11 : 22));
        CHECK(evaluator.run([&](ir::Builder& build) {
            return build.copy(build.select(build.i1(condition), build.constant(Type::f64, 5),
                                           build.constant(Type::f64, 6)));
        }) == (condition ? 5 : 6));
    }
}

TEST_CASE("ops: floating point that touches no flags") {
    Evaluator evaluator;
    const double values[] = {0.0,
                             -0.0,
                             1.5,
                             -1.5,
                             1e300,
                             5e-324,
                             std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::signaling_NaN()};
    const auto bits = [](double value) { return std::bit_cast<std::uint64_t>(value); };
    for (const double a : values) {
        const auto unary = [&](Op op) {
            return evaluator.run([&](ir::Builder& build) {
                return build.float_pure(op, {build.constant(Type::f64, bits(a))});
            });
        };
        CHECK(unary(Op::float_neg) == (bits(a) ^ std::uint64_t{1} << 63));
        CHECK(unary(Op::float_abs) == (bits(a) & ~(std::uint64_t{1} << 63)));
        for (const double b : values) {
            const auto test = [&](Op op) {
                return evaluator.run([&](ir::Builder& build) {
                    return build.float_pure(op, {build.constant(Type::f64, bits(a)),
                                                 build.constant(Type::f64, bits(b))});
                }) != 0;
            };
            CHECK(test(Op::float_lt) == std::isless(a, b));
            CHECK(test(Op::float_gt) == std::isgreater(a, b));
            CHECK(test(Op::float_eq) == (!std::isunordered(a, b) && !std::islessgreater(a, b)));
            CHECK(test(Op::float_le) == std::islessequal(a, b));
            CHECK(test(Op::float_ge) == std::isgreaterequal(a, b));
            CHECK(test(Op::float_unordered) == (std::isnan(a) || std::isnan(b)));
        }
    }
}

TEST_CASE("ops: singles that touch no flags") {
    Evaluator evaluator;
    // 0, -0, the smallest, 1.5, -1.5, infinity, both kinds of NaN
    const std::uint32_t values[] = {0,          0x80000000, 1,          0x3fc00000,
                                    0xbfc00000, 0x7f800000, 0x7fc00000, 0xffa00001};
    for (const std::uint32_t a : values) {
        check(evaluator, Op::float_neg, Type::f32, Type::f32, {{Type::f32, a}}, a ^ 0x80000000);
        check(evaluator, Op::float_abs, Type::f32, Type::f32, {{Type::f32, a}}, a & 0x7fffffff);
        for (const std::uint32_t b : values) {
            const float x = std::bit_cast<float>(a), y = std::bit_cast<float>(b);
            const auto test = [&](Op op, bool expected) {
                check(evaluator, op, Type::i1, Type::f32, {{Type::f32, a}, {Type::f32, b}},
                      expected);
            };
            test(Op::float_lt, std::isless(x, y));
            test(Op::float_gt, std::isgreater(x, y));
            test(Op::float_eq, !std::isunordered(x, y) && !std::islessgreater(x, y));
            test(Op::float_le, std::islessequal(x, y));
            test(Op::float_ge, std::isgreaterequal(x, y));
            test(Op::float_unordered, std::isunordered(x, y));
        }
    }
}

TEST_CASE("ops: halves of doubles, and integers as doubles") {
    Evaluator evaluator;
    constexpr std::uint64_t number = 0x0123456789abcdef;
    const auto half = [&](ir::Half which) {
        return evaluator.run([&](ir::Builder& build) {
            return build.float_half(which, build.constant(Type::f64, number));
        });
    };
    CHECK(half(ir::Half::upper) == 0x01234567);
    CHECK(half(ir::Half::lower) == 0x89abcdef);
    const auto with_half = [&](ir::Half which) {
        return evaluator.run([&](ir::Builder& build) {
            return build.float_with_half(which, build.constant(Type::f64, number),
                                         build.constant(Type::f32, 0xfedcba98));
        });
    };
    CHECK(with_half(ir::Half::upper) == 0xfedcba9889abcdef);
    CHECK(with_half(ir::Half::lower) == 0x01234567fedcba98);
    for (const std::uint32_t integer : {0u, 1u, 0x7fffffffu, 0x80000000u, 0xffffffffu})
        check(evaluator, Op::float_from_int32, Type::f64, Type::i32, {{Type::i32, integer}},
              std::bit_cast<std::uint64_t>(double(static_cast<std::int32_t>(integer))));
}

TEST_CASE("ops: singles widen and narrow without a change") {
    // The host converts all but signalling NaNs, which it makes quiet.
    for (std::uint64_t step = 0; step < 0x1'0000'0000; step += 9973) {
        const auto single = static_cast<std::uint32_t>(step);
        const std::uint64_t wide = ir::widen_single(single);
        if (ir::narrow_double(wide) != single) FAIL(single);
        const float value = std::bit_cast<float>(single);
        const bool signalling = std::isnan(value) && (single >> 22 & 1) == 0;
        const std::uint64_t host =
            signalling ? wide : std::bit_cast<std::uint64_t>(static_cast<double>(value));
        if (wide != host) FAIL(single);
    }
    CHECK(ir::widen_single(0x7f800001) == 0x7ff0000020000000);
    CHECK(ir::narrow_double(0x7ff0000020000000) == 0x7f800001);
    CHECK(ir::widen_single(1) == std::bit_cast<std::uint64_t>(std::ldexp(1.0, -149)));
    CHECK(ir::narrow_double(0x8000000000000001) == 0x80000000);
    CHECK(ir::narrow_double(0x3ff0000010000000) == 0x3f800000); // cut off, not rounded
}

TEST_CASE("ops: vector lanes") {
    auto guest = std::make_unique<GuestState>();
    GuestMemory memory;
    interp::Interpreter interpreter;
    constexpr std::uint64_t a[2] = {0x00ff7f8001ff8000, 0xffffffff80000000};
    constexpr std::uint64_t b[2] = {0x01018080ff010001, 0x0000000180000000};
    const auto run = [&](Op op, unsigned lanes) {
        ir::Function function(test_layout(), test_helpers());
        ir::Builder build(function);
        const Value va = build.get_slot(slot_v0), vb = build.get_slot(slot_v0 + 1);
        build.instruction(0x1000);
        build.set_slot(slot_v0,
                       op == Op::vec_not ? build.vec(op, {va}) : build.vec(op, {va, vb}, lanes));
        build.goto_pc(0x1004);
        std::memcpy(guest->v[0], a, 16);
        std::memcpy(guest->v[1], b, 16);
        guest->header.budget = 1;
        interpreter.run(function, &guest->header, memory, runtime::AccessFrom::unit);
    };
    for (const unsigned lanes : {8u, 16u, 32u, 64u})
        for (const Op op : {Op::vec_add, Op::vec_sub}) {
            run(op, lanes);
            for (unsigned half = 0; half < 2; ++half)
                for (unsigned at = 0; at < 64; at += lanes) {
                    const std::uint64_t x = cut(a[half] >> at, lanes),
                                        y = cut(b[half] >> at, lanes);
                    INFO(ir::info(op).name << lanes << " half " << half << " at " << at);
                    CHECK(cut(guest->v[0][half] >> at, lanes) ==
                          cut(op == Op::vec_add ? x + y : x - y, lanes));
                }
        }
    const std::pair<Op, std::uint64_t (*)(std::uint64_t, std::uint64_t)> bitwise_ops[] = {
        {Op::vec_and, [](std::uint64_t x, std::uint64_t y) { return x & y; }},
        {Op::vec_or, [](std::uint64_t x, std::uint64_t y) { return x | y; }},
        {Op::vec_xor, [](std::uint64_t x, std::uint64_t y) { return x ^ y; }},
        {Op::vec_and_not, [](std::uint64_t x, std::uint64_t y) { return x & ~y; }},
        {Op::vec_not, [](std::uint64_t x, std::uint64_t) { return ~x; }},
    };
    for (const auto& [op, expected] : bitwise_ops) {
        run(op, 0);
        for (unsigned half = 0; half < 2; ++half)
            CHECK(guest->v[0][half] == expected(a[half], b[half]));
    }
}

TEST_CASE("divisions by constants are exact, however they are done") {
    ir::Function function(test_layout(), test_helpers());
    opt::Workspace workspace;
    const auto edges = {1u,          2u,          3u,          5u,          6u,
                        7u,          9u,          10u,         11u,         25u,
                        100u,        641u,        1000u,       0x7fffu,     65537u,
                        1000000007u, 0x7fffffffu, 0x80000001u, 0xfffffffeu, 0xffffffffu};
    for (const std::uint32_t divisor : edges)
        for (const std::uint32_t multiple : {0u, 1u, 2u, 1000u, 0xffffffffu / divisor})
            for (const std::uint32_t more : {0u, 1u, divisor - 1, ~0u}) {
                const std::uint32_t x = multiple * divisor + more;
                function.clear();
                ir::Builder build(function);
                build.instruction(0x1000);
                const Value dividend = build.get_slot(slot_r0);
                build.set_slot(slot_r0, build.div_u(dividend, build.i32(divisor)));
                build.goto_pc(0x1004);
                opt::optimise(function, workspace);
                // Now that the rules are through, the number itself.
                function[dividend] = {.op = Op::constant, .type = Type::i32, .imm = x};
                opt::simplify(function, workspace);
                for (const Value value : function.blocks[0].body) {
                    if (function[value].op != Op::set_slot) continue;
                    INFO(x << " / " << divisor);
                    const ir::Instruction& quotient = function[function[value].arguments[0]];
                    REQUIRE(quotient.op == Op::constant);
                    CHECK(quotient.imm == x / divisor);
                }
            }
}
