// Where each letter of instructions.inc may stand: one letter, one place.
#pragma once

#include "frontend/decode/bit_pattern.h"

#include <algorithm>
#include <array>

namespace vestige::sparc {

inline constexpr auto field_layouts = std::to_array<decode::BitField>({
    // letter, lowest bit, width
    {'d', 25, 5},
    {'s', 14, 5},
    {'t', 0, 5},
    {'i', 13, 1},
    {'o', 0, 13},
    {'x', 5, 8},
    {'a', 29, 1},
    {'c', 25, 4},
    {'D', 0, 22},
    {'I', 0, 22},
    {'L', 0, 30},
    {'f', 5, 9},
});

constexpr bool has_known_fields(const decode::BitPattern& pattern) {
    return std::all_of(pattern.fields.begin(), pattern.fields.begin() + pattern.field_count,
                       [](const decode::BitField& field) {
                           return std::find(field_layouts.begin(), field_layouts.end(), field) !=
                                  field_layouts.end();
                       });
}

} // namespace vestige::sparc
