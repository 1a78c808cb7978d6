// Memory that windows can show: pages of a file without a name.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "common/assertion.h"
#include "translator/runtime/bus.h"

namespace vestige::test {

class SharedMemory {
  public:
    explicit SharedMemory(std::size_t size)
        : size_(size), file_(memfd_create("test", MFD_CLOEXEC)) {
        VESTIGE_ASSERT(file_ >= 0 && ftruncate(file_, static_cast<off_t>(size)) == 0);
        void* mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
        VESTIGE_ASSERT(mapped != MAP_FAILED);
        data_ = static_cast<std::byte*>(mapped);
    }
    ~SharedMemory() {
        munmap(data_, size_);
        close(file_);
    }
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;

    std::byte* data() const { return data_; }
    std::size_t size() const { return size_; }
    std::span<std::byte> bytes() const { return {data_, size_}; }
    runtime::HostBacking backing(std::uint64_t offset) const { return {file_, offset}; }

  private:
    std::size_t size_;
    int file_;
    std::byte* data_ = nullptr;
};

} // namespace vestige::test
