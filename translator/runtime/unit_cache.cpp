#include "translator/runtime/unit_cache.h"

#include <algorithm>
#include <bit>

#include "common/assertion.h"

namespace vestige::runtime {

namespace {

template <typename Visitor> void for_each_range(const Unit& unit, Visitor visit) {
    visit(CodeRange{unit.key.physical, unit.guest_bytes});
    for (const CodeRange& range : unit.further_code)
        visit(range);
}

bool made_from(const Unit& unit, std::uint64_t physical, std::uint64_t size) {
    bool found = false;
    for_each_range(unit, [&](const CodeRange& range) {
        found |= range.physical < physical + size && physical < range.physical + range.bytes;
    });
    return found;
}

} // namespace

void UnitCache::CodePage::cover(const Unit& unit) {
    for_each_range(unit, [&](const CodeRange& range) {
        const std::uint64_t first = (range.physical & page_mask) / 4;
        const std::uint64_t last = ((range.physical & page_mask) + range.bytes - 1) / 4;
        for (std::uint64_t word = first; word <= last; ++word)
            words.set(word);
    });
}

bool UnitCache::insert(std::unique_ptr<Unit> unit) {
    const auto [page, is_new] = pages_.try_emplace(unit->key.physical >> page_bits);
    page->second.units.push_back(unit.get());
    page->second.cover(*unit);
    age_.push_back(unit->key);
    VESTIGE_ASSERT(!units_.find(unit->key));
    units_.insert(std::move(unit));
    return is_new;
}

void UnitCache::replace(std::unique_ptr<Unit> unit) {
    Unit* const old = units_.find(unit->key);
    VESTIGE_ASSERT(old);
    std::erase(pages_.at(unit->key.physical >> page_bits).units, old);
    remove(*old);
    insert(std::move(unit));
}

void UnitCache::chain(LinkOwner from, Unit& to) {
    if (from.unit->outgoing.empty())
        from.unit->outgoing.assign(from.unit->code.links.size(), nullptr);
    if (from.unit->outgoing[from.link]) return;
    if (!to.in_crossed && from.unit->key.pc >> page_bits != to.key.pc >> page_bits) {
        to.in_crossed = true;
        crossed_.push_back(&to);
    }
    from.unit->outgoing[from.link] = &to;
    to.incoming.push_back({from.unit, from.link});
    backend_->link(from.unit->code.links[from.link], to.code.entry);
}

void UnitCache::unchain_across_pages() {
    for (Unit* unit : crossed_) {
        std::erase_if(unit->incoming, [&](const Unit::Incoming& in) {
            if (in.from->key.pc >> page_bits == unit->key.pc >> page_bits) return false;
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
    const auto page = pages_.find(physical >> page_bits);
    if (page == pages_.end()) return;
    const std::vector<Unit*> units = page->second.units;
    std::vector<Unit*> left;
    for (Unit* unit : units)
        if (made_from(*unit, physical, size)) {
            ++invalidated;
            remove(*unit);
        } else {
            left.push_back(unit);
        }
    if (left.empty()) {
        pages_.erase(page);
        return;
    }
    CodePage& code = page->second;
    code.units = std::move(left);
    code.words.reset();
    for (const Unit* unit : code.units)
        code.cover(*unit);
}

// Nobody finds or reaches the unit any more.
void UnitCache::detach(Unit& unit) {
    for (const Unit::Incoming& in : unit.incoming) {
        backend_->unlink(in.from->code.links[in.link]);
        in.from->outgoing[in.link] = nullptr;
    }
    unit.incoming.clear();
    for (std::uint32_t i = 0; i < unit.outgoing.size(); ++i)
        if (Unit* to = unit.outgoing[i])
            std::erase_if(to->incoming, [&](const Unit::Incoming& in) {
                return in.from == &unit && in.link == i;
            });
    unit.outgoing.clear();
    if (unit.in_crossed) std::erase(crossed_, &unit);
    if (unit.in_stable_jumps) {
        JumpCacheEntry& entry = stable_jumps_[(unit.key.pc >> 2) % stable_jumps_size];
        if (entry.entry == unit.code.entry) entry = {};
        contexts_.nothing().forget_jump(unit.key.pc, unit.code.entry);
        unit.cached_in = contexts_.all();
    }
    for (; unit.cached_in != 0; unit.cached_in &= unit.cached_in - 1)
        contexts_[static_cast<unsigned>(std::countr_zero(unit.cached_in))].forget_jump(
            unit.key.pc, unit.code.entry);
}

void UnitCache::remove(Unit& unit) {
    detach(unit);
    removed_.push_back(units_.take(unit));
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
        Unit* const found = units_.find(age_.front());
        age_.pop_front();
        if (!found) continue;
        Unit& unit = *found;
        const auto page = pages_.find(unit.key.physical >> page_bits);
        std::erase(page->second.units, &unit);
        if (page->second.units.empty()) pages_.erase(page);
        remove(unit);
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
