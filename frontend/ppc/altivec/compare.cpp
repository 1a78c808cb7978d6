// AltiVec compares (AltiVec Programming Environments Manual 4.2.1.4 and 4.2.2.4). The result is CR6
// of the record form as an ordering: LT all lanes hold, EQ none holds; of vcmpbfp EQ all in bounds.
#include "frontend/ppc/altivec/helpers.h"
#include "frontend/ppc/altivec/lanes.h"
#include "frontend/ppc/altivec/single_bits.h"
#include "translator/ir/semantics.h"

namespace vestige::ppc {

using vector::Lanes;
using vector::Operands;

namespace {

using u32 = std::uint32_t;

template <class Lane, class Function> std::uint64_t compare(Operands v, Function function) {
    const auto a = v.get<Lane>(v.a), b = v.get<Lane>(v.b);
    Lanes<Lane> result;
    bool all = true, any = false;
    for (unsigned i = 0; i < result.count; ++i) {
        const bool holds = function(a[i], b[i]);
        result[i] = static_cast<Lane>(holds ? -1 : 0);
        all &= holds;
        any |= holds;
    }
    v.set(result);
    return ir::pack_order(all, false, !any);
}

// `function` gets order keys in which both zeros are the same; a comparison with a NaN is false.
template <class Function> std::uint64_t compare_floats(Operands v, Function function) {
    const bool zeroed = vector::reads_subnormals_as_zeros(v);
    return compare<u32>(v, [=](u32 a, u32 b) {
        return function(vector::compare_key(a, zeroed), vector::compare_key(b, zeroed)) &
               !vector::is_nan(a) & !vector::is_nan(b);
    });
}

constexpr auto is_equal = [](auto a, auto b) { return a == b; };
constexpr auto is_greater = [](auto a, auto b) { return a > b; };
constexpr auto is_greater_or_equal = [](auto a, auto b) { return a >= b; };

} // namespace

#define COMPARE(name, function)                                                                    \
    std::uint64_t vector_##name(void* state, u32 d, u32 a, u32 b, u32 c) {                         \
        return function({state, d, a, b, c});                                                      \
    }

#define COMPARE_FLOATS(name, function)                                                             \
    COMPARE(name, [](Operands v) { return compare_floats(v, function); })

namespace {

// Bit 0 of a lane: not a <= b; bit 1: not a >= -b. A NaN is out of all bounds.
std::uint64_t compare_bounds(Operands v) {
    constexpr u32 sign = 1u << 31;
    const bool zeroed = vector::reads_subnormals_as_zeros(v);
    const auto a = v.get<u32>(v.a), b = v.get<u32>(v.b);
    Lanes<u32> result;
    u32 any_out = 0;
    for (unsigned i = 0; i < result.count; ++i) {
        const bool unordered = vector::is_nan(a[i]) | vector::is_nan(b[i]);
        const auto value = vector::compare_key(a[i], zeroed);
        const bool too_large = value > vector::compare_key(b[i], zeroed);
        const bool too_small = value < vector::compare_key(b[i] ^ sign, zeroed);
        result[i] = u32{too_large || unordered} << 31 | u32{too_small || unordered} << 30;
        any_out |= result[i];
    }
    v.set(result);
    return ir::pack_order(false, false, any_out == 0);
}

} // namespace

COMPARE_FLOATS(vcmpeqfp, is_equal)
COMPARE_FLOATS(vcmpgtfp, is_greater)
COMPARE_FLOATS(vcmpgefp, is_greater_or_equal)
COMPARE(vcmpbfp, compare_bounds)

} // namespace vestige::ppc
