// A floppy disk: an image of one of the usual sizes, in cylinders, heads and sectors.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "hw/block/block_backend.h"

namespace vestige::hw {

class FloppyMedium {
  public:
    static constexpr std::size_t sector_size = 512;
    static constexpr unsigned heads = 2, cylinders = 80;

    // Throws UserError if the image is of no floppy's size.
    explicit FloppyMedium(std::unique_ptr<BlockBackend> image);

    unsigned sectors() const { return geometry_.sectors; } // of a track
    // As a controller of the 82077 kind numbers them: 0 500, 1 300, 2 250, 3 1000 kbit/s.
    unsigned data_rate() const { return geometry_.data_rate; }
    bool read_only() const { return image_->read_only(); }

    // Sectors count from 1.
    bool has(unsigned cylinder, unsigned head, unsigned sector) const;
    BlockResult read(unsigned cylinder, unsigned head, unsigned sector, std::span<std::byte> to);
    BlockResult write(unsigned cylinder, unsigned head, unsigned sector,
                      std::span<const std::byte> from);
    void visit(StateVisitor& state) { image_->visit(state); }

    struct Geometry {
        unsigned sectors;
        unsigned data_rate;
    };

  private:
    std::uint64_t offset(unsigned cylinder, unsigned head, unsigned sector) const;

    std::unique_ptr<BlockBackend> image_;
    Geometry geometry_;
};

} // namespace vestige::hw
