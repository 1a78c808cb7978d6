#include "hw/nvram/chrp_nvram.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "common/assertion.h"
#include "common/bits.h"
#include "common/endian.h"
#include "common/error.h"

namespace vestige::hw::chrp {

namespace {

// A partition header: signature (1), checksum (1), length in 16 bytes (2), name.
constexpr std::size_t header_size = 16, name_offset = 4, name_size = 12;

} // namespace

void write_header(std::span<std::byte> partition, std::uint8_t signature, std::string_view name) {
    VESTIGE_ASSERT(partition.size() % 16 == 0 && name.size() < name_size);
    std::byte* header = partition.data();
    std::memset(header, 0, header_size);
    header[0] = std::byte{signature};
    store_be(header + 2, static_cast<std::uint16_t>(partition.size() / 16));
    std::memcpy(header + name_offset, name.data(), name.size());
    // The sum of the other bytes, with the carry added back in.
    unsigned sum = 0;
    for (std::size_t i = 0; i < header_size; ++i) {
        if (i == 1) continue;
        sum += std::to_integer<unsigned>(header[i]);
        sum = (sum & 0xff) + (sum >> 8);
    }
    header[1] = static_cast<std::byte>(sum);
}

void format(std::span<std::byte> area, std::span<const std::string> variables,
            std::size_t system_size) {
    std::ranges::fill(area, std::byte{0});
    std::size_t end = header_size;
    for (const std::string& variable : variables) {
        if (end + variable.size() + 2 > area.size() - header_size)
            throw UserError(
                fmt::format("the firmware variables do not fit into the NVRAM of {} bytes: "
                            "give fewer or shorter ones",
                            area.size()));
        std::memcpy(area.data() + end, variable.data(), variable.size());
        end += variable.size() + 1;
    }
    ++end; // an empty variable ends the list
    const std::size_t system_end = std::max(system_size, align_up<std::size_t>(end, 16));
    write_header(area.first(system_end), system_signature, "system");
    write_header(area.subspan(system_end), free_signature, "free");
}

} // namespace vestige::hw::chrp
