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
    // Pages at a time: each may be a mapping of its own, of which Linux lets a process have 65,530.
    static constexpr std::uint64_t most_pages = 7000;

    // False: the host refused, nothing can be shown (no file), or the window is full.
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

// Whether a context should have a window: in samples of some 100,000 instructions that found it
// running, and in operations of the window, which cost about as much as a tenth of a sample.
struct WindowAccount {
    // A sample without a window. True: it has run for long enough to get one.
    bool due() { return ++samples >= wait; }
    // A sample with a window, after so many operations. False: mappings come and go too fast, and
    // the next window is further away.
    bool affords(std::uint64_t operations) {
        // One operation a sample goes on for ever; a working set may come at once.
        ++samples;
        if (credit < most_credit) ++credit;
        credit -= static_cast<std::int64_t>(operations - seen);
        seen = operations;
        if (credit >= 0) return true;
        *this = {.wait = 16 * wait};
        return false;
    }

    static constexpr std::int64_t most_credit = 5000;
    std::uint64_t wait = 40;
    std::uint64_t samples = 0;
    std::uint64_t seen = 0; // operations
    std::int64_t credit = most_credit;
};

} // namespace vestige::runtime
