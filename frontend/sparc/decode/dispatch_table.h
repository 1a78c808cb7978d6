// The decoder's lookup: op with op2 or op3 first, then opf, or the few rows that are left.
#pragma once

#include "frontend/decode/bit_pattern.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <stdexcept>

namespace vestige::sparc {

class DispatchTable {
  public:
    // A row with open bits in op, op2 or op3, two rows that match one word without one being a
    // special case of the other, and tables that are too small throw std::logic_error: a compile
    // error in a constant.
    constexpr explicit DispatchTable(std::span<const decode::BitPattern> rows) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::uint32_t fixed = group_mask(rows[i].value);
            if ((rows[i].mask & fixed) != fixed)
                throw std::logic_error("a row needs all bits of op, op2 and op3");
            for (std::size_t j = 0; j < i; ++j)
                if (rows[i].overlaps(rows[j]) && !is_special_case(rows[i], rows[j]) &&
                    !is_special_case(rows[j], rows[i]))
                    throw std::logic_error("two rows match the same word");
        }
        for (std::uint32_t group = 0; group < groups_.size(); ++group)
            fill(group, rows);
    }

    // The row's index plus 1, or 0.
    constexpr unsigned lookup(std::uint32_t word) const {
        const Group& group = groups_[group_of(word)];
        if (group.by_opf) return opf_entries_[group.first + ((word & opf_mask) >> opf_shift)];
        for (unsigned i = 0; i < group.count; ++i)
            if (const Candidate& row = candidates_[group.first + i]; (word & row.mask) == row.value)
                return row.number;
        return 0;
    }

  private:
    static constexpr std::uint32_t op_mask = 0xc0000000;
    static constexpr std::uint32_t op2_mask = 0x01c00000;
    static constexpr std::uint32_t op3_mask = 0x01f80000;
    static constexpr std::uint32_t opf_mask = 0x00003fe0;
    static constexpr unsigned opf_shift = 5;
    static constexpr std::size_t opf_capacity = 2 * 512;
    static constexpr std::size_t candidate_capacity = 192;

    struct Group {
        std::uint16_t first = 0;
        std::uint8_t count = 0;
        bool by_opf = false; // opf decides between the group's rows
    };
    struct Candidate {
        std::uint32_t mask = 0;
        std::uint32_t value = 0;
        std::uint16_t number = 0;
    };

    static constexpr std::uint32_t group_mask(std::uint32_t word) {
        constexpr std::array<std::uint32_t, 4> masks = {op_mask | op2_mask, op_mask,
                                                        op_mask | op3_mask, op_mask | op3_mask};
        return masks[word >> 30];
    }
    static constexpr std::uint32_t group_of(std::uint32_t word) {
        word &= group_mask(word);
        return word >> 30 << 6 | (word & op3_mask) >> 19;
    }
    static constexpr bool is_special_case(const decode::BitPattern& row,
                                          const decode::BitPattern& of) {
        return (row.mask & of.mask) == of.mask && row.mask != of.mask;
    }

    constexpr void fill(std::uint32_t group_number, std::span<const decode::BitPattern> rows) {
        Group& group = groups_[group_number];
        std::array<Candidate, 64> found{};
        std::size_t count = 0;
        std::uint32_t decided = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (group_of(rows[i].value) != group_number) continue;
            if (count == found.size()) throw std::logic_error("a group has too many rows");
            found[count++] = {rows[i].mask, rows[i].value, static_cast<std::uint16_t>(i + 1)};
            decided |= rows[i].mask & ~group_mask(rows[i].value);
        }
        std::sort(found.begin(), found.begin() + count, [](const auto& a, const auto& b) {
            return std::popcount(a.mask) > std::popcount(b.mask);
        });
        if (decided == opf_mask)
            fill_by_opf(group, {found.data(), count});
        else
            fill_candidates(group, {found.data(), count});
    }

    constexpr void fill_by_opf(Group& group, std::span<const Candidate> rows) {
        if (opf_used_ + 512 > opf_capacity) throw std::logic_error("the opf table is too small");
        group = {static_cast<std::uint16_t>(opf_used_), 0, true};
        for (std::uint32_t opf = 0; opf < 512; ++opf)
            for (const Candidate& row : rows)
                if (((opf << opf_shift ^ row.value) & row.mask & opf_mask) == 0) {
                    opf_entries_[opf_used_ + opf] = row.number;
                    break;
                }
        opf_used_ += 512;
    }

    constexpr void fill_candidates(Group& group, std::span<const Candidate> rows) {
        if (candidates_used_ + rows.size() > candidate_capacity)
            throw std::logic_error("the table of candidates is too small");
        group = {static_cast<std::uint16_t>(candidates_used_),
                 static_cast<std::uint8_t>(rows.size()), false};
        for (const Candidate& row : rows)
            candidates_[candidates_used_++] = row;
    }

    std::array<Group, 256> groups_{};
    std::array<std::uint16_t, opf_capacity> opf_entries_{};
    std::array<Candidate, candidate_capacity> candidates_{};
    std::size_t opf_used_ = 0;
    std::size_t candidates_used_ = 0;
};

} // namespace vestige::sparc
