#include "tests/unit/x64_helpers.h"

#include <algorithm>
#include <array>
#include <bit>

#include "common/assertion.h"
#include "common/softfloat/softfloat.h"
#include "tests/lockstep/random_ir.h"
#include "tests/unit/ir_guest.h"

namespace vestige::test {

namespace {

using ir::Op;
using ir::Precision;
namespace sf = softfloat;

using Policy = sf::FirstNan<sf::DefaultNan::positive, 0, 2, 1>;

// Rounding as MXCSR has it; sticky facts go to `seen`, inexact to MXCSR, as the host's do.
sf::Rounding rounding_of(const GuestState& guest) {
    constexpr sf::Rounding table[] = {sf::Rounding::nearest_even, sf::Rounding::down,
                                      sf::Rounding::up, sf::Rounding::toward_zero};
    return table[guest.header.guest_mxcsr >> 13 & 3];
}

void note(GuestState& guest, sf::Facts facts) {
    constexpr std::uint32_t sticky_inexact = 1 << 5;
    if (facts.has(sf::Fact::inexact)) guest.header.guest_mxcsr |= sticky_inexact;
    guest.seen |= facts
                      .only(sf::all_invalid | sf::Fact::overflow | sf::Fact::underflow |
                            sf::Fact::divide_by_zero)
                      .raw();
}

template <class Target, class Compute> double exact(void* state, Compute compute) {
    GuestState& guest = state_of(state);
    const sf::Environment environment{.rounding = rounding_of(guest)};
    const sf::Result<std::uint64_t> result = compute(environment);
    note(guest, result.facts);
    return std::bit_cast<double>(result.value);
}

std::uint64_t bits_of(double value) { return std::bit_cast<std::uint64_t>(value); }

template <class Target, Op op> double binary(void* state, double a, double b) {
    return exact<Target>(state, [&](const sf::Environment& environment) {
        const std::uint64_t x = bits_of(a), y = bits_of(b);
        if constexpr (op == Op::float_add)
            return sf::add<Target, Policy, sf::F64>(x, y, environment);
        else if constexpr (op == Op::float_sub)
            return sf::subtract<Target, Policy, sf::F64>(x, y, environment);
        else if constexpr (op == Op::float_mul)
            return sf::multiply<Target, Policy, sf::F64>(x, y, environment);
        else
            return sf::divide<Target, Policy, sf::F64>(x, y, environment);
    });
}
template <class Target> double square_root(void* state, double a) {
    return exact<Target>(state, [&](const sf::Environment& environment) {
        return sf::square_root<Target, Policy, sf::F64>(bits_of(a), environment);
    });
}
template <class Target, sf::Fused form> double fused(void* state, double a, double b, double c) {
    return exact<Target>(state, [&](const sf::Environment& environment) {
        return sf::fused_multiply_add<Target, Policy, sf::F64>(bits_of(a), bits_of(b), bits_of(c),
                                                               environment, form);
    });
}
double round_single(void* state, double a) {
    return exact<sf::F64Single>(state, [&](const sf::Environment& environment) {
        return sf::convert<sf::F64Single, sf::F64, Policy>(bits_of(a), environment);
    });
}
std::uint32_t to_int32(void* state, double a) {
    const auto result =
        sf::to_integer<std::int32_t, sf::F64>(bits_of(a), sf::Rounding::toward_zero);
    note(state_of(state), result.facts);
    return static_cast<std::uint32_t>(result.value);
}

constexpr Op first_op = Op::float_add, last_op = Op::float_to_int32_zero;
constexpr ir::HelperId first_exact = helper_to_double + 1;

// ---- on singles (f32)

template <class To, class Compute> To exact_bits(void* state, Compute compute) {
    GuestState& guest = state_of(state);
    const auto result = compute(sf::Environment{.rounding = rounding_of(guest)});
    note(guest, result.facts);
    return std::bit_cast<To>(result.value);
}
std::uint32_t bits_of(float value) { return std::bit_cast<std::uint32_t>(value); }

template <Op op> float binary_single(void* state, float a, float b) {
    return exact_bits<float>(state, [&](const sf::Environment& environment) {
        if constexpr (op == Op::float_add)
            return sf::add<sf::F32, Policy>(bits_of(a), bits_of(b), environment);
        else if constexpr (op == Op::float_sub)
            return sf::subtract<sf::F32, Policy>(bits_of(a), bits_of(b), environment);
        else if constexpr (op == Op::float_mul)
            return sf::multiply<sf::F32, Policy>(bits_of(a), bits_of(b), environment);
        else
            return sf::divide<sf::F32, Policy>(bits_of(a), bits_of(b), environment);
    });
}
float square_root_of_single(void* state, float a) {
    return exact_bits<float>(state, [&](const sf::Environment& environment) {
        return sf::square_root<sf::F32, Policy>(bits_of(a), environment);
    });
}
float to_single(void* state, double a) {
    return exact_bits<float>(state, [&](const sf::Environment& environment) {
        return sf::convert<sf::F32, sf::F64, Policy>(bits_of(a), environment);
    });
}
double to_double(void* state, float a) {
    return exact_bits<double>(state, [&](const sf::Environment& environment) {
        return sf::convert<sf::F64, sf::F32, Policy>(bits_of(a), environment);
    });
}

constexpr Op ops_on_singles[] = {Op::float_add,      Op::float_sub,  Op::float_mul,
                                 Op::float_div,      Op::float_sqrt, Op::float_to_single,
                                 Op::float_to_double};

void add_rows_on_singles(ir::HelperTable& table) {
    using enum ir::Type;
    const auto row = [&](ir::Type result, std::vector<ir::Type> arguments, auto* function) {
        table.push_back({"exact", reinterpret_cast<const void*>(function), result,
                         std::move(arguments), ir::HelperEffect::memory_only_slots});
    };
    row(f32, {f32, f32}, binary_single<Op::float_add>);
    row(f32, {f32, f32}, binary_single<Op::float_sub>);
    row(f32, {f32, f32}, binary_single<Op::float_mul>);
    row(f32, {f32, f32}, binary_single<Op::float_div>);
    row(f32, {f32}, square_root_of_single);
    row(f32, {f64}, to_single);
    row(f64, {f32}, to_double);
}

// Four singles, to nearest, without facts.
using Singles = std::array<std::uint32_t, 4>;

template <class Compute, class... Vectors>
HelperVector by_lanes(Compute compute, Vectors... vectors) {
    Singles result;
    for (unsigned i = 0; i < result.size(); ++i)
        result[i] = compute(std::bit_cast<Singles>(vectors)[i]...).value;
    return std::bit_cast<HelperVector>(result);
}
HelperVector vector_add(void*, HelperVector a, HelperVector b) {
    return by_lanes(
        [](auto x, auto y) { return sf::add<sf::F32, Policy>(x, y, sf::Environment{}); }, a, b);
}
HelperVector vector_subtract(void*, HelperVector a, HelperVector b) {
    return by_lanes(
        [](auto x, auto y) { return sf::subtract<sf::F32, Policy>(x, y, sf::Environment{}); }, a,
        b);
}
template <sf::Fused form>
HelperVector vector_fused(void*, HelperVector a, HelperVector b, HelperVector c) {
    return by_lanes(
        [](auto x, auto y, auto z) {
            return sf::fused_multiply_add<sf::F32, Policy>(x, y, z, sf::Environment{}, form);
        },
        a, b, c);
}

constexpr Op first_vector_op = Op::vec_float_add, last_vector_op = Op::vec_float_neg_mul_sub;

void add_vector_rows(ir::HelperTable& table) {
    using enum ir::Type;
    const auto row = [&](std::vector<ir::Type> arguments, auto* function) {
        table.push_back({"exact", reinterpret_cast<const void*>(function), v128,
                         std::move(arguments), ir::HelperEffect::memory_only_slots});
    };
    row({v128, v128}, vector_add);
    row({v128, v128}, vector_subtract);
    row({v128, v128, v128}, vector_fused<sf::Fused::multiply_add>);
    row({v128, v128, v128}, vector_fused<sf::Fused::negative_multiply_subtract>);
}

template <class Target> void add_rows(ir::HelperTable& table) {
    using enum ir::Type;
    const auto row = [&](ir::Type result, std::vector<ir::Type> arguments, auto* function) {
        table.push_back({"exact", reinterpret_cast<const void*>(function), result,
                         std::move(arguments), ir::HelperEffect::memory_only_slots});
    };
    row(f64, {f64, f64}, binary<Target, Op::float_add>);
    row(f64, {f64, f64}, binary<Target, Op::float_sub>);
    row(f64, {f64, f64}, binary<Target, Op::float_mul>);
    row(f64, {f64, f64}, binary<Target, Op::float_div>);
    row(f64, {f64}, square_root<Target>);
    row(f64, {f64, f64, f64}, fused<Target, sf::Fused::multiply_add>);
    row(f64, {f64, f64, f64}, fused<Target, sf::Fused::multiply_subtract>);
    row(f64, {f64, f64, f64}, fused<Target, sf::Fused::negative_multiply_add>);
    row(f64, {f64, f64, f64}, fused<Target, sf::Fused::negative_multiply_subtract>);
    row(f64, {f64}, round_single);
    row(i32, {f64}, to_int32);
}

} // namespace

const ir::HelperTable& exact_helpers() {
    static const ir::HelperTable table = [] {
        ir::HelperTable made = test_helpers();
        VESTIGE_ASSERT(made.size() == first_exact);
        add_rows<sf::F64>(made);
        add_rows<sf::F64Single>(made);
        add_vector_rows(made);
        add_rows_on_singles(made);
        return made;
    }();
    return table;
}

ir::HelperId exact_helper(Op op, Precision precision) {
    VESTIGE_ASSERT(op >= first_op && op <= last_op);
    constexpr unsigned rows = static_cast<unsigned>(last_op) - static_cast<unsigned>(first_op) + 1;
    const unsigned index = static_cast<unsigned>(op) - static_cast<unsigned>(first_op);
    return static_cast<ir::HelperId>(first_exact + index +
                                     (precision == Precision::single ? rows : 0));
}

ir::HelperId exact_helper_on_singles(Op op) {
    constexpr unsigned rows =
        static_cast<unsigned>(last_vector_op) - static_cast<unsigned>(first_vector_op) + 1;
    const auto* const found = std::find(std::begin(ops_on_singles), std::end(ops_on_singles), op);
    VESTIGE_ASSERT(found != std::end(ops_on_singles));
    return static_cast<ir::HelperId>(exact_helper(last_op, Precision::single) + 1 + rows +
                                     (found - ops_on_singles));
}

void use_exact_helpers(ir::Function& function, std::uint64_t seed) {
    Random random(seed);
    for (ir::Instruction& op : function.instructions) {
        if (op.op >= first_vector_op && op.op <= last_vector_op) {
            const auto index =
                static_cast<unsigned>(op.op) - static_cast<unsigned>(first_vector_op);
            op.imm = ir::FloatOp{.helper = static_cast<ir::HelperId>(
                                     exact_helper(last_op, Precision::single) + 1 + index)}
                         .pack();
        }
        if (op.op == Op::float_to_double)
            op.imm = ir::FloatOp{.helper = exact_helper_on_singles(op.op)}.pack();
        if (op.op == Op::float_to_single ||
            (op.op >= first_op && op.op <= last_op && op.type == ir::Type::f32))
            op.imm = ir::FloatOp{.helper = exact_helper_on_singles(op.op),
                                 .precision = Precision::single}
                         .pack();
        if (op.op < first_op || op.op > last_op || op.type == ir::Type::f32) continue;
        const Precision precision = random.one_in(2) ? Precision::single : Precision::double_;
        op.imm =
            ir::FloatOp{.helper = exact_helper(op.op, precision), .precision = precision}.pack();
    }
}

} // namespace vestige::test
