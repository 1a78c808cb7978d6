// A little memory at low guest addresses, as our engines see it: where cases load and store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/unit/shared_memory.h"
#include "translator/runtime/guest_cpu.h"
#include "translator/runtime/memory_path.h"
#include "translator/runtime/window.h"

namespace vestige::lockstep {

struct MemoryPlan {
    std::uint32_t start, end; // whole pages of memory, and none beside them
    std::uint32_t window;     // the test window in it: lies across a page boundary
};

class SubjectMemory : public runtime::MemoryPath, public runtime::CpuRuntime {
  public:
    explicit SubjectMemory(MemoryPlan plan);

    const runtime::PageMapEntry* page_map() const { return page_map_.data(); }
    std::byte* test_bytes() { return low_.data() + (plan_.window - plan_.start); }

    // A host window (runtime/window.h) that shows the first page of the test window, and the second
    // one now not at all, now for loads, now for stores too. As CpuHeader::window has it.
    std::uint64_t open_window();
    void change_window();

    // What page maps do not serve: accesses across a page, and faults.
    runtime::AccessOutcome load(std::uint64_t address, ir::MemoryAccess access,
                                runtime::AccessFrom from, runtime::WideValue& value) override;
    runtime::AccessOutcome store(std::uint64_t address, ir::MemoryAccess access,
                                 runtime::AccessFrom from, runtime::WideValue value) override;

    std::uint64_t instructions() const override { return 0; }
    void context_changed() override {}
    void look_mode_up() override {}
    void drop_page(std::uint64_t, unsigned) override {}
    void drop_all_pages() override {}
    void flush_contexts(const std::function<bool(const runtime::ContextKey&)>&) override {}
    bool read_guest(std::uint64_t address, unsigned size, std::uint64_t& value) override;
    bool write_guest(std::uint64_t address, unsigned size, std::uint64_t value) override;

  private:
    // Null where there is no memory, or the access is not aligned as it demands.
    std::byte* find(std::uint64_t address, ir::MemoryAccess access);

    std::uint32_t first_page() const { return plan_.window >> runtime::page_bits; }
    std::uint64_t file_offset(std::uint32_t page) const {
        return (std::uint64_t{page} << runtime::page_bits) - plan_.start;
    }

    MemoryPlan plan_;
    test::SharedMemory low_;
    std::unique_ptr<runtime::Window> window_;
    runtime::Window::Rights second_page_ = runtime::Window::Rights::none;
    std::vector<runtime::PageMapEntry> page_map_;
};

} // namespace vestige::lockstep
