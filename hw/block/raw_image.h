// A raw image in a file or on a block device of the host.
#pragma once

#include "hw/block/block_backend.h"

namespace vestige::hw {

class RawImage final : public BlockBackend {
  public:
    enum class Access : std::uint8_t { read_write, read_only };

    // Throws UserError, as open_raw_image() says.
    RawImage(const std::string& path, Access access);
    ~RawImage() override;

    // A file whose size is no multiple of 512 counts as filled up with zeros; a write to its last
    // sector makes it longer.
    std::uint64_t size() const override { return size_; }
    bool read_only() const override { return access_ == Access::read_only; }
    BlockResult read(std::uint64_t offset, std::span<std::byte> to) override;
    BlockResult write(std::uint64_t offset, std::span<const std::byte> from) override;
    BlockResult flush() override;
    void visit(StateVisitor& state) override;

  private:
    const Access access_;
    int fd_;
    std::uint64_t size_ = 0;
};

} // namespace vestige::hw
