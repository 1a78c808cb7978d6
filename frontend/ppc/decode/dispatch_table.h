// The decoder's lookup: primary opcode first, then the part of the low 11 bits that its rows use.
#pragma once

#include "frontend/decode/bit_pattern.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <stdexcept>

namespace vestige::ppc {

class DispatchTable {
  public:
    // Rows with a fixed bit outside the primary opcode and the low 11 bits, two rows that match one
    // word and a table that is too small throw std::logic_error: a compile error in a constant.
    constexpr explicit DispatchTable(std::span<const decode::BitPattern> rows) {
        for (const decode::BitPattern& row : rows) {
            if ((row.mask & ~low_mask) != primary_mask)
                throw std::logic_error("a row needs the primary opcode and low bits alone");
            primaries_[row.value >> primary_shift].key_mask |=
                static_cast<std::uint16_t>(row.mask & low_mask);
        }
        reserve_entries();
        for (std::size_t i = 0; i < rows.size(); ++i)
            insert(rows[i], static_cast<std::uint16_t>(i + 1));
    }

    // The row's index plus 1, or 0.
    constexpr unsigned lookup(std::uint32_t word) const {
        const Primary& primary = primaries_[word >> primary_shift];
        return entries_[primary.first + ((word & primary.key_mask) >> primary.shift)];
    }

  private:
    static constexpr std::uint32_t low_mask = 0x7ff;
    static constexpr unsigned primary_shift = 26;
    static constexpr std::uint32_t primary_mask = 0x3fu << primary_shift;
    static constexpr std::size_t capacity = 8192;

    struct Primary {
        std::uint16_t first = 0;
        std::uint16_t key_mask = 0; // one run of bits of the word
        std::uint8_t shift = 0;
    };

    constexpr void reserve_entries() {
        std::size_t used = 0;
        for (Primary& primary : primaries_) {
            primary.first = static_cast<std::uint16_t>(used);
            if (primary.key_mask == 0) {
                ++used;
                continue;
            }
            const unsigned top = std::bit_width(primary.key_mask);
            primary.shift = static_cast<std::uint8_t>(std::countr_zero(primary.key_mask));
            primary.key_mask = static_cast<std::uint16_t>((1u << top) - (1u << primary.shift));
            used += std::size_t{1} << (top - primary.shift);
        }
        if (used > capacity) throw std::logic_error("the dispatch table is too small");
    }

    // Fills the slot of every value of the key bits that the row leaves open.
    constexpr void insert(const decode::BitPattern& row, std::uint16_t number) {
        const Primary& primary = primaries_[row.value >> primary_shift];
        const std::uint32_t open = primary.key_mask & ~row.mask;
        std::uint32_t filling = 0;
        do {
            const std::uint32_t key = (row.value & primary.key_mask) | filling;
            std::uint16_t& entry = entries_[primary.first + (key >> primary.shift)];
            if (entry != 0) throw std::logic_error("two rows match the same word");
            entry = number;
            filling = (filling - open) & open;
        } while (filling != 0);
    }

    std::array<Primary, 64> primaries_{};
    std::array<std::uint16_t, capacity> entries_{};
};

} // namespace vestige::ppc
