// The integer square root behind square_root(): a table, Newton's iteration for the reciprocal
// root in fixed point, and an exact correction, so that the result rests on no error analysis.
#include "common/assertion.h"
#include "common/softfloat/arithmetic.h"

#include <array>

namespace vestige::softfloat {
namespace {

__extension__ typedef __int128 SignedWord128;

// Intervals of [1, 4) by the leading bits of a number with 62 fraction bits.
constexpr int index_bits = 9;
constexpr std::size_t first_index = std::size_t{1} << (index_bits - 2);
constexpr std::size_t intervals = 3 * first_index;

// 1 / sqrt(middle of the interval), with 63 fraction bits of which the upper half is good.
constexpr std::array<Word64, intervals> make_guesses() {
    std::array<Word64, intervals> guesses{};
    Word64 guess = Word64{1} << 31;
    for (std::size_t i = 0; i < intervals; ++i) {
        const Word64 twice_middle = 2 * (first_index + i) + 1; // in units of 2^-8
        const Word64 reciprocal = (Word64{1} << 62) / twice_middle << (index_bits - 1);
        // The guesses fall from interval to interval: come from above.
        while (guess * guess > reciprocal)
            guess -= 1 + (guess * guess - reciprocal) / (4 * guess);
        guesses[i] = guess << 32;
    }
    return guesses;
}

constexpr std::array<Word64, intervals> guesses = make_guesses();

Word64 high_product(Word64 left, Word64 right, int shift) {
    return static_cast<Word64>((static_cast<Word128>(left) * right) >> shift);
}

} // namespace

Word64 square_root_significand(Word128 radicand) {
    VESTIGE_ASSERT(radicand >> 124 != 0 && radicand >> 126 == 0);
    const auto number = static_cast<Word64>(radicand >> 62); // 62 fraction bits
    Word64 reciprocal = guesses[(number >> (64 - index_bits)) - first_index];
    // r += r * (1 - x * r^2) / 2 doubles the good bits: 9, 18, 37, then all but the last few.
    for (int step = 0; step < 3; ++step) {
        const Word64 near_one = high_product(number, high_product(reciprocal, reciprocal, 63), 62);
        const auto error = static_cast<std::int64_t>((Word64{1} << 63) - near_one);
        reciprocal += static_cast<Word64>(
            (static_cast<SignedWord128>(error) * static_cast<SignedWord128>(reciprocal)) >> 64);
    }
    Word64 root = high_product(number, reciprocal, 63);
    while (static_cast<Word128>(root) * root > radicand)
        --root;
    while (static_cast<Word128>(root + 1) * (root + 1) <= radicand)
        ++root;
    const bool sticky = static_cast<Word128>(root) * root != radicand;
    return root << 1 | static_cast<Word64>(sticky);
}

} // namespace vestige::softfloat
