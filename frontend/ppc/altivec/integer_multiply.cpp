// AltiVec integer multiply-add and multiply-sum, saturated (AltiVec Programming Environments Manual
// 4.2.1.2 and 4.2.1.3).
#include "frontend/ppc/altivec/helpers.h"
#include "frontend/ppc/altivec/lanes.h"

namespace vestige::ppc {

using vector::Lanes;
using vector::Operands;

namespace {

using s16 = std::int16_t;
using s32 = std::int32_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;

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

// Each word of c plus the products of the lanes that stand in it.
template <class Lane, class Word> void multiply_sum(Operands v) {
    const auto a = v.get<Lane>(v.a);
    const auto b = v.get<Lane>(v.b);
    const auto c = v.get<Word>(v.c);
    constexpr unsigned lanes = sizeof(Word) / sizeof(Lane);
    Lanes<Word> result;
    bool saturated = false;
    for (unsigned word = 0; word < result.count; ++word) {
        std::int64_t total = c[word];
        for (unsigned i = word * lanes; i < (word + 1) * lanes; ++i)
            total += static_cast<std::int64_t>(a[i]) * b[i];
        result[word] = vector::clamped<Word>(total, saturated);
    }
    v.set(result);
    v.saturated(saturated);
}

} // namespace

VESTIGE_VECTOR_HELPER(vmhaddshs) { multiply_high_add(v, 0); }
VESTIGE_VECTOR_HELPER(vmhraddshs) { multiply_high_add(v, 1 << 14); }

VESTIGE_VECTOR_HELPER(vmsumuhs) { multiply_sum<u16, u32>(v); }
VESTIGE_VECTOR_HELPER(vmsumshs) { multiply_sum<s16, s32>(v); }

} // namespace vestige::ppc
