#include "tests/lockstep/random.h"

namespace vestige::lockstep {

std::uint64_t Random::next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

std::uint32_t Random::word() {
    static constexpr std::uint32_t edges[] = {
        0,      1,          0xffffffff, 0x7fffffff, 0x80000000, 0x80000001, 0x7ffffffe, 0x8000,
        0x7fff, 0xffff8000, 0xffff,     0xffff0000, 0x80,       0xff,       0xffffff80};
    const auto anything = static_cast<std::uint32_t>(next());
    switch (below(8)) {
    case 0:
    case 1: return pick(std::span<const std::uint32_t>(edges));
    case 2: return below(80);
    case 3: return 1u << below(32);
    case 4: return ~0u << below(32);
    default: return anything;
    }
}

std::uint64_t Random::double_word() {
    return one_in(4) ? std::uint64_t{word()} << 32 : one_in(4) ? word() : next();
}

std::uint64_t Random::float_bits() {
    const std::uint64_t sign = next() & std::uint64_t{1} << 63;
    const auto number = [&](std::uint32_t least, std::uint32_t most, std::uint64_t fraction) {
        return sign | std::uint64_t{between(least, most)} << 52 | (fraction & 0xfffffffffffff);
    };
    // Few ones at the top, the next ones anywhere, what lies below single precision at an edge.
    static constexpr std::uint64_t tails[] = {0,          0,          1,         0x10000000,
                                              0x10000001, 0x0fffffff, 0x1fffffff};
    const std::uint64_t single_fraction =
        (one_in(2) ? next() : std::uint64_t{below(8)} << 49) & 0xfffffe0000000;
    const std::uint64_t near_single = single_fraction | pick(std::span<const std::uint64_t>(tails));
    switch (below(16)) {
    case 0: return sign;
    case 1: return sign | 0x7ff0000000000000;
    case 2: return number(0x7ff, 0x7ff, next() | 1);                   // NaN of either kind
    case 3: return number(0, 0, one_in(2) ? 1u << below(32) : next()); // denormal
    case 4: return number(0, 2, next());                               // smallest normals
    case 5: return number(0x7fc, 0x7fe, one_in(2) ? ~std::uint64_t{0} : next());
    case 6: return number(1023 - 151, 1023 - 120, near_single); // single's lower edge
    case 7: return number(1023 + 124, 1023 + 128, near_single); // single's upper edge
    case 8: return number(1023 + 28, 1023 + 33, next());        // edges of integers
    case 9: return number(1023 - 3, 1023 + 3, std::uint64_t{below(4)} << 50);
    case 10: return number(1, 0x7fe, next());
    case 11: return number(1023 - 60, 1023 + 60, next());
    default: return number(1023 - 25, 1023 + 25, near_single);
    }
}

std::uint32_t Random::single_bits() {
    const auto anything = static_cast<std::uint32_t>(next());
    const std::uint32_t sign = anything & 0x80000000;
    const std::uint32_t fraction = anything & (one_in(3) ? 0x700000 : 0x7fffff);
    const auto number = [&](std::uint32_t least, std::uint32_t most) {
        return sign | between(least, most) << 23 | fraction;
    };
    switch (below(10)) {
    case 0: return sign;
    case 1: return sign | 0x7f800000;
    case 2: return number(255, 255) | 1;
    case 3: return number(0, 2);
    case 4: return number(252, 254);
    case 5: return number(127 + 20, 127 + 33);
    case 6: return anything;
    default: return number(127 - 8, 127 + 8);
    }
}

} // namespace vestige::lockstep
