// Where generated code lives: memory that is mapped twice, writable at one address and executable
// at another, never both at the same one.
//
// Space is given out in blocks and comes back in any order; neighbouring free blocks join.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace vestige::x64 {

class Arena {
  public:
    // `bytes`: rounded up to whole pages, at most 1 GiB so that code reaches code by 32-bit
    // displacements. Throws UserError if the host refuses.
    explicit Arena(std::size_t bytes);
    ~Arena();
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    // A block of at least `bytes`, aligned to 16: its address for execution, null if nothing is
    // free that is large enough.
    const std::byte* allocate(std::size_t bytes);
    // `bytes` as given to allocate().
    void release(const std::byte* block, std::size_t bytes);
    // All blocks allocated after the first `kept_bytes` of the arena.
    void release_all_behind(std::size_t kept_bytes);

    // The same byte through the writable mapping.
    std::byte* writable(const void* executable) const {
        return write_base_ + (static_cast<const std::byte*>(executable) - execute_base_);
    }
    const std::byte* begin() const { return execute_base_; }
    const std::byte* end() const { return execute_base_ + size_; }
    bool contains(const void* executable) const {
        return executable >= execute_base_ && executable < execute_base_ + size_;
    }

    std::size_t bytes_used() const { return used_; }
    std::size_t size() const { return size_; }

  private:
    struct Range {
        std::size_t begin = 0, end = 0;
    };
    bool find_room(std::size_t bytes);
    void give_back(Range range);

    std::size_t size_ = 0;
    std::size_t used_ = 0;
    std::byte* write_base_ = nullptr;
    const std::byte* execute_base_ = nullptr;

    // New blocks are cut from `current_`, in order; other free ranges wait by their beginning.
    Range current_;
    std::map<std::size_t, std::size_t> free_;
};

} // namespace vestige::x64
