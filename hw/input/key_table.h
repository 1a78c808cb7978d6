// A keyboard's codes: what it sends for which key.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace vestige::hw {

struct KeyRow {
    std::uint16_t key; // KEY_*
    std::uint8_t code;
};

// Nothing for a key that the keyboard does not have.
inline std::optional<std::uint8_t> find_key_code(std::span<const KeyRow> table, std::uint16_t key) {
    for (const KeyRow& row : table)
        if (row.key == key) return row.code;
    return std::nullopt;
}

} // namespace vestige::hw
