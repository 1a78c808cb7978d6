#include "machine/core/ram.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/assertion.h"
#include "common/bits.h"
#include "common/error.h"

namespace vestige {

namespace {

[[noreturn]] void refuse(const std::string& name, std::uint64_t size, int error) {
    throw UserError(
        fmt::format("cannot get {} MiB of host memory for '{}': {} (give the machine less "
                    "memory with -m, or end other programs)",
                    (size + 0xfffff) >> 20, name, std::strerror(error)));
}

} // namespace

RamBlock::RamBlock(std::string name, std::uint64_t size)
    : name_(std::move(name)), size_(align_up<std::uint64_t>(size, 4096)), fd_(-1), data_(nullptr) {
    // A file offset is signed: what is beyond cannot be had on any host.
    if (size_ < size || size_ > static_cast<std::uint64_t>(INT64_MAX)) refuse(name_, size, ENOMEM);
    VESTIGE_ASSERT(size_ != 0);
    fd_ = memfd_create(name_.c_str(), MFD_CLOEXEC);
    if (fd_ < 0) refuse(name_, size_, errno);
    void* mapped = MAP_FAILED;
    if (ftruncate(fd_, static_cast<off_t>(size_)) == 0)
        mapped = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
    if (mapped == MAP_FAILED) {
        const int error = errno;
        close(fd_);
        refuse(name_, size_, error);
    }
    data_ = static_cast<std::byte*>(mapped);
}

RamBlock::~RamBlock() {
    munmap(data_, size_);
    close(fd_);
}

} // namespace vestige
