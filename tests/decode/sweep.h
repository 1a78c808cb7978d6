// A decoder beside a disassembler, word by word: what the sweeps of all guest ISAs share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vestige::sweep {

// A word and what a reference calls it, empty where the reference sees no instruction.
struct Sample {
    std::uint32_t word;
    std::string theirs;
};

// What the decoder under test says of a word.
struct Answer {
    std::size_t row = 0; // 0: no instruction
    std::string text;
    std::uint32_t reserved = 0; // bits that it ignores
};

// Where we part from a disassembler, and why.
struct Known {
    std::string label; // names the row in a failure
    std::string reason;
    std::function<bool(std::uint32_t word, std::string_view ours, std::string_view theirs)>
        explains;
};

struct Comparison {
    std::vector<std::string> disagreements;     // unexpected ones, a line each
    std::map<std::string, std::size_t> reasons; // known ones, by reason
    std::vector<std::size_t> confirmations;     // a row's words of one mind
    std::vector<std::string> stale;             // labels of Known that explained no word
};

using Decoder = std::function<Answer(std::uint32_t)>;

// `row_count`: rows 0 to row_count - 1 may be in answers.
Comparison compare(std::string_view reference, std::span<const Sample> samples,
                   const Decoder& decoder, std::size_t row_count, std::span<const Known> known);

// The start of a long list, for a failing test's message.
std::string first_lines(const std::vector<std::string>& lines);

// Catch checks: no disagreement that is not known, no known one that is not met.
void require_agreement(const Comparison& comparison);

// One run of a binutils disassembler over big-endian words: its text for each, mnemonic, a space
// and operands with single spaces. Throws std::runtime_error, with the Debian package to install,
// when the program cannot be run.
std::vector<std::string> objdump_texts(const std::string& program, const std::string& options,
                                       const std::string& package,
                                       std::span<const std::uint32_t> words);

} // namespace vestige::sweep
