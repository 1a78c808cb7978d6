#include "translator/runtime/sparse_array.h"

#include <sys/mman.h>

#include <cstdint>

#include "common/assertion.h"

namespace vestige::runtime {

template <typename T> SparseArray<T>::SparseArray(std::size_t count) : bytes_(count * sizeof(T)) {
    void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    VESTIGE_ASSERT(memory != MAP_FAILED);
    data_ = static_cast<T*>(memory);
}

template <typename T> SparseArray<T>::~SparseArray() { munmap(data_, bytes_); }

template <typename T> void SparseArray<T>::clear() {
    const int failed = madvise(data_, bytes_, MADV_DONTNEED);
    VESTIGE_ASSERT(failed == 0);
}

template class SparseArray<std::uint64_t>;
template class SparseArray<std::uint16_t>;

} // namespace vestige::runtime
