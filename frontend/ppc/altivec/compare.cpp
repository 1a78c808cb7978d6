// AltiVec compares (AltiVec Programming Environments Manual 4.2.1.4 and 4.2.2.4). The result is CR6
// of the record form as an ordering: LT all lanes hold, EQ none holds; of vcmpbfp EQ all in bounds.
#include "common/softfloat/comparison.h"
#include "frontend/ppc/altivec/helpers.h"
#include "frontend/ppc/altivec/lanes.h"
#include "translator/ir/semantics.h"

namespace vestige::ppc {

using softfloat::Relation;
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

softfloat::Subnormals operands_of(const Operands& v) {
    return v.state.vscr & vector::vscr_nj ? softfloat::Subnormals::zeroed
                                          : softfloat::Subnormals::kept;
}

template <class Function> std::uint64_t compare_floats(Operands v, Function function) {
    const auto operands = operands_of(v);
    return compare<u32>(v, [&](u32 a, u32 b) {
        return function(softfloat::compare<softfloat::F32>(a, b, operands).value);
    });
}

constexpr auto is_equal = [](auto a, auto b) { return a == b; };
constexpr auto is_greater = [](auto a, auto b) { return a > b; };

} // namespace

#define COMPARE(name, function)                                                                    \
    std::uint64_t vector_##name(void* state, u32 d, u32 a, u32 b, u32 c) {                         \
        return function({state, d, a, b, c});                                                      \
    }
#define COMPARE_LANES(name, lane, function)                                                        \
    COMPARE(name, [](Operands v) { return compare<lane>(v, function); })

COMPARE_LANES(vcmpequb, std::uint8_t, is_equal)
COMPARE_LANES(vcmpequh, std::uint16_t, is_equal)
COMPARE_LANES(vcmpequw, std::uint32_t, is_equal)
COMPARE_LANES(vcmpgtub, std::uint8_t, is_greater)
COMPARE_LANES(vcmpgtuh, std::uint16_t, is_greater)
COMPARE_LANES(vcmpgtuw, std::uint32_t, is_greater)
COMPARE_LANES(vcmpgtsb, std::int8_t, is_greater)
COMPARE_LANES(vcmpgtsh, std::int16_t, is_greater)
COMPARE_LANES(vcmpgtsw, std::int32_t, is_greater)

namespace {

std::uint64_t equal_floats(Operands v) {
    return compare_floats(v, [](Relation r) { return r == Relation::equal; });
}
std::uint64_t greater_floats(Operands v) {
    return compare_floats(v, [](Relation r) { return r == Relation::greater; });
}
std::uint64_t greater_or_equal_floats(Operands v) {
    return compare_floats(
        v, [](Relation r) { return r == Relation::greater || r == Relation::equal; });
}

// Bit 0 of a lane: not a <= b; bit 1: not a >= -b. A NaN is out of all bounds.
std::uint64_t compare_bounds(Operands v) {
    using softfloat::F32;
    const auto operands = operands_of(v);
    const auto a = v.get<u32>(v.a), b = v.get<u32>(v.b);
    Lanes<u32> result;
    bool any_out = false;
    for (unsigned i = 0; i < result.count; ++i) {
        const Relation upper = softfloat::compare<F32>(a[i], b[i], operands).value;
        const Relation lower = softfloat::compare<F32>(a[i], b[i] ^ F32::sign_bit, operands).value;
        const bool too_large = upper == Relation::greater || upper == Relation::unordered;
        const bool too_small = lower == Relation::less || lower == Relation::unordered;
        result[i] = u32{too_large} << 31 | u32{too_small} << 30;
        any_out |= too_large || too_small;
    }
    v.set(result);
    return ir::pack_order(false, false, !any_out);
}

} // namespace

COMPARE(vcmpeqfp, equal_floats)
COMPARE(vcmpgtfp, greater_floats)
COMPARE(vcmpgefp, greater_or_equal_floats)
COMPARE(vcmpbfp, compare_bounds)

} // namespace vestige::ppc
