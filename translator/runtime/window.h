// A window: a stretch of the host's address space in which the pages of one translation context lie
// where the guest has them, so that generated code reaches guest memory in one instruction
// (DESIGN.md section 5).
//
// A guest address is at base() + address. Pages are shown one by one, straight from the memory file
// behind guest RAM; everything else faults, and the fault becomes a slow path. Around the 4 GiB lie
// margins that always fault: an address computed as base + displacement may be that far off, where
// the guest's own sum wraps round.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "translator/runtime/bus.h"
#include "translator/runtime/sparse_array.h"

namespace vestige::runtime {

class Window {
  public:
    // Null if the host has no room for it.
    static std::unique_ptr<Window> reserve();
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    std::uint64_t base() const;

    enum class Rights : std::uint16_t { none, read, write };
    // False: the host refused, or nothing can be shown (no file).
    bool show(std::uint32_t page, const HostBacking& backing, Rights rights);
    void make_read_only(std::uint32_t page);
    void hide(std::uint32_t page);
    void hide_all();

    // System calls so far, several microseconds each: what the window has cost.
    std::uint64_t operations() const { return operations_; }

  private:
    Window(std::byte* reserved);
    std::byte* at(std::uint32_t page) const;

    std::byte* reserved_;
    SparseArray<std::uint16_t> rights_; // by guest page
    std::uint64_t shown_ = 0;
    std::uint64_t operations_ = 0;
};

} // namespace vestige::runtime
