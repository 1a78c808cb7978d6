// A layer of memory over an image that stays as it is.
#pragma once

#include <array>
#include <map>
#include <memory>

#include "hw/block/block_backend.h"

namespace vestige::hw {

class Overlay final : public BlockBackend {
  public:
    explicit Overlay(std::unique_ptr<BlockBackend> base);

    std::uint64_t size() const override { return base_->size(); }
    bool read_only() const override { return false; }
    BlockResult read(std::uint64_t offset, std::span<std::byte> to) override;
    BlockResult write(std::uint64_t offset, std::span<const std::byte> from) override;
    BlockResult flush() override { return BlockResult::ok; }
    void visit(StateVisitor& state) override;

  private:
    static constexpr std::uint64_t chunk_size = 4096;
    using Chunk = std::array<std::byte, chunk_size>;

    std::unique_ptr<BlockBackend> base_;
    // By offset / chunk_size, in order, so that a snapshot is the same bytes each time.
    std::map<std::uint64_t, std::unique_ptr<Chunk>> chunks_;
};

} // namespace vestige::hw
