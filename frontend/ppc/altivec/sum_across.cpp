// AltiVec sums across words, saturated (AltiVec Programming Environments Manual 4.2.1).
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
using u32 = std::uint32_t;

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
