// SCSI's vocabulary: statuses, sense, command descriptor blocks and the replies to them.
//
// Source: SCSI-2 (ANSI X3.131-1994), clauses 7 (CDBs, status) and 8 (sense); SPC-3 for newer codes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "common/endian.h"

namespace vestige::hw {

enum class ScsiStatus : std::uint8_t { good = 0x00, check_condition = 0x02 };

// Why a command failed: sense key, additional code and its qualifier.
struct ScsiSense {
    std::uint8_t key = 0, code = 0, qualifier = 0;
    bool operator==(const ScsiSense&) const = default;
};

namespace scsi {

inline constexpr ScsiSense no_sense{0x0, 0x00, 0x00};
inline constexpr ScsiSense not_ready{0x2, 0x04, 0x02}; // a start command would help
inline constexpr ScsiSense no_medium{0x2, 0x3a, 0x00};
inline constexpr ScsiSense write_error{0x3, 0x0c, 0x00};
inline constexpr ScsiSense read_error{0x3, 0x11, 0x00};
inline constexpr ScsiSense bad_parameter_length{0x5, 0x1a, 0x00};
inline constexpr ScsiSense unknown_command{0x5, 0x20, 0x00};
inline constexpr ScsiSense beyond_end{0x5, 0x21, 0x00};
inline constexpr ScsiSense bad_field{0x5, 0x24, 0x00};
inline constexpr ScsiSense no_such_unit{0x5, 0x25, 0x00};
inline constexpr ScsiSense bad_parameter{0x5, 0x26, 0x00};
inline constexpr ScsiSense wrong_medium{0x5, 0x30, 0x00};
inline constexpr ScsiSense no_saved_pages{0x5, 0x39, 0x00};
inline constexpr ScsiSense removal_prevented{0x5, 0x53, 0x02};
inline constexpr ScsiSense medium_changed{0x6, 0x28, 0x00};
inline constexpr ScsiSense bus_was_reset{0x6, 0x29, 0x02};
inline constexpr ScsiSense write_protected{0x7, 0x27, 0x00};
inline constexpr ScsiSense out_of_space{0x7, 0x27, 0x07};
inline constexpr ScsiSense miscompare{0xe, 0x1d, 0x00};

} // namespace scsi

// How many bytes a command has that begins with `code`: its group says. Reserved and vendor groups
// count as short ones: they only go to be refused.
constexpr std::size_t scsi_command_length(std::uint8_t code) {
    constexpr std::array<std::uint8_t, 8> by_group = {6, 10, 10, 6, 16, 12, 6, 6};
    return by_group[code >> 5];
}

// A command descriptor block; the bytes after the command's own are zeros.
struct ScsiCommand {
    static constexpr std::size_t longest = 16;
    std::array<std::uint8_t, longest> bytes{};

    std::uint8_t operator[](std::size_t at) const { return bytes[at]; }
    std::uint16_t u16(std::size_t at) const { return load_be<std::uint16_t>(&bytes[at]); }
    std::uint32_t u24(std::size_t at) const { return u32(at - 1) & 0xff'ffff; }
    std::uint32_t u32(std::size_t at) const { return load_be<std::uint32_t>(&bytes[at]); }
    std::uint64_t u64(std::size_t at) const { return load_be<std::uint64_t>(&bytes[at]); }
};

// Builds big-endian replies.
struct ScsiWriter {
    std::vector<std::uint8_t> bytes;

    ScsiWriter& u8(std::uint64_t value) {
        bytes.push_back(static_cast<std::uint8_t>(value));
        return *this;
    }
    ScsiWriter& u16(std::uint64_t value) { return u8(value >> 8).u8(value); }
    ScsiWriter& u24(std::uint64_t value) { return u8(value >> 16).u16(value); }
    ScsiWriter& u32(std::uint64_t value) { return u16(value >> 16).u16(value); }
    ScsiWriter& u64(std::uint64_t value) { return u32(value >> 32).u32(value); }
    ScsiWriter& zeros(std::size_t count) {
        bytes.resize(bytes.size() + count);
        return *this;
    }
    ScsiWriter& text(const std::string& value, std::size_t width) {
        for (std::size_t i = 0; i < width; i++)
            u8(i < value.size() ? static_cast<unsigned char>(value[i]) : ' ');
        return *this;
    }
    ScsiWriter& append(const std::vector<std::uint8_t>& more) {
        bytes.insert(bytes.end(), more.begin(), more.end());
        return *this;
    }
    void set_u8(std::size_t at, std::size_t value) { bytes[at] = static_cast<std::uint8_t>(value); }
    void set_u16(std::size_t at, std::size_t value) {
        store_be(&bytes[at], static_cast<std::uint16_t>(value));
    }
    void set_u32(std::size_t at, std::size_t value) {
        store_be(&bytes[at], static_cast<std::uint32_t>(value));
    }
};

} // namespace vestige::hw
