// A zeroed array in memory of its own that costs only where it is touched.
#pragma once

#include <cstddef>
#include <type_traits>

namespace vestige::runtime {

// Address space whose bytes read as zeros.
void* reserve_zeros(std::size_t bytes);
void release_zeros(void* memory, std::size_t bytes);
void make_zeros_again(void* memory, std::size_t bytes);

template <typename T> class SparseArray {
  public:
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

    explicit SparseArray(std::size_t count)
        : data_(static_cast<T*>(reserve_zeros(count * sizeof(T)))), bytes_(count * sizeof(T)) {}
    ~SparseArray() { release_zeros(data_, bytes_); }
    SparseArray(const SparseArray&) = delete;
    SparseArray& operator=(const SparseArray&) = delete;
    T* data() const { return data_; }
    T& operator[](std::size_t index) const { return data_[index]; }
    // All zeros again, and the memory given back.
    void clear() { make_zeros_again(data_, bytes_); }

  private:
    T* data_;
    std::size_t bytes_;
};

} // namespace vestige::runtime
