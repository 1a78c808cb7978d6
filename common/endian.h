// Byte order, made explicit: loads and stores of integers at unaligned host addresses.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace vestige {

enum class Endian : std::uint8_t { little, big };

static_assert(std::endian::native == std::endian::little, "the host is x86-64");

template <std::integral T> constexpr T byte_swap(T value) {
    if constexpr (sizeof(T) == 1)
        return value;
    else if constexpr (sizeof(T) == 2)
        return static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
    else if constexpr (sizeof(T) == 4)
        return static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
    else
        return static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
}

template <std::integral T> T load_le(const void* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <std::integral T> T load_be(const void* from) { return byte_swap(load_le<T>(from)); }

template <std::integral T> void store_le(void* to, T value) {
    std::memcpy(to, &value, sizeof value);
}

template <std::integral T> void store_be(void* to, T value) { store_le(to, byte_swap(value)); }

// An integer of `size` bytes (1, 2, 4 or 8), zero-extended.
inline std::uint64_t load_sized(const void* from, unsigned size, Endian endian) {
    std::uint64_t value = 0;
    std::memcpy(&value, from, size);
    return endian == Endian::little ? value : byte_swap(value) >> (64 - 8 * size);
}

inline void store_sized(void* to, unsigned size, std::uint64_t value, Endian endian) {
    if (endian == Endian::big) value = byte_swap(value) >> (64 - 8 * size);
    std::memcpy(to, &value, size);
}

// The same bytes read in the other order.
inline std::uint64_t swap_sized(std::uint64_t value, unsigned size) {
    return byte_swap(value) >> (64 - 8 * size);
}

} // namespace vestige
