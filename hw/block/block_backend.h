// What is behind a disk or a CD drive: a row of bytes that can be read, and perhaps written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace vestige {
class StateVisitor;
}

namespace vestige::hw {

enum class BlockResult : std::uint8_t {
    ok,
    io_error,     // the host could not read or write
    no_space,     // the host's file system is full
    read_only,    // a write to what cannot be written
    out_of_range, // beyond size(); nothing was transferred
};

const char* to_string(BlockResult result);

// Calls are synchronous and made on the machine's thread; a drive gives them their (virtual)
// duration. A failed transfer may have moved a part of its bytes.
class BlockBackend {
  public:
    static constexpr std::uint64_t granule = 512;

    BlockBackend() = default;
    virtual ~BlockBackend() = default;
    BlockBackend(const BlockBackend&) = delete;
    BlockBackend& operator=(const BlockBackend&) = delete;

    // In bytes, a multiple of `granule`; constant.
    virtual std::uint64_t size() const = 0;
    virtual bool read_only() const = 0;

    // Any offset and length within size().
    virtual BlockResult read(std::uint64_t offset, std::span<std::byte> to) = 0;
    virtual BlockResult write(std::uint64_t offset, std::span<const std::byte> from) = 0;
    // Returns when what was written is on stable storage.
    virtual BlockResult flush() = 0;

    // What belongs to the machine's state, within the drive's section: an overlay's contents, but
    // never a file's. Throws UserError if a snapshot was taken with an image of another size.
    virtual void visit(StateVisitor& state) = 0;

  protected:
    bool in_range(std::uint64_t offset, std::size_t length) const {
        return offset <= size() && length <= size() - offset;
    }
};

enum class ImageMode : std::uint8_t {
    read_write,
    read_only,
    snapshot, // writes are kept in memory and dropped at the end
};

// Opens a raw image: a file or a block device whose bytes are the disk's. The image stays locked:
// an image that is written has one user, one that is only read may have many. Throws UserError if
// it cannot be opened, is empty or is in use.
std::unique_ptr<BlockBackend> open_raw_image(const std::string& path, ImageMode mode);

} // namespace vestige::hw
