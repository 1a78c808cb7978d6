#include "translator/runtime/unit_cache.h"

#include <algorithm>
#include <bit>

#include "common/assertion.h"

namespace vestige::runtime {

namespace {

bool made_from(const Unit& unit, std::uint64_t physical, std::uint64_t size) {
    bool found = false;
    for_each_range(unit, [&](const CodeRange& range) {
        found |= range.physical < physical + size && physical < range.physical + range.bytes;
    });
    return found;
}

PlacedPage page_of(const Unit& unit) {
    return {unit.key.pc >> page_bits, unit.key.physical >> page_bits};
}

} // namespace

void UnitCache::CodePage::cover(const Unit& unit, std::uint64_t page) {
    for_each_range(unit, [&](const CodeRange& range) {
        if (range.physical >> page_bits != page) return;
        const std::uint64_t first = (range.physical & page_mask) / 4;
        const std::uint64_t last = ((range.physical & page_mask) + range.bytes - 1) / 4;
        for (std::uint64_t word = first; word <= last; ++word)
            words.set(word);
    });
}

// True: the page held no code before.
bool UnitCache::register_code(Unit& unit, std::uint64_t page) {
    const auto [found, is_new] = pages_.try_emplace(page);
    found->second.units.push_back(&unit);
    found->second.cover(unit, page);
    return is_new;
}

bool UnitCache::insert(std::unique_ptr<Unit> unit) {
    const bool is_new = register_code(*unit, unit->key.physical >> page_bits);
    age_.push_back(unit->key);
    VESTIGE_ASSERT(!units_.find(unit->key));
    units_.insert(std::move(unit));
    return is_new;
}

void UnitCache::replace(std::unique_ptr<Unit> unit) {
    Unit* const old = units_.find(unit->key);
    VESTIGE_ASSERT(old);
    remove(*old);
    insert(std::move(unit));
}

std::vector<std::uint64_t> UnitCache::widen(Unit& unit, std::unique_ptr<Unit> region) {
    VESTIGE_ASSERT(!unit.wider && region->key == unit.key && region->pages.size() > 1);
    std::vector<std::uint64_t> new_pages;
    for (const PlacedPage& page : region->pages)
        if (register_code(*region, page.physical)) new_pages.push_back(page.physical << page_bits);
    // Chains and jump caches come back, through the gate or to the region.
    unlink_incoming(unit);
    forget_jumps(unit);
    region->narrower = &unit;
    unit.wider = std::move(region);
    return new_pages;
}

bool UnitCache::covers(const Unit& from, const Unit& to) {
    const auto has = [&](const PlacedPage& page) {
        if (from.pages.empty()) return page == page_of(from);
        return std::find(from.pages.begin(), from.pages.end(), page) != from.pages.end();
    };
    return to.pages.empty() ? has(page_of(to)) : std::all_of(to.pages.begin(), to.pages.end(), has);
}

void UnitCache::chain(LinkOwner from, Unit& to) {
    if (from.unit->outgoing.empty())
        from.unit->outgoing.assign(from.unit->code.links.size(), nullptr);
    if (from.unit->outgoing[from.link]) return;
    if (!to.in_crossed && page_of(*from.unit) != page_of(to)) {
        to.in_crossed = true;
        crossed_.push_back(&to);
    }
    from.unit->outgoing[from.link] = &to;
    to.incoming.push_back({from.unit, from.link});
    backend_->link(from.unit->code.links[from.link], to.code.gate ? to.code.gate : to.code.entry);
}

void UnitCache::unchain_across_pages() {
    for (Unit* unit : crossed_) {
        std::erase_if(unit->incoming, [&](const Unit::Incoming& in) {
            if (page_of(*in.from) == page_of(*unit)) return false;
            backend_->unlink(in.from->code.links[in.link]);
            in.from->outgoing[in.link] = nullptr;
            return true;
        });
        unit->in_crossed = false;
    }
    crossed_.clear();
}

bool UnitCache::overlaps_code(std::uint64_t physical, std::uint64_t size) const {
    const auto page = pages_.find(physical >> page_bits);
    if (page == pages_.end()) return false;
    const std::uint64_t last = ((physical & page_mask) + size - 1) / 4;
    for (std::uint64_t word = (physical & page_mask) / 4; word <= last; ++word)
        if (page->second.words.test(word)) return true;
    return false;
}

void UnitCache::invalidate(std::uint64_t physical, std::uint64_t size) {
    const std::uint64_t number = physical >> page_bits;
    const auto page = pages_.find(number);
    if (page == pages_.end()) return;
    // The wider ones first: a unit takes its own with it.
    std::vector<Unit*> wide, narrow;
    for (Unit* unit : page->second.units)
        if (made_from(*unit, physical, size)) (unit->narrower ? wide : narrow).push_back(unit);
    for (const auto* units : {&wide, &narrow})
        for (Unit* unit : *units) {
            ++invalidated;
            remove(*unit);
        }
    const auto left = pages_.find(number);
    if (left == pages_.end()) return;
    left->second.words.reset();
    for (const Unit* unit : left->second.units)
        left->second.cover(*unit, number);
}

void UnitCache::unlink_incoming(Unit& unit) {
    for (const Unit::Incoming& in : unit.incoming) {
        backend_->unlink(in.from->code.links[in.link]);
        in.from->outgoing[in.link] = nullptr;
    }
    unit.incoming.clear();
}

void UnitCache::forget_jumps(Unit& unit) {
    if (unit.in_stable_jumps) {
        JumpCacheEntry& entry = stable_jumps_[(unit.key.pc >> 2) % stable_jumps_size];
        if (entry.entry == unit.code.entry) entry = {};
        contexts_.nothing().forget_jump(unit.key.pc, unit.code.entry);
        unit.cached_in = contexts_.all();
        unit.in_stable_jumps = false;
    }
    for (; unit.cached_in != 0; unit.cached_in &= unit.cached_in - 1)
        contexts_[static_cast<unsigned>(std::countr_zero(unit.cached_in))].forget_jump(
            unit.key.pc, unit.code.entry);
}

// Nobody finds or reaches the unit any more.
void UnitCache::detach(Unit& unit) {
    unlink_incoming(unit);
    for (std::uint32_t i = 0; i < unit.outgoing.size(); ++i)
        if (Unit* to = unit.outgoing[i])
            std::erase_if(to->incoming, [&](const Unit::Incoming& in) {
                return in.from == &unit && in.link == i;
            });
    unit.outgoing.clear();
    if (unit.in_crossed) std::erase(crossed_, &unit);
    forget_jumps(unit);
}

void UnitCache::remove(Unit& unit) {
    if (unit.wider) remove(*unit.wider);
    detach(unit);
    const auto leave_page = [&](std::uint64_t number) {
        const auto page = pages_.find(number);
        if (page == pages_.end()) return;
        std::erase(page->second.units, &unit);
        if (page->second.units.empty()) pages_.erase(page);
    };
    if (unit.pages.empty()) leave_page(unit.key.physical >> page_bits);
    for (const PlacedPage& page : unit.pages)
        leave_page(page.physical);
    if (unit.narrower) {
        unit.narrower->region_refused = false;
        removed_.push_back(std::move(unit.narrower->wider));
    } else {
        removed_.push_back(units_.take(unit));
    }
    VESTIGE_ASSERT(removed_.back());
}

void UnitCache::clear() {
    for (Unit* const unit : units_.all())
        remove(*unit);
    pages_.clear();
    age_.clear();
}

void UnitCache::evict() {
    std::size_t wanted = units_.size() / 4 + 1;
    while (wanted > 0 && !age_.empty()) {
        Unit* const unit = units_.find(age_.front());
        age_.pop_front();
        if (!unit) continue;
        remove(*unit);
        ++evicted;
        --wanted;
    }
    collect();
}

void UnitCache::collect() {
    for (auto& unit : removed_) {
        if (!unit->code.entry) continue;
        if (code_observer_) code_observer_->code_removed(unit->code.entry);
        backend_->release(unit->code);
    }
    removed_.clear();
}

} // namespace vestige::runtime
