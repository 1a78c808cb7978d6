// AltiVec integer multiply, multiply-add and multiply-sum (AltiVec Programming Environments Manual
// 4.2.1.2 and 4.2.1.3).
#include "frontend/ppc/altivec/helpers.h"
#include "frontend/ppc/altivec/lanes.h"

namespace vestige::ppc {

using vector::Lanes;
using vector::Operands;

namespace {

using s8 = std::int8_t;
using s16 = std::int16_t;
using s32 = std::int32_t;
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;

constexpr unsigned even = 0, odd = 1;

// Every other element times its partner, to twice the width.
template <class Lane, class Product, unsigned first> void multiply(Operands v) {
    const auto a = v.get<Lane>(v.a), b = v.get<Lane>(v.b);
    Lanes<Product> result;
    for (unsigned i = 0; i < result.count; ++i)
        result.element(i) = static_cast<Product>(
            static_cast<std::int64_t>(a.element(2 * i + first)) * b.element(2 * i + first));
    v.set(result);
}

// The upper part of a product of fractions (1.15), plus c, saturated.
void multiply_high_add(Operands v, s32 rounding) {
    const auto a = v.get<s16>(v.a), b = v.get<s16>(v.b), c = v.get<s16>(v.c);
    Lanes<s16> result;
    bool saturated = false;
    for (unsigned i = 0; i < result.count; ++i)
        result[i] = vector::clamped<s16>(((a[i] * b[i] + rounding) >> 15) + c[i], saturated);
    v.set(result);
    v.saturated(saturated);
}

enum class Overflow { wraps, saturates };

// Each word of c plus the products of the lanes that stand in it.
template <class LaneA, class LaneB, class Word, Overflow overflow> void multiply_sum(Operands v) {
    const auto a = v.get<LaneA>(v.a);
    const auto b = v.get<LaneB>(v.b);
    const auto c = v.get<Word>(v.c);
    constexpr unsigned lanes = sizeof(Word) / sizeof(LaneA);
    Lanes<Word> result;
    bool saturated = false;
    for (unsigned word = 0; word < result.count; ++word) {
        std::int64_t total = c[word];
        for (unsigned i = word * lanes; i < (word + 1) * lanes; ++i)
            total += static_cast<std::int64_t>(a[i]) * b[i];
        result[word] = overflow == Overflow::wraps ? static_cast<Word>(total)
                                                   : vector::clamped<Word>(total, saturated);
    }
    v.set(result);
    v.saturated(saturated);
}

} // namespace

VESTIGE_VECTOR_HELPER(vmulesb) { multiply<s8, s16, even>(v); }
VESTIGE_VECTOR_HELPER(vmulesh) { multiply<s16, s32, even>(v); }
VESTIGE_VECTOR_HELPER(vmuleub) { multiply<u8, u16, even>(v); }
VESTIGE_VECTOR_HELPER(vmuleuh) { multiply<u16, u32, even>(v); }
VESTIGE_VECTOR_HELPER(vmulosb) { multiply<s8, s16, odd>(v); }
VESTIGE_VECTOR_HELPER(vmulosh) { multiply<s16, s32, odd>(v); }
VESTIGE_VECTOR_HELPER(vmuloub) { multiply<u8, u16, odd>(v); }
VESTIGE_VECTOR_HELPER(vmulouh) { multiply<u16, u32, odd>(v); }

VESTIGE_VECTOR_HELPER(vmhaddshs) { multiply_high_add(v, 0); }
VESTIGE_VECTOR_HELPER(vmhraddshs) { multiply_high_add(v, 1 << 14); }
VESTIGE_VECTOR_HELPER(vmladduhm) {
    const auto a = v.get<u16>(v.a), b = v.get<u16>(v.b), c = v.get<u16>(v.c);
    Lanes<u16> result;
    for (unsigned i = 0; i < result.count; ++i)
        result[i] = static_cast<u16>(u32{a[i]} * b[i] + c[i]);
    v.set(result);
}

VESTIGE_VECTOR_HELPER(vmsumubm) { multiply_sum<u8, u8, u32, Overflow::wraps>(v); }
VESTIGE_VECTOR_HELPER(vmsummbm) { multiply_sum<s8, u8, s32, Overflow::wraps>(v); }
VESTIGE_VECTOR_HELPER(vmsumuhm) { multiply_sum<u16, u16, u32, Overflow::wraps>(v); }
VESTIGE_VECTOR_HELPER(vmsumshm) { multiply_sum<s16, s16, s32, Overflow::wraps>(v); }
VESTIGE_VECTOR_HELPER(vmsumuhs) { multiply_sum<u16, u16, u32, Overflow::saturates>(v); }
VESTIGE_VECTOR_HELPER(vmsumshs) { multiply_sum<s16, s16, s32, Overflow::saturates>(v); }

} // namespace vestige::ppc
