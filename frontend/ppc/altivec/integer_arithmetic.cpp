// AltiVec integer add, subtract, sum across, average, maximum and minimum (AltiVec Programming
// Environments Manual 4.2.1).
#include <algorithm>

#include "frontend/ppc/altivec/helpers.h"
#include "frontend/ppc/altivec/lanes.h"

namespace vestige::ppc {

using vector::Lanes;
using vector::lanewise;
using vector::lanewise_saturated;
using vector::Operands;
using vector::Wide;

namespace {

using s8 = std::int8_t;
using s16 = std::int16_t;
using s32 = std::int32_t;
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;

constexpr auto sum = [](auto a, auto b) { return a + b; };
constexpr auto difference = [](auto a, auto b) { return a - b; };
constexpr auto larger = [](auto a, auto b) { return std::max(a, b); };
constexpr auto smaller = [](auto a, auto b) { return std::min(a, b); };
constexpr auto average = [](auto a, auto b) {
    return (Wide<decltype(a)>{a} + Wide<decltype(b)>{b} + 1) >> 1;
};
constexpr auto carry = [](u32 a, u32 b) { return std::uint64_t{a} + b > UINT32_MAX; };
constexpr auto no_borrow = [](u32 a, u32 b) { return a >= b; };

} // namespace

#define LANEWISE(name, lane, function)                                                             \
    VESTIGE_VECTOR_HELPER(name) { lanewise<lane>(v, function); }
#define SATURATED(name, lane, function)                                                            \
    VESTIGE_VECTOR_HELPER(name) { lanewise_saturated<lane>(v, function); }

LANEWISE(vaddcuw, u32, carry)
SATURATED(vaddsbs, s8, sum)
SATURATED(vaddshs, s16, sum)
SATURATED(vaddsws, s32, sum)
SATURATED(vaddubs, u8, sum)
SATURATED(vadduhs, u16, sum)
SATURATED(vadduws, u32, sum)
LANEWISE(vsubcuw, u32, no_borrow)
SATURATED(vsubsbs, s8, difference)
SATURATED(vsubshs, s16, difference)
SATURATED(vsubsws, s32, difference)
SATURATED(vsububs, u8, difference)
SATURATED(vsubuhs, u16, difference)
SATURATED(vsubuws, u32, difference)

LANEWISE(vavgsb, s8, average)
LANEWISE(vavgsh, s16, average)
LANEWISE(vavgsw, s32, average)
LANEWISE(vavgub, u8, average)
LANEWISE(vavguh, u16, average)
LANEWISE(vavguw, u32, average)
LANEWISE(vmaxsb, s8, larger)
LANEWISE(vmaxsh, s16, larger)
LANEWISE(vmaxsw, s32, larger)
LANEWISE(vmaxub, u8, larger)
LANEWISE(vmaxuh, u16, larger)
LANEWISE(vmaxuw, u32, larger)
LANEWISE(vminsb, s8, smaller)
LANEWISE(vminsh, s16, smaller)
LANEWISE(vminsw, s32, smaller)
LANEWISE(vminub, u8, smaller)
LANEWISE(vminuh, u16, smaller)
LANEWISE(vminuw, u32, smaller)

// ---- sums across

namespace {

// Each word of b plus the lanes of a that stand in the same `words` words; the sum goes to the last
// of these words, the others are cleared.
template <class Lane, class Word, unsigned words = 1> void sum_across(Operands v) {
    const auto a = v.get<Lane>(v.a);
    const auto b = v.get<Word>(v.b);
    constexpr unsigned lanes = words * sizeof(Word) / sizeof(Lane);
    Lanes<Word> result;
    bool saturated = false;
    for (unsigned word = 0; word < result.count; word += words) {
        std::int64_t total = b[word];
        for (unsigned i = 0; i < lanes; ++i)
            total += a[word / words * lanes + i];
        result[word] = vector::clamped<Word>(total, saturated);
    }
    v.set(result);
    v.saturated(saturated);
}

} // namespace

VESTIGE_VECTOR_HELPER(vsum4ubs) { sum_across<u8, u32>(v); }
VESTIGE_VECTOR_HELPER(vsum4sbs) { sum_across<s8, s32>(v); }
VESTIGE_VECTOR_HELPER(vsum4shs) { sum_across<s16, s32>(v); }
VESTIGE_VECTOR_HELPER(vsum2sws) { sum_across<s32, s32, 2>(v); }
VESTIGE_VECTOR_HELPER(vsumsws) { sum_across<s32, s32, 4>(v); }

} // namespace vestige::ppc
