// Translated units by block key, by the physical page they were made from, and by who jumps to
// them.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "translator/runtime/backend.h"
#include "translator/runtime/code_observer.h"
#include "translator/runtime/context.h"
#include "translator/runtime/reference_engine.h"
#include "translator/runtime/unit_table.h"

namespace vestige::runtime {

// What a unit was made for. The guest address is part of it because code may compute its own
// address; the physical one makes it valid in every context that maps the page there.
struct UnitKey {
    std::uint64_t physical = 0;
    std::uint64_t pc = 0;
    std::uint32_t mode = 0;
    std::uint32_t max_instructions = 0;
    MemoryView view = MemoryView::page_map;
    bool operator==(const UnitKey&) const = default;
};

enum class Tier : std::uint8_t {
    unit,   // 1: one guest block
    region, // 2: hot blocks with their loops (region.h)
};

// Guest code within a page: [physical, physical + bytes).
struct CodeRange {
    std::uint64_t physical = 0;
    std::uint32_t bytes = 0;
};

// Where a page of guest code lies, as numbers of pages.
struct PlacedPage {
    std::uint64_t guest = 0;
    std::uint64_t physical = 0;
    bool operator==(const PlacedPage&) const = default;
};

struct Unit {
    UnitKey key;
    Tier tier = Tier::unit;
    bool region_refused = false; // no better as a region
    // It got none because the guest was thought to come soon to the one that begins there (a guest
    // address), or nowhere.
    static constexpr std::uint64_t nowhere = ~std::uint64_t{0};
    std::uint64_t region_near = nowhere;
    std::uint32_t instruction_count = 0; // of a region: of its first block
    std::uint32_t guest_bytes = 0;       // from key.physical on
    bool ends_in_jump = false;           // those bytes do, a computed one
    bool leaves_no_trace = false;        // but in registers: traceless.h
    std::vector<CodeRange> further_code; // of a region: its other blocks
    // Of a region: guest addresses where it looks at the budget, so that it may be left there.
    std::vector<std::uint64_t> looks_at_budget;
    bool stable = false; // the translation of its pages was (Translation::stable)

    // A region of several pages is made beside the unit at its root, which is right wherever its
    // one page is; the region only in contexts that have all of its pages where it found them.
    std::vector<PlacedPage> pages; // of such a region, the root's first; else empty
    std::unique_ptr<Unit> wider;   // such a region that begins where this unit does, or null
    Unit* narrower = nullptr;      // the other way round

    CompiledUnit code; // entry null: not compiled
    std::unique_ptr<ReferenceUnit> reference;

    // By Context::index: whose jump cache may name this unit.
    std::uint64_t cached_in = 0;
    bool in_crossed = false;      // see UnitCache::crossed_
    bool in_stable_jumps = false; // then any context's jump cache may name it as well

    // Chains: who jumps here, and where each of code.links goes (null: leaves).
    struct Incoming {
        Unit* from;
        std::uint32_t link;
    };
    std::vector<Incoming> incoming;
    std::vector<Unit*> outgoing;
};

// Of all guest code that the unit was made from.
template <typename Visitor> void for_each_range(const Unit& unit, Visitor visit) {
    visit(CodeRange{unit.key.physical, unit.guest_bytes});
    for (const CodeRange& range : unit.further_code)
        visit(range);
}

class UnitCache {
  public:
    explicit UnitCache(ContextCache& contexts) : contexts_(contexts) {}
    ~UnitCache() = default; // the backend may be gone by then

    // Wiring, once; null where there is none. Outlives the units.
    void set_backend(Backend* backend) { backend_ = backend; }
    void set_code_observer(CodeObserver* observer) { code_observer_ = observer; }

    Unit* find(const UnitKey& key) const { return units_.find(key); }
    // Takes a unit in; its code bytes are watched from now on. Returns true if its page held no
    // code before: the caller withdraws the page's write mappings.
    bool insert(std::unique_ptr<Unit> unit);

