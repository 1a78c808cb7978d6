// A zeroed array in memory of its own that costs only where it is touched.
#pragma once

#include <cstddef>

namespace vestige::runtime {

template <typename T> class SparseArray {
  public:
    explicit SparseArray(std::size_t count);
    ~SparseArray();
    SparseArray(const SparseArray&) = delete;
    SparseArray& operator=(const SparseArray&) = delete;
    T* data() const { return data_; }
    T& operator[](std::size_t index) const { return data_[index]; }
    // All zeros again, and the memory given back.
    void clear();

  private:
    T* data_;
    std::size_t bytes_;
};

} // namespace vestige::runtime
