// The low area of the harness's address space, and nothing else, as our engines see memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/lockstep/case.h"
#include "tests/unit/shared_memory.h"
#include "translator/runtime/guest_cpu.h"
#include "translator/runtime/memory_path.h"
#include "translator/runtime/window.h"

namespace vestige::ppc::lockstep {

class SubjectMemory final : public runtime::MemoryPath, public runtime::CpuRuntime {
  public:
    SubjectMemory();

    const runtime::PageMapEntry* page_map() const { return page_map_.data(); }
    std::byte* test_bytes() { return low_.data() + (LOCKSTEP_WINDOW - LOCKSTEP_LOW_START); }

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
    void mode_changed() override {}
    void drop_page(std::uint64_t, unsigned) override {}
    void drop_all_pages() override {}
    void drop_contexts(const std::function<bool(const runtime::ContextKey&)>&) override {}
    bool read_guest(std::uint64_t address, unsigned size, std::uint64_t& value) override;
    bool write_guest(std::uint64_t address, unsigned size, std::uint64_t value) override;

  private:
    // Null where there is no memory, or the access is not aligned as it demands.
    std::byte* find(std::uint64_t address, ir::MemoryAccess access);

    test::SharedMemory low_;
    std::unique_ptr<runtime::Window> window_;
    runtime::Window::Rights second_page_ = runtime::Window::Rights::none;
    std::vector<runtime::PageMapEntry> page_map_;
};

} // namespace vestige::ppc::lockstep
