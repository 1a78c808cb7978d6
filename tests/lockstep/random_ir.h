// Random raw IR over the test guest (tests/unit/ir_guest.h), for running engines against each
// other. Every op of the table occurs; every function is well-formed and ends.
#pragma once

#include <cstdint>

#include "tests/unit/ir_guest.h"
#include "translator/ir/builder.h"

namespace vestige::test {

// Of random functions.
inline constexpr std::uint32_t start_pc = 0x1000;

// splitmix64: the same numbers on every host.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return z ^ z >> 31;
    }
    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(next() % limit); }
    bool one_in(std::uint32_t count) { return below(count) == 0; }
    // Small numbers, limits of the widths, single bits, masks, anything.
    std::uint64_t interesting();

  private:
    std::uint64_t state_;
};

struct RandomIrOptions {
    unsigned instructions = 12; // guest instructions, at most
    unsigned ops = 6;           // IR ops of each, about
    unsigned loop_one_in = 12;  // guest instructions that have a loop; 0: none
    // Deep: loops in loops, left and continued in their middle, with up to 20 parameters that
    // change places.
    enum class Loops : std::uint8_t { plain, deep };
    Loops loops = Loops::plain;
};

// Replaces what the function holds.
void random_function(ir::Function& function, std::uint64_t seed, const RandomIrOptions& options);

// What to run it on; pc is the function's start.
void random_registers(GuestState& state, std::uint64_t seed);
void random_memory(GuestMemory& memory, std::uint64_t seed);

} // namespace vestige::test
