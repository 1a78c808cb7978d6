// Random numbers for generators of guest code and guest state: full of edge values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vestige::lockstep {

// splitmix64
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next();
    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>((next() >> 32) * limit >> 32);
    }
    std::uint32_t between(std::uint32_t least, std::uint32_t most) {
        return least + below(most - least + 1);
    }
    bool one_in(std::uint32_t n) { return below(n) == 0; }
    template <typename T> const T& pick(std::span<const T> from) {
        return from[below(static_cast<std::uint32_t>(from.size()))];
    }

    // Zero, powers of two and their neighbours, small numbers, and anything.
    std::uint32_t word();
    std::uint64_t double_word();
    // Bits of doubles and singles: all classes, the edges of both ranges, ties between singles.
    std::uint64_t float_bits();
    std::uint32_t single_bits();

  private:
    std::uint64_t state_;
};

} // namespace vestige::lockstep
