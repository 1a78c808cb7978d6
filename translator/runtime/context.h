// Translation contexts: what the guest's current tables have been found to map, kept warm across
// context switches (DESIGN.md section 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "translator/runtime/cpu_header.h"
#include "translator/runtime/guest_cpu.h"
#include "translator/runtime/sparse_array.h"
#include "translator/runtime/table_record.h"
#include "translator/runtime/window.h"

namespace vestige::runtime {

// Where guest code of one page was found.
struct FetchPage {
    std::uint64_t physical = 0; // of the page
    const std::byte* host = nullptr;
    bool stable = false;
};

// The page maps and jump cache of one context. All guest pages are page numbers.
class Context {
  public:
    Context();

    ContextKey key;
    bool stale = false; // flushed, but not looked through yet
    unsigned index = 0; // in its ContextCache
    std::uint64_t last_used = 0;

    const PageMapEntry* read_map() const { return read_.data(); }
    const PageMapEntry* write_map() const { return write_.data(); }
    JumpCacheEntry* jump_cache() const { return jump_cache_.get(); }

    // How the page has been translated: before anything else is said of it.
    void note_walk(std::uint32_t page, const TableWalk& walk, Bus& bus) {
        if (!tables_.note(page, walk, bus)) drop_page(page);
    }
    // Keeps what the guest's tables still say.
    void flush();

    // host: of the page's first byte.
    void map_read(std::uint32_t page, const std::byte* host);
    void map_write(std::uint32_t page, std::byte* host);
    void unmap_write(std::uint32_t page);

    // The window that shows what the page maps map, or null. Pages come into it by show().
    Window* window() const { return window_.get(); }
    void open_window(std::unique_ptr<Window> window);
    void close_window();
    // False: it cannot be shown.
    bool show(std::uint32_t page, const HostBacking& backing);
    std::uint64_t not_shown = 0; // pages that could not be
    WindowAccount window_account;

    // Null if the page has not been fetched from in this context, or was dropped since.
    const FetchPage* fetch_page(std::uint32_t page) const {
        return was_fetched(page) ? &fetched_[page] : nullptr;
    }
    const FetchPage* add_fetch_page(std::uint32_t page, const FetchPage& found);

    void cache_jump(std::uint64_t pc, std::uint64_t mode, const void* entry);
    void forget_jump(std::uint64_t pc, const void* entry) {
        JumpCacheEntry& cached = jump_cache_[(pc >> 2) & (jump_cache_size - 1)];
        if (cached.entry == entry) cached = {};
    }
    void clear_jump_cache();
    // Until the mapping of the page's code changes: what the jump cache says of pc goes with it, be
    // the page dropped or fetched from anew.
    void depend(std::uint32_t page, std::uint64_t pc);

    void drop_page(std::uint32_t page);
    // All pages that agree with `page` in its low class_bits.
    void drop_class(std::uint32_t page);
    void clear();

    static constexpr unsigned class_bits = 16;

    // Hears of every page that gets an entry of any kind.
    void set_filled_handler(std::function<void(std::uint32_t)> handler) {
        on_filled_ = std::move(handler);
    }

  private:
    void note_filled(std::uint32_t page);
    void forget_dependents(std::uint32_t page);
    bool was_fetched(std::uint32_t page) const { return executed_[page / 64] >> page % 64 & 1; }

    SparseArray<PageMapEntry> read_, write_;
    TableRecord tables_;
    std::unique_ptr<Window> window_;
    std::unique_ptr<JumpCacheEntry[]> jump_cache_;
    SparseArray<FetchPage> fetched_; // of the pages that executed_ knows
    // By page: where entries of the jump cache are that depend on it.
    std::unordered_map<std::uint32_t, std::vector<std::uint64_t>> dependents_;
    std::function<void(std::uint32_t)> on_filled_;
    // By the low 16 bits of a page number: which of the 16 such pages may have an entry.
    SparseArray<std::uint16_t> filled_in_;
    SparseArray<std::uint64_t> executed_; // a bit a page: fetched from since it was dropped last
    std::vector<std::uint32_t> filled_;   // pages entered since the last clear, with repetitions
    std::size_t compact_at_ = 4096;
};

// The contexts of one CPU, at most 64. The one asked for longest ago makes room.
class ContextCache {
  public:
    explicit ContextCache(unsigned capacity);

    Context& find(const ContextKey& key);
    // A context without pages: what generated code sees until the next look-up. Only jumps to
    // stable mappings get into it.
    Context& nothing() { return nothing_; }

    // Every page whose number agrees with `page` in its low `significant_bits`: class_bits or
    // all 20.
    void drop_page(std::uint64_t page, unsigned significant_bits);
    // Those whose keys are such. A guest may say so often of all that it has: a context is looked
    // through when it is asked for next.
    void flush_contexts(const std::function<bool(const ContextKey&)>& which);
    void clear();
    void clear_jump_caches();
    // For a context that has none. The one that was asked for longest ago of too many loses its
    // own.
    bool open_window(Context& context);

    Context& operator[](unsigned index) { return *contexts_[index]; }
    // A bit each.
    std::uint64_t all() const {
        return contexts_.empty() ? 0 : ~std::uint64_t{0} >> (64 - contexts_.size());
    }

    static constexpr unsigned most_windows = 8;

    std::uint64_t look_ups = 0;
    std::uint64_t misses = 0; // of which found none warm

  private:
    static constexpr unsigned class_bits = Context::class_bits;

    unsigned capacity_;
    std::vector<std::unique_ptr<Context>> contexts_;
    std::vector<std::uint64_t> hashes_; // of the keys, by context
    // By the low bits of a page number: a bit for each context that may have an entry for such a
    // page. Dropping a page looks at those alone.
    SparseArray<std::uint64_t> holders_;
    Context nothing_;
    std::uint64_t clock_ = 0;
};

} // namespace vestige::runtime
