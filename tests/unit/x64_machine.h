// Two sides that run the same optimised IR: the reference engine and generated code.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backend/interp/interpreter.h"
#include "backend/x64/backend.h"
#include "tests/unit/ir_guest.h"
#include "translator/ir/function.h"
#include "translator/runtime/cpu_header.h"
#include "translator/runtime/window.h"

namespace vestige::test {

struct JumpCache {
    std::vector<runtime::JumpCacheEntry> entries{runtime::jump_cache_size};
    static constexpr std::uint64_t mode = std::uint64_t{5} << 32;

    void put(std::uint32_t pc, const void* entry) {
        entries[pc >> 2 & (runtime::jump_cache_size - 1)] = {mode | pc, entry};
    }
};

// State, memory and what the header points at; each side has its own.
struct X64Side {
    GuestState state;
    GuestMemory memory;
    std::vector<runtime::PageMapEntry> map = memory.map(GuestMemory::size >> runtime::page_bits);
    JumpCache jump_cache;

    enum class Maps : std::uint8_t { none, all, every_other };
    void start(const GuestState& from, Maps maps,
               runtime::MemoryView view = runtime::MemoryView::page_map) {
        state = from;
        // What is not to be used is not there.
        const bool in_window = view == runtime::MemoryView::window;
        state.header.window = in_window ? window_of(maps) : 0;
        state.header.read_map = state.header.write_map = in_window ? nullptr : map_of(maps);
        state.header.jump_cache = jump_cache.entries.data();
        state.header.jump_cache_mode = JumpCache::mode;
    }

  private:
    const runtime::PageMapEntry* map_of(Maps maps) {
        static const std::vector<runtime::PageMapEntry> empty(runtime::page_map_entries);
        if (maps == Maps::none) return empty.data();
        if (maps == Maps::all) return map.data();
        if (half_map_.empty()) {
            half_map_ = map;
            for (std::size_t page = 0; page < half_map_.size(); page += 2)
                half_map_[page] = 0;
        }
        return half_map_.data();
    }
    std::uint64_t window_of(Maps maps);

    std::vector<runtime::PageMapEntry> half_map_;
    std::array<std::unique_ptr<runtime::Window>, 3> windows_; // by Maps
};

// Empty if the sides agree in state, budget, sticky inexact flag and memory.
std::string differences(const X64Side& expected, const X64Side& actual);

// A backend, and an interpreter to compare it with.
class X64Lockstep {
  public:
    explicit X64Lockstep(x64::X64Options options = {.arena_bytes = std::size_t{4} << 20});

    // Replaces the function that both sides run.
    void prepare(const ir::Function& optimised,
                 runtime::MemoryView view = runtime::MemoryView::page_map);
    // Runs it on `start` on both sides; a text of what differs, or nothing.
    std::string compare(const GuestState& start, X64Side::Maps maps);
    std::string compare(const ir::Function& optimised, const GuestState& start, X64Side::Maps maps,
                        runtime::MemoryView view = runtime::MemoryView::page_map) {
        prepare(optimised, view);
        return compare(start, maps);
    }

    X64Side& expected() { return *expected_; }
    X64Side& actual() { return *actual_; }
    x64::X64Backend& backend() { return backend_; }
    void same_memory();

  private:
    std::unique_ptr<X64Side> expected_ = std::make_unique<X64Side>();
    std::unique_ptr<X64Side> actual_ = std::make_unique<X64Side>();
    x64::X64Backend backend_;
    interp::Interpreter interpreter_;
    interp::Program program_;
    runtime::CompiledUnit unit_;
    runtime::MemoryView view_ = runtime::MemoryView::page_map;
};

} // namespace vestige::test
