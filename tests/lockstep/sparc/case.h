// One case of the lockstep: a state, code to run from it, and what it ends in.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/lockstep/sparc/guest/layout.h"

namespace vestige::sparc::lockstep {

enum class ExitKind : std::uint32_t {
    end,   // ran off the end of its code
    other, // a trap, or lost
};

// The registers as the architecture shows them, and the memory of the test window.
struct Registers {
    std::array<std::uint32_t, 8> global{};
    // Seven windows that hang together, the outermost first (layout.h).
    std::array<std::uint32_t, SPARC_FILE_WORDS> file{};
    std::uint32_t y = 0;
    std::uint32_t icc = 0; // N Z V C
    std::uint32_t fsr = 0;
    std::array<std::uint32_t, 32> fpr{}; // as bits
    std::array<std::uint8_t, SPARC_WINDOW_BYTES> memory{};
    ExitKind exit = ExitKind::end;
    std::uint32_t exit_pc = 0;
};

// Where r8 to r31 lie in `file`, `depth` saves below where a case begins (-SPARC_DEPTH to
// SPARC_DEPTH).
constexpr unsigned file_index(int depth, unsigned reg) {
    const unsigned ins = 16 * static_cast<unsigned>(depth + SPARC_DEPTH);
    return reg >= 24 ? ins + reg - 24 : reg >= 16 ? ins + reg - 8 : ins + reg + 8;
}

// Bits that may differ: the architecture leaves them open, or the oracle is known to be wrong.
struct Ignored {
    std::uint32_t fsr = 0xe0000 | 0x1c000; // ver and ftt: of the chip, and of traps
    // Words of Registers::file from there on: what windows that are not in use hold.
    unsigned file_end = SPARC_FILE_WORDS;
};

// Of Case::features, for us alone: floating point by the helpers of exact mode.
inline constexpr std::uint32_t exact_mode = 1 << 16;

// Which f registers a case has (families_float.cpp).
enum class Precision : std::uint8_t { single_alone, double_alone, mixed };

struct Case {
    std::uint32_t address = 0;        // guest address of words[0]
    std::vector<std::uint32_t> words; // without the prologue and the branch to the exit
    Registers input;
    Ignored ignored;
    std::bitset<256> pinned;    // a bit a word: what the expected result counts on
    std::uint32_t features = 0; // SPARC_FLOAT, ...
    Precision precision = Precision::mixed;

    std::uint32_t end() const { return address + 4 * static_cast<std::uint32_t>(words.size()); }
};

// Between Registers and the bytes of a record (guest/layout.h).
void pack(const Case& test, std::byte* record);
Registers unpack(const std::byte* record);

// Values of icc that a user program can make: the others are never asked for.
bool can_be_made(std::uint32_t icc);

// What differs, empty if nothing does.
bool same(const Case& test, const Registers& expected, const Registers& actual);

inline constexpr std::uint32_t nop = 0x01000000; // sethi 0, %g0

// The bug report: code without its nops, inputs, both outputs with the differences starred.
std::string report(const Case& test, const Registers& expected, const Registers& actual);

} // namespace vestige::sparc::lockstep
