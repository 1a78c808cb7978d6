#include "machine/core/mmio.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace vestige {

namespace {

// One access of the handler that covers at least the first byte at `offset`.
struct Piece {
    std::uint64_t offset; // of the register that is accessed
    unsigned size;        // of that access
    unsigned skip;        // bytes of it before the wanted ones
    unsigned count;       // wanted bytes in it
};

Piece next_piece(MmioTraits traits, std::uint64_t offset, std::size_t length) {
    unsigned size = traits.max_size;
    while (size > traits.min_size && (size > length || offset % size != 0))
        size /= 2;
    const auto skip = static_cast<unsigned>(offset % size);
    const auto count = static_cast<unsigned>(std::min<std::size_t>(size - skip, length));
    return {offset - skip, size, skip, count};
}

} // namespace

void mmio_read(MmioHandler& handler, MmioTraits traits, std::uint64_t offset,
               std::span<std::byte> to) {
    while (!to.empty()) {
        const Piece piece = next_piece(traits, offset, to.size());
        std::array<std::byte, 8> lanes;
        store_sized(lanes.data(), piece.size, handler.read(piece.offset, piece.size),
                    traits.endian);
        std::memcpy(to.data(), lanes.data() + piece.skip, piece.count);
        to = to.subspan(piece.count);
        offset += piece.count;
    }
}

void mmio_write(MmioHandler& handler, MmioTraits traits, std::uint64_t offset,
                std::span<const std::byte> from) {
    while (!from.empty()) {
        const Piece piece = next_piece(traits, offset, from.size());
        std::array<std::byte, 8> lanes = {};
        std::memcpy(lanes.data() + piece.skip, from.data(), piece.count);
        handler.write(piece.offset, piece.size,
                      load_sized(lanes.data(), piece.size, traits.endian));
        from = from.subspan(piece.count);
        offset += piece.count;
    }
}

} // namespace vestige
