// NVRAM partitions as OpenBIOS keeps its variables in, whatever machine the NVRAM is of.
//
// Source: "PowerPC Microprocessor Common Hardware Reference Platform: A System Architecture",
// chapter on NVRAM.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace vestige::hw::chrp {

inline constexpr std::uint8_t system_signature = 0x70, free_signature = 0x7f;

// Makes all of `partition` (a multiple of 16 bytes) one partition: writes its header.
void write_header(std::span<std::byte> partition, std::uint8_t signature, std::string_view name);

// Fills `area` with a partition for the firmware's variables ("name=value"), of `system_size` bytes
// or as many as they need, and a free one for the rest. Throws UserError if they do not fit.
void format(std::span<std::byte> area, std::span<const std::string> variables,
            std::size_t system_size);

} // namespace vestige::hw::chrp
