#include "hw/block/raw_image.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "common/bits.h"
#include "common/error.h"
#include "hw/block/overlay.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
    throw UserError(fmt::format("cannot use disk image '{}': {}", path, why));
}

int open_file(const std::string& path, RawImage::Access access) {
    const int flags = access == RawImage::Access::read_only ? O_RDONLY : O_RDWR;
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
    if (fd >= 0) return fd;
    const int error = errno;
    std::string why = std::strerror(error);
    if (access == RawImage::Access::read_write &&
        (error == EACCES || error == EROFS || error == EPERM))
        why += "; to leave it unchanged, open it read-only or with a snapshot";
    refuse(path, why);
}

// A lock of the open file itself: it ends with it, and holds against a second opening in the same
// process too. A file system without locks is let through.
void lock_file(int fd, const std::string& path, RawImage::Access access) {
    struct flock lock {};
    lock.l_type = access == RawImage::Access::read_only ? F_RDLCK : F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (::fcntl(fd, F_OFD_SETLK, &lock) == 0 || (errno != EAGAIN && errno != EACCES)) return;
    refuse(path, "another program is using it; end that program first, or use a copy of the image");
}

std::uint64_t measure(int fd, const std::string& path) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) refuse(path, std::strerror(errno));
    if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode))
        refuse(path, "it is neither a file nor a block device");
    const off_t end = ::lseek(fd, 0, SEEK_END);
    if (end < 0) refuse(path, std::strerror(errno));
    if (end == 0) refuse(path, "it is empty; give it a size first, as with `truncate -s 1G`");
    return static_cast<std::uint64_t>(end);
}

} // namespace

const char* to_string(BlockResult result) {
    switch (result) {
    case BlockResult::ok: return "no error";
    case BlockResult::io_error: return "the host reports an I/O error";
    case BlockResult::no_space: return "no space left on the host";
    case BlockResult::read_only: return "the image is read-only";
    case BlockResult::out_of_range: return "beyond the end of the image";
    }
    return "unknown";
}

RawImage::RawImage(const std::string& path, Access access)
    : access_(access), fd_(open_file(path, access)) {
    try {
        lock_file(fd_, path, access);
        size_ = align_up(measure(fd_, path), granule);
    } catch (...) {
        ::close(fd_);
        throw;
    }
}

RawImage::~RawImage() { ::close(fd_); }

BlockResult RawImage::read(std::uint64_t offset, std::span<std::byte> to) {
    if (!in_range(offset, to.size())) return BlockResult::out_of_range;
    while (!to.empty()) {
        const ssize_t count = ::pread(fd_, to.data(), to.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return BlockResult::io_error;
        if (count == 0) { // the end of a file that somebody cut, or the rest of its last sector
            std::fill(to.begin(), to.end(), std::byte{0});
            break;
        }
        to = to.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return BlockResult::ok;
}

BlockResult RawImage::write(std::uint64_t offset, std::span<const std::byte> from) {
    if (read_only()) return BlockResult::read_only;
    if (!in_range(offset, from.size())) return BlockResult::out_of_range;
    while (!from.empty()) {
        const ssize_t count = ::pwrite(fd_, from.data(), from.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0)
            return count < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
                       ? BlockResult::no_space
                       : BlockResult::io_error;
        from = from.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return BlockResult::ok;
}

BlockResult RawImage::flush() {
    if (read_only() || ::fdatasync(fd_) == 0) return BlockResult::ok;
    return errno == ENOSPC || errno == EDQUOT ? BlockResult::no_space : BlockResult::io_error;
}

void RawImage::visit(StateVisitor& state) {
    std::uint64_t size = size_;
    state.field("image_size", size);
    if (size != size_)
        throw UserError(
            fmt::format("the snapshot was taken with a disk image of {} bytes, the one in "
                        "use has {}: start with the same image",
                        size, size_));
}

std::unique_ptr<BlockBackend> open_raw_image(const std::string& path, ImageMode mode) {
    switch (mode) {
    case ImageMode::read_write:
        return std::make_unique<RawImage>(path, RawImage::Access::read_write);
    case ImageMode::read_only: return std::make_unique<RawImage>(path, RawImage::Access::read_only);
    case ImageMode::snapshot: break;
    }
    return std::make_unique<Overlay>(std::make_unique<RawImage>(path, RawImage::Access::read_only));
}

} // namespace vestige::hw
