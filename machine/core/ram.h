// Memory that the host can point at: RAM, ROM, video memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vestige {

class StateVisitor;

// One block of page-aligned memory out of a memfd of its own, so that it can be mapped a second
// time. Starts as zeros; untouched pages cost nothing.
class RamBlock {
  public:
    // `size` in bytes, rounded up to 4096. Throws UserError if the host has no such memory.
    RamBlock(std::string name, std::uint64_t size);
    ~RamBlock();
    RamBlock(const RamBlock&) = delete;
    RamBlock& operator=(const RamBlock&) = delete;

    const std::string& name() const { return name_; }
    std::byte* data() const { return data_; }
    std::uint64_t size() const { return size_; }
    int file_descriptor() const { return fd_; }
    std::span<std::byte> span() const { return {data_, size_}; }

    // Everything zero again, and the host's memory given back.
    void clear();

    // The contents; pages of zeros take no room.
    void visit(StateVisitor& state);

  private:
    std::vector<std::byte> pages_in_use() const;

    std::string name_;
    std::uint64_t size_;
    int fd_;
    std::byte* data_;
};

} // namespace vestige
