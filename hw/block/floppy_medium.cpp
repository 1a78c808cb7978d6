#include "hw/block/floppy_medium.h"

#include <utility>

#include <fmt/format.h>

#include "common/error.h"

namespace vestige::hw {

namespace {

// The 3.5-inch formats, all of 80 cylinders with two sides.
constexpr FloppyMedium::Geometry geometries[] = {
    {9, 2},  // 720 KB
    {18, 0}, // 1.44 MB
    {36, 3}, // 2.88 MB
};

FloppyMedium::Geometry geometry_of(std::uint64_t size) {
    for (const FloppyMedium::Geometry& geometry : geometries)
        if (size == std::uint64_t{FloppyMedium::cylinders} * FloppyMedium::heads *
                        geometry.sectors * FloppyMedium::sector_size)
            return geometry;
    throw UserError(fmt::format("a floppy image of {} bytes is of no known size: it takes 737280, "
                                "1474560 or 2949120 bytes",
                                size));
}

} // namespace

FloppyMedium::FloppyMedium(std::unique_ptr<BlockBackend> image)
    : image_(std::move(image)), geometry_(geometry_of(image_->size())) {}

bool FloppyMedium::has(unsigned cylinder, unsigned head, unsigned sector) const {
    return cylinder < cylinders && head < heads && sector >= 1 && sector <= geometry_.sectors;
}

std::uint64_t FloppyMedium::offset(unsigned cylinder, unsigned head, unsigned sector) const {
    return ((std::uint64_t{cylinder} * heads + head) * geometry_.sectors + sector - 1) *
           sector_size;
}

BlockResult FloppyMedium::read(unsigned cylinder, unsigned head, unsigned sector,
                               std::span<std::byte> to) {
    if (!has(cylinder, head, sector)) return BlockResult::out_of_range;
    return image_->read(offset(cylinder, head, sector), to);
}

BlockResult FloppyMedium::write(unsigned cylinder, unsigned head, unsigned sector,
                                std::span<const std::byte> from) {
    if (!has(cylinder, head, sector)) return BlockResult::out_of_range;
    return image_->write(offset(cylinder, head, sector), from);
}

} // namespace vestige::hw
