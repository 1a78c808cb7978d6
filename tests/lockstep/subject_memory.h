// The low area of the harness's address space, and nothing else, as our engines see memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/lockstep/case.h"
#include "translator/runtime/guest_cpu.h"
#include "translator/runtime/memory_path.h"

namespace vestige::ppc::lockstep {

class SubjectMemory final : public runtime::MemoryPath, public runtime::CpuRuntime {
  public:
    SubjectMemory();

    const runtime::PageMapEntry* page_map() const { return page_map_.data(); }
    std::byte* window() { return low_.data() + (LOCKSTEP_WINDOW - LOCKSTEP_LOW_START); }

    // What page maps do not serve: accesses across a page, and faults.
    runtime::AccessOutcome load(std::uint64_t address, ir::MemoryAccess access,
                                runtime::AccessFrom from, runtime::WideValue& value) override;
    runtime::AccessOutcome store(std::uint64_t address, ir::MemoryAccess access,
                                 runtime::AccessFrom from, runtime::WideValue value) override;

    std::uint64_t instructions() const override { return 0; }
    void context_changed() override {}
    void drop_page(std::uint64_t, unsigned) override {}
    void drop_all_pages() override {}
    bool read_guest(std::uint64_t address, unsigned size, std::uint64_t& value) override;
    bool write_guest(std::uint64_t address, unsigned size, std::uint64_t value) override;

  private:
    // Null where there is no memory, or the access is not aligned as it demands.
    std::byte* find(std::uint64_t address, ir::MemoryAccess access);

    std::vector<std::byte> low_;
    std::vector<runtime::PageMapEntry> page_map_;
};

} // namespace vestige::ppc::lockstep
