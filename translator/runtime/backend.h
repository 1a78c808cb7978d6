// The seam between the runtime and whoever turns IR into host code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "translator/ir/function.h"
#include "translator/runtime/cpu_header.h"
#include "translator/runtime/memory_path.h"

namespace vestige::runtime {

// A goto_pc in generated code that can be chained to another unit's entry.
struct LinkSite {
    std::uint64_t target_pc = 0;
    const std::byte* patch_address = nullptr; // backend's own meaning
    void* owner = nullptr;                    // CompiledUnit::owner
    std::uint32_t index = 0;                  // in CompiledUnit::links
};

// Host code of one unit. Plain data: the block cache owns it.
struct CompiledUnit {
    const void* entry = nullptr; // what LinkSites and jump caches point at
    std::uint32_t code_bytes = 0;
    std::uint32_t first_charge = 0; // of a region: the budget that it needs to begin
    std::vector<LinkSite> links;
    std::uint32_t first_site = 0, site_count = 0; // backend's bookkeeping: see release()
    void* owner = nullptr;      // the runtime's, set before compile(), which hands it to the links
    const void* gate = nullptr; // see Backend::add_gate()
};

// Why generated code returned.
struct UnitExit {
    std::uint32_t code = 0; // ir::leave::* or a guest's code
    const LinkSite* link =
        nullptr; // code none: the unchained goto_pc that was reached, if it was one
};

// How generated code reaches guest memory.
enum class MemoryView : std::uint8_t {
    page_map, // CpuHeader::read_map and write_map
    window,   // CpuHeader::window
};

// Host code that has no place in the arena yet. It may refer to the function that it was made from.
class PreparedCode {
  public:
    virtual ~PreparedCode() = default;
};

class Backend {
  public:
    virtual ~Backend() = default;

    // compile() in two steps: the work, on any thread, and its result put in place.
    virtual std::unique_ptr<PreparedCode> prepare(const ir::Function& function,
                                                  MemoryView view) const = 0;
    virtual bool install(PreparedCode& code, CompiledUnit& unit) = 0;

    // Generates code for an optimised function. Returns false if the code arena is full: the caller
    // evicts units and tries again.
    virtual bool compile(const ir::Function& function, CompiledUnit& unit,
                         MemoryView view = MemoryView::page_map) = 0;

    // Runs from `entry` until generated code leaves. The guest's state is complete in memory on
    // return, pc and header->budget included.
    virtual UnitExit enter(CpuHeader* header, const void* entry) = 0;

    // Lets the link jump straight to `entry`, or (unlink) leave again.
    virtual void link(const LinkSite& site, const void* entry) = 0;
    virtual void unlink(const LinkSite& site) = 0;
    // Lets a link to another page go wherever the jump cache says, and leave if that has nothing.
    virtual void link_by_jump_cache(const LinkSite& site) = 0;

    // Makes a way in that links can be aimed at in the place of the unit's entry: it goes where the
    // jump cache says that `pc` is, which may be elsewhere, and leaves if that has nothing. False:
    // the arena is full.
    virtual bool add_gate(const ir::StateLayout& layout, std::uint64_t pc, CompiledUnit& unit) = 0;

    // The unit's code is not entered any more: its memory can be used again.
    virtual void release(CompiledUnit& unit) = 0;
    // Everything at once.
    virtual void release_all() = 0;

    virtual std::size_t arena_bytes_used() const = 0;
    virtual std::size_t arena_bytes() const = 0;

    // Host code as text, for -d out_asm.
    virtual std::string disassemble(const CompiledUnit& unit) const = 0;
};

} // namespace vestige::runtime
