// The types of IR values.
#pragma once

#include <cstdint>
#include <string_view>

namespace vestige::ir {

enum class Type : std::uint8_t { none, i1, i8, i16, i32, i64, i128, f32, f64, f80, v128 };

inline constexpr unsigned type_count = 11;

struct TypeInfo {
    std::string_view name;
    std::uint8_t bits;
    std::uint8_t bytes; // in guest state
};

inline constexpr TypeInfo type_table[type_count] = {
    {"none", 0, 0}, {"i1", 1, 1},    {"i8", 8, 1},      {"i16", 16, 2},
    {"i32", 32, 4}, {"i64", 64, 8},  {"i128", 128, 16}, {"f32", 32, 4},
    {"f64", 64, 8}, {"f80", 80, 16}, {"v128", 128, 16},
};

constexpr const TypeInfo& info(Type type) { return type_table[static_cast<unsigned>(type)]; }

constexpr bool is_integer(Type type) { return type >= Type::i1 && type <= Type::i128; }

} // namespace vestige::ir
