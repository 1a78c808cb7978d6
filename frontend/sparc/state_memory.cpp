#include "frontend/sparc/state_memory.h"

#include <new>

#include <sys/mman.h>
#include <unistd.h>

#include "common/assertion.h"
#include "common/error.h"
#include "frontend/sparc/cpu/windows.h"

namespace vestige::sparc {

namespace {

// The file goes with its last mapping.
class MemoryFile {
  public:
    explicit MemoryFile(std::size_t bytes) : file_(memfd_create("sparc-state", MFD_CLOEXEC)) {
        if (file_ < 0 || ftruncate(file_, static_cast<off_t>(bytes)) != 0) refuse();
    }
    ~MemoryFile() { close(file_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    void show(std::byte* at, std::size_t offset, std::size_t bytes) const {
        void* const shown = mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file_,
                                 static_cast<off_t>(offset));
        if (shown == MAP_FAILED) refuse();
    }

    [[noreturn]] static void refuse() {
        throw UserError("the host has no memory for a processor's registers: "
                        "raise its limits of memory and of open files");
    }

  private:
    int file_;
};

} // namespace

StateMemory::StateMemory(unsigned windows) : bytes_(ring_offset + ring_bytes(windows) + host_page) {
    VESTIGE_ASSERT(windows >= 2 && windows <= most_windows);
    VESTIGE_ASSERT(sysconf(_SC_PAGESIZE) == host_page);
    void* const reserved = mmap(nullptr, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (reserved == MAP_FAILED) MemoryFile::refuse();
    memory_ = static_cast<std::byte*>(reserved);
    const MemoryFile file(bytes_ - host_page);
    file.show(memory_, 0, bytes_ - host_page);
    file.show(memory_ + bytes_ - host_page, ring_offset, host_page);
    state_ = new (memory_) State;
    state_->windows = reinterpret_cast<std::uint32_t*>(memory_ + ring_offset + first_row);
    state_->window_shift = window_shift(windows);
    set_cwp(*state_, 0);
}

StateMemory::~StateMemory() {
    state_->~State();
    munmap(memory_, bytes_);
}

} // namespace vestige::sparc
