#include "translator/runtime/sparse_array.h"

#include <sys/mman.h>

#include "common/assertion.h"

namespace vestige::runtime {

void* reserve_zeros(std::size_t bytes) {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    VESTIGE_ASSERT(memory != MAP_FAILED);
    return memory;
}

void release_zeros(void* memory, std::size_t bytes) { munmap(memory, bytes); }

void make_zeros_again(void* memory, std::size_t bytes) {
    const int failed = madvise(memory, bytes, MADV_DONTNEED);
    VESTIGE_ASSERT(failed == 0);
}

} // namespace vestige::runtime
