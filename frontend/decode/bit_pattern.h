// Bit strings, as the manuals of machines with 32-bit instructions print them, made into masks.
#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace vestige::decode {

// One operand field: its letter and its place, counted from the least significant bit.
struct BitField {
    char letter = 0;
    std::uint8_t low = 0;
    std::uint8_t width = 0;
    constexpr bool operator==(const BitField&) const = default;
};

// A word is this instruction when (word & mask) == value. Fields and ignored bits make up the rest.
struct BitPattern {
    static constexpr unsigned max_fields = 8;

    std::uint32_t mask = 0;
    std::uint32_t value = 0;
    std::uint32_t ignored = 0;
    std::uint8_t field_count = 0;
    std::array<BitField, max_fields> fields{};

    constexpr bool matches(std::uint32_t word) const { return (word & mask) == value; }

    constexpr bool overlaps(const BitPattern& other) const {
        return ((value ^ other.value) & mask & other.mask) == 0;
    }

    // Null when the instruction has no such field.
    constexpr const BitField* find(char letter) const {
        for (unsigned i = 0; i < field_count; ++i)
            if (fields[i].letter == letter) return &fields[i];
        return nullptr;
    }
};

// '0' and '1' must match, '-' is ignored, a letter is a field, spaces are for the reader. A string
// that is not 32 bits long or has a field in two pieces throws std::logic_error: a compile error
// where the string is a constant.
constexpr BitPattern parse_bit_pattern(std::string_view text) {
    BitPattern pattern;
    unsigned position = 32;
    char previous = 0;
    for (const char c : text) {
        if (c == ' ') continue;
        if (position-- == 0) throw std::logic_error("a bit string has more than 32 bits");
        const std::uint32_t here = std::uint32_t{1} << position;
        if (c == '0' || c == '1') {
            pattern.mask |= here;
            pattern.value |= c == '1' ? here : 0;
        } else if (c == '-') {
            pattern.ignored |= here;
        } else if (c == previous) {
            BitField& field = pattern.fields[pattern.field_count - 1];
            field.low = static_cast<std::uint8_t>(position);
            ++field.width;
        } else {
            if (pattern.find(c) != nullptr)
                throw std::logic_error("a field of a bit string is in two pieces");
            if (pattern.field_count == BitPattern::max_fields)
                throw std::logic_error("a bit string has too many fields");
            pattern.fields[pattern.field_count++] = {c, static_cast<std::uint8_t>(position), 1};
        }
        previous = c;
    }
    if (position != 0) throw std::logic_error("a bit string has fewer than 32 bits");
    return pattern;
}

} // namespace vestige::decode
