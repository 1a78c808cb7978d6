// Where each letter of instructions.inc may stand: one letter, one place.
#pragma once

#include "frontend/decode/bit_pattern.h"

#include <algorithm>
#include <array>

namespace vestige::ppc {

inline constexpr auto field_layouts = std::to_array<decode::BitField>({
    // letter, lowest bit, width
    {'d', 21, 5}, {'s', 21, 5},  {'a', 16, 5}, {'b', 11, 5}, {'c', 6, 5},  {'D', 23, 3},
    {'S', 18, 3}, {'i', 0, 16},  {'u', 0, 16}, {'h', 11, 5}, {'m', 6, 5},  {'e', 1, 5},
    {'O', 21, 5}, {'I', 16, 5},  {'t', 2, 14}, {'l', 2, 24}, {'A', 1, 1},  {'K', 0, 1},
    {'o', 10, 1}, {'r', 0, 1},   {'R', 10, 1}, {'M', 12, 8}, {'F', 17, 8}, {'g', 16, 4},
    {'n', 11, 5}, {'p', 11, 10}, {'z', 12, 4}, {'T', 21, 5}, {'x', 16, 5}, {'y', 16, 5},
    {'H', 6, 4},  {'q', 21, 2},  {'w', 25, 1},
});

constexpr bool has_known_fields(const decode::BitPattern& pattern) {
    return std::all_of(pattern.fields.begin(), pattern.fields.begin() + pattern.field_count,
                       [](const decode::BitField& field) {
                           return std::find(field_layouts.begin(), field_layouts.end(), field) !=
                                  field_layouts.end();
                       });
}

} // namespace vestige::ppc
