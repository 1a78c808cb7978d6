// Sources: "PowerPC Microprocessor Common Hardware Reference Platform: A System Architecture",
// chapter on NVRAM (partition headers); Linux arch/powerpc/platforms/powermac/nvram.c (Apple's
// partition); the sizes are those that QEMU's machines show.
#include "hw/nvram/mac_nvram.h"

#include <algorithm>
#include <utility>

#include "common/endian.h"
#include "hw/nvram/chrp_nvram.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr std::uint8_t apple_signature = 0x5a;

// OpenBIOS cannot grow a partition: its variables get this much from the start.
constexpr std::size_t system_size = 0xc10;
constexpr std::size_t apple_offset = 0x1000;

// Apple's partition goes on with an Adler-32 sum over all that follows it, and a generation number:
// of two banks the later generation counts.
constexpr std::size_t apple_sum = 0x10, apple_generation = 0x14;
constexpr std::uint32_t first_generation = 1;

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
    const std::span all(contents_);
    chrp::format(all.first(apple_offset), variables, system_size);

    const auto apple = all.subspan(apple_offset);
    std::ranges::fill(apple, std::byte{0});
    chrp::write_header(apple, apple_signature, "wwwwwwwwwww");
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
