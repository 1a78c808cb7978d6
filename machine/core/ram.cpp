#include "machine/core/ram.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/assertion.h"
#include "common/bits.h"
#include "common/error.h"
#include "machine/core/state.h"

namespace vestige {

namespace {

constexpr std::uint64_t page_size = 4096;

[[noreturn]] void refuse(const std::string& name, std::uint64_t size, int error) {
    throw UserError(
        fmt::format("cannot get {} MiB of host memory for '{}': {} (give the machine less "
                    "memory with -m, or end other programs)",
                    (size + 0xfffff) >> 20, name, std::strerror(error)));
}

} // namespace

RamBlock::RamBlock(std::string name, std::uint64_t size)
    : name_(std::move(name)),
      size_(align_up<std::uint64_t>(size, page_size)),
      fd_(-1),
      data_(nullptr) {
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

void RamBlock::clear() {
    // Where the kernel cannot punch holes, plain zeros do.
    if (fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size_)) !=
        0)
        std::memset(data_, 0, size_);
}

// A bit for each page that is not all zeros, found without touching the pages that were never used:
// a read would make the host provide them.
std::vector<std::byte> RamBlock::pages_in_use() const {
    static constexpr std::array<std::byte, page_size> zeros = {};
    std::vector<std::byte> used((size_ / page_size + 7) / 8);
    off_t at = 0;
    const auto end = static_cast<off_t>(size_);
    while (at < end) {
        const off_t data = lseek(fd_, at, SEEK_DATA);
        if (data < 0 && errno == ENXIO) break; // holes only
        const off_t from = data < 0 ? at : data;
        const off_t hole = lseek(fd_, from, SEEK_HOLE);
        const off_t to = hole < 0 ? end : hole;
        for (auto page = static_cast<std::uint64_t>(from) / page_size;
             page * page_size < static_cast<std::uint64_t>(to); ++page)
            if (std::memcmp(data_ + page * page_size, zeros.data(), page_size) != 0)
                used[page / 8] |= std::byte{1} << (page % 8);
        at = to;
    }
    return used;
}

void RamBlock::visit(StateVisitor& state) {
    std::vector<std::byte> used = pages_in_use();
    state.bytes("pages in use", used);
    if (state.loading()) clear();
    const std::uint64_t pages = size_ / page_size;
    const auto in_use = [&](std::uint64_t page) {
        return page < pages && (used[page / 8] >> (page % 8) & std::byte{1}) != std::byte{0};
    };
    for (std::uint64_t page = 0; page < pages;) {
        std::uint64_t count = 0;
        while (in_use(page + count))
            ++count;
        if (count != 0)
            state.bytes("contents", span().subspan(page * page_size, count * page_size));
        page += count + 1;
    }
}

} // namespace vestige
