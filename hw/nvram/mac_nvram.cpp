// Sources: "PowerPC Microprocessor Common Hardware Reference Platform: A System Architecture",
// chapter on NVRAM (partition headers); Linux arch/powerpc/platforms/powermac/nvram.c (Apple's
// partition); the sizes are those that QEMU's machines show.
#include "hw/nvram/mac_nvram.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "common/assertion.h"
#include "common/endian.h"
#include "common/error.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

// A partition header: signature (1), checksum (1), length in 16 bytes (2), name.
constexpr std::size_t header_size = 16, name_offset = 4, name_size = 12;
constexpr std::uint8_t system_signature = 0x70, free_signature = 0x7f, apple_signature = 0x5a;

// OpenBIOS cannot grow a partition: its variables get this much from the start.
constexpr std::size_t system_size = 0xc10;
constexpr std::size_t apple_offset = 0x1000;

// Apple's partition goes on with an Adler-32 sum over all that follows it, and a generation number:
// of two banks the later generation counts.
constexpr std::size_t apple_sum = 0x10, apple_generation = 0x14;
constexpr std::uint32_t first_generation = 1;

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

std::uint32_t adler_32(std::span<const std::byte> data) { // RFC 1950
    std::uint32_t low = 1, high = 0;
    for (const std::byte byte : data) {
        low = (low + std::to_integer<std::uint32_t>(byte)) % 65521;
        high = (high + low) % 65521;
    }
    return high << 16 | low;
}

} // namespace

MacNvram::MacNvram(std::string name, unsigned shift)
    : Device(std::move(name)), contents_(bytes), shift_(shift) {}

void MacNvram::format(std::span<const std::string> variables) {
    std::ranges::fill(contents_, std::byte{0});
    const std::span all(contents_);

    std::size_t end = header_size;
    for (const std::string& variable : variables) {
        if (end + variable.size() + 2 > apple_offset - header_size)
            throw UserError(
                fmt::format("the firmware variables do not fit into the NVRAM of {} bytes: "
                            "give fewer or shorter ones",
                            apple_offset));
        std::memcpy(contents_.data() + end, variable.data(), variable.size());
        end += variable.size() + 1;
    }
    ++end; // an empty variable ends the list
    const std::size_t system_end = std::max(system_size, (end + 15) / 16 * 16);
    write_header(all.first(system_end), system_signature, "system");
    write_header(all.subspan(system_end, apple_offset - system_end), free_signature, "free");

    const auto apple = all.subspan(apple_offset);
    write_header(apple, apple_signature, "wwwwwwwwwww");
    store_be(apple.data() + apple_generation, first_generation);
    store_be(apple.data() + apple_sum, adler_32(apple.subspan(apple_generation)));
}

std::uint64_t MacNvram::read(std::uint64_t offset, unsigned) {
    return std::to_integer<std::uint64_t>(contents_[index(offset)]);
}

void MacNvram::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    contents_[index(offset)] = static_cast<std::byte>(value);
    if (observer_) observer_(index(offset));
}

void MacNvram::visit(StateVisitor& state) { state.bytes("contents", contents_); }

} // namespace vestige::hw
