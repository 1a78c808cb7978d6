// Operands that provoke: edges, subnormals, long runs of ones, near-cancellation, results at the
// borders of the exponent range. The same seed gives the same operands.
#pragma once

#include "common/softfloat/softfloat.h"

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

namespace vestige::softfloat::test {

template <Format F> using Native = std::conditional_t<sizeof(typename F::Bits) == 4, float, double>;

template <Format F> Native<F> native(typename F::Bits bits) {
    return std::bit_cast<Native<F>>(bits);
}

class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    int below(int limit) { return static_cast<int>(next() % static_cast<std::uint64_t>(limit)); }

  private:
    std::uint64_t state_;
};

template <Format F> struct Operands { typename F::Bits a, b, c; };

template <Format F> std::vector<typename F::Bits> edges() {
    using Bits = typename F::Bits;
    constexpr Bits one = static_cast<Bits>(F::bias) << F::fraction_bits;
    constexpr Bits smallest_normal = Bits{1} << F::fraction_bits;
    const std::array magnitudes{
        Bits{0},
        Bits{1},
        Bits{2},
        Bits{3},
        F::quiet_bit,
        F::fraction_mask - 1,
        F::fraction_mask,
        smallest_normal,
        smallest_normal + 1,
        2 * smallest_normal - 1,
        2 * smallest_normal,
        one / 2,
        one - smallest_normal,
        one - 2,
        one - 1,
        one,
        one + 1,
        one + F::quiet_bit,
        one + F::fraction_mask,
        one + smallest_normal,
        one + smallest_normal * static_cast<Bits>(F::fraction_bits),
        one + smallest_normal * static_cast<Bits>(F::fraction_bits + 1),
        F::infinity - smallest_normal,
        F::infinity - 2,
        F::infinity - 1,
        F::infinity,
        F::infinity | 1,
        F::infinity | F::quiet_bit,
        F::infinity | F::quiet_bit | 5,
        F::infinity | F::fraction_mask,
    };
    std::vector<Bits> all;
    for (const Bits magnitude : magnitudes) {
        all.push_back(magnitude);
        all.push_back(magnitude | F::sign_bit);
    }
    return all;
}

template <Format F> class OperandSource {
  public:
    using Bits = typename F::Bits;
    explicit OperandSource(std::uint64_t seed) : random_(seed), edges_(edges<F>()) {}

    Bits value() {
        switch (random_.below(8)) {
        case 0: return edges_[random_.next() % edges_.size()];
        case 1: return static_cast<Bits>(random_.next());
        case 2: return assemble(0); // subnormal
        default: return assemble(F::bias + random_.below(129) - 64);
        }
    }

    // A finite number whose stored exponent is about `biased`, cut to the range.
    Bits about(int biased) {
        const int exponent = biased + random_.below(5) - 2;
        return assemble(exponent < 0 ? 0 : exponent > 2 * F::bias ? 2 * F::bias : exponent);
    }

    Operands<F> next() {
        Operands<F> set{value(), value(), value()};
        const int exponent = exponent_of(set.a);
        switch (random_.below(10)) {
        case 0: set.b = set.a ^ (random_.next() & 1 ? F::sign_bit : 0) ^ nudge(); break;
        case 1: set.b = about(exponent - random_.below(F::fraction_bits + 4)); break;
        case 2: set.b = about(F::bias + 1 - exponent); break; // smallest product
        case 3: set.b = about(3 * F::bias - exponent); break; // largest product
        case 4: set.b = about(exponent + F::bias - 1); break; // smallest quotient
        case 5: set.b = about(exponent - F::bias); break;     // largest quotient
        case 6: return just_below_normal();
        default: break;
        }
        // An addend near the product.
        if (random_.below(2) == 0) {
            const auto near = std::bit_cast<Bits>(native<F>(set.a) * native<F>(set.b));
            set.c = random_.below(2) == 0 ? near ^ nudge() ^ F::sign_bit
                                          : about(exponent_of(near) + random_.below(120) - 60);
        }
        return set;
    }

    Random& random() { return random_; }

  private:
    static int exponent_of(Bits bits) {
        return static_cast<int>((bits & ~F::sign_bit) >> F::fraction_bits);
    }
    // A product that rounds up to the smallest normal number: (1 - 2m u)(1 + 2m u) with small m.
    Operands<F> just_below_normal() {
        constexpr Bits one = static_cast<Bits>(F::bias) << F::fraction_bits;
        const auto m = static_cast<Bits>(random_.below(32));
        const auto shift = static_cast<Bits>(random_.below(F::bias)) << F::fraction_bits;
        const Bits smallest_normal = Bits{1} << F::fraction_bits;
        return {static_cast<Bits>((one - 2 * m - shift) ^ (random_.next() & 1 ? F::sign_bit : 0)),
                static_cast<Bits>(smallest_normal + m + shift), 0};
    }
    Bits nudge() { return static_cast<Bits>(random_.next() & random_.next() & 7); }
    Bits fraction() {
        const auto any = static_cast<Bits>(random_.next()) & F::fraction_mask;
        const int cut = random_.below(F::fraction_bits + 1);
        switch (random_.below(4)) {
        case 0: return any >> cut << cut;              // trailing zeros
        case 1: return F::fraction_mask >> cut << cut; // a run of ones
        case 2: return F::fraction_mask & ~(any >> (cut / 2 + F::fraction_bits / 2));
        default: return any;
        }
    }
    Bits assemble(int biased) {
        return static_cast<Bits>(static_cast<Bits>(biased) << F::fraction_bits) | fraction() |
               (random_.next() & 1 ? F::sign_bit : Bits{0});
    }

    Random random_;
    std::vector<Bits> edges_;
};

inline constexpr std::array ieee_roundings{Rounding::nearest_even, Rounding::toward_zero,
                                           Rounding::up, Rounding::down};

} // namespace vestige::softfloat::test