    // The same for a unit with the key of one that it takes the place of, which is removed.
    void replace(std::unique_ptr<Unit> unit);

    // A region of several pages, beside the unit at its root, which has a gate. Returns the pages
    // that held no code before, by their physical address.
    std::vector<std::uint64_t> widen(Unit& unit, std::unique_ptr<Unit> region);

    // Before compile(): so that owner() finds the unit from its links.
    static void own_links(Unit& unit) { unit.code.owner = &unit; }
    struct LinkOwner {
        Unit* unit;
        std::uint32_t link;
    };
    static LinkOwner owner(const LinkSite& site) {
        return {static_cast<Unit*>(site.owner), site.index};
    }
    void chain(LinkOwner from, Unit& to);
    // Wherever `from` may run, `to` may: a chain needs no further look.
    static bool covers(const Unit& from, const Unit& to);
    static void cache_jump(Context& context, std::uint64_t mode, Unit& unit) {
        context.cache_jump(unit.key.pc, mode, unit.code.entry);
        unit.cached_in |= std::uint64_t{1} << context.index;
    }
    // For all contexts: the unit's mapping is stable and its code right for each of them.
    void cache_stable_jump(std::uint64_t mode, Unit& unit) {
        stable_jumps_[(unit.key.pc >> 2) % stable_jumps_size] = {mode | unit.key.pc,
                                                                 unit.code.entry};
        unit.in_stable_jumps = true;
    }
    const JumpCacheEntry* stable_jumps() const { return stable_jumps_.get(); }
    void clear_stable_jumps() {
        std::fill_n(stable_jumps_.get(), stable_jumps_size, JumpCacheEntry{});
    }
    // Breaks the chains that go across pages.
    void unchain_across_pages();

    bool page_has_code(std::uint64_t physical) const {
        return pages_.contains(physical >> page_bits);
    }
    // Some unit was made from a byte of [physical, physical + size), which lies in one page.
    bool overlaps_code(std::uint64_t physical, std::uint64_t size) const;
    // Removes those units. The memory of removed units stays until collect().
    void invalidate(std::uint64_t physical, std::uint64_t size);
    void clear();
    // Makes room for code: the oldest quarter of the units.
    void evict();
    // Frees removed units; call where none of them can be running.
    void collect();

    std::size_t size() const { return units_.size(); }

    std::uint64_t invalidated = 0;
    std::uint64_t evicted = 0;

  private:
    struct KeyHash {
        std::size_t operator()(const UnitKey& key) const {
            std::uint64_t hash = key.physical * 0x9e3779b97f4a7c15u;
            hash ^= (key.pc + (std::uint64_t{key.mode} << 40) +
                     (std::uint64_t{key.max_instructions} << 56) +
                     (static_cast<std::uint64_t>(key.view) << 39)) *
                    0xc2b2ae3d27d4eb4fu;
            return hash ^ hash >> 29;
        }
    };

    struct CodePage {
        std::vector<Unit*> units;
        std::bitset<page_size / 4> words; // covered by some unit, past or present
        void cover(const Unit& unit, std::uint64_t page);
    };
    bool register_code(Unit& unit, std::uint64_t page);
    void remove(Unit& unit);
    void unlink_incoming(Unit& unit);
    void forget_jumps(Unit& unit);
    void detach(Unit& unit);

    Backend* backend_ = nullptr;
    CodeObserver* code_observer_ = nullptr;
    ContextCache& contexts_;
    UnitTable<Unit, UnitKey, KeyHash> units_;
    std::unordered_map<std::uint64_t, CodePage> pages_; // by physical page number
    std::vector<Unit*> crossed_;                        // may have chains from other pages
    std::deque<UnitKey> age_; // oldest first; may name units that are gone
    std::vector<std::unique_ptr<Unit>> removed_;
    std::unique_ptr<JumpCacheEntry[]> stable_jumps_ =
        std::make_unique<JumpCacheEntry[]>(stable_jumps_size);
};

} // namespace vestige::runtime
