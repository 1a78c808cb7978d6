// One case of the lockstep: a state, code to run from it, and what it ends in.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tests/lockstep/guest/layout.h"

namespace vestige::ppc::lockstep {

enum class ExitKind : std::uint32_t {
    end = LOCKSTEP_EXIT_END, // ran off the end of its code
    low = LOCKSTEP_EXIT_LOW, // branched to the exit in the low area
    trap = LOCKSTEP_EXIT_TRAP,
    illegal = LOCKSTEP_EXIT_ILLEGAL,
    other = LOCKSTEP_EXIT_OTHER, // another exception, or lost
};

// The registers as the architecture shows them, and the memory of the test window.
struct Registers {
    std::array<std::uint32_t, 32> gpr{};
    std::uint32_t cr = 0, xer = 0, lr = 0, ctr = 0;
    std::uint32_t fpscr = 0, vscr = 0, vrsave = 0;
    std::array<std::uint64_t, 32> fpr{};               // as bits
    std::array<std::array<std::uint8_t, 16>, 32> vr{}; // as in guest memory
    std::array<std::uint8_t, LOCKSTEP_WINDOW_BYTES> memory{};
    ExitKind exit = ExitKind::end;
    std::uint32_t exit_pc = 0; // of an exit by exception
};

// Bits that may differ: the architecture leaves them open, or the oracle is known to be wrong.
struct Ignored {
    std::uint32_t gprs = 0; // a bit a register, register 0 the lowest
    std::uint32_t cr = 0, xer = 0, fpscr = 0;
    std::uint32_t fprs = 0, vrs = 0;
};

// Of Case::features, for us alone: floating point by the helpers of exact mode.
inline constexpr std::uint32_t exact_mode = 1 << 16;

struct Case {
    std::uint32_t address = 0;        // guest address of words[0]
    std::vector<std::uint32_t> words; // without the prologue and the branch to the exit
    Registers input;
    Ignored ignored;
    std::bitset<256> pinned;    // a bit a word: what the expected result counts on
    std::uint32_t features = 0; // LOCKSTEP_FLOAT, LOCKSTEP_VECTOR

    std::uint32_t end() const { return address + 4 * static_cast<std::uint32_t>(words.size()); }
};

// Between Registers and the bytes of a record (guest/layout.h).
void pack(const Case& test, std::byte* record);
Registers unpack(const std::byte* record);

// What differs, empty if nothing does.
bool same(const Case& test, const Registers& expected, const Registers& actual);

inline constexpr std::uint32_t nop = 0x60000000; // ori 0,0,0

// The bug report: code without its nops, inputs, both outputs with the differences starred.
std::string report(const Case& test, const Registers& expected, const Registers& actual);

} // namespace vestige::ppc::lockstep
