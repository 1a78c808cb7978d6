#include "translator/runtime/context.h"

#include <algorithm>
#include <bit>

#include "common/assertion.h"

namespace vestige::runtime {

static_assert(32 - page_bits - Context::class_bits == 4, "filled_in_ has 16 bits");

Context::Context()
    : read_(page_map_entries),
      write_(page_map_entries),
      jump_cache_(std::make_unique<JumpCacheEntry[]>(jump_cache_size)),
      fetched_(page_map_entries),
      filled_in_(std::size_t{1} << class_bits),
      executed_(page_map_entries / 64) {}

namespace {

PageMapEntry addend(std::uint32_t page, const std::byte* host) {
    return reinterpret_cast<PageMapEntry>(host) - (std::uint64_t{page} << page_bits);
}

} // namespace

void Context::note_filled(std::uint32_t page) {
    if (filled_.size() >= compact_at_) {
        std::sort(filled_.begin(), filled_.end());
        filled_.erase(std::unique(filled_.begin(), filled_.end()), filled_.end());
        std::erase_if(filled_, [&](std::uint32_t old) {
            return !read_[old] && !write_[old] && !was_fetched(old);
        });
        compact_at_ = std::max<std::size_t>(4096, 2 * filled_.size());
    }
    filled_.push_back(page);
    filled_in_[page % (1u << class_bits)] |= static_cast<std::uint16_t>(1u << (page >> class_bits));
    if (on_filled_) on_filled_(page);
}

void Context::map_read(std::uint32_t page, const std::byte* host) {
    const PageMapEntry entry = addend(page, host);
    if (!read_[page]) note_filled(page);
    // The guest changed its tables and said nothing.
    if (read_[page] && read_[page] != entry) {
        write_[page] = 0;
        if (window_) window_->hide(page);
    }
    read_[page] = entry;
}

void Context::map_write(std::uint32_t page, std::byte* host) {
    if (!write_[page]) note_filled(page);
    write_[page] = addend(page, host);
}

void Context::unmap_write(std::uint32_t page) {
    write_[page] = 0;
    if (window_) window_->make_read_only(page);
}

void Context::open_window(std::unique_ptr<Window> window) {
    window_ = std::move(window);
    not_shown = 0;
    clear_jump_cache(); // code that uses page maps
}

void Context::close_window() {
    if (!window_) return;
    window_.reset();
    clear_jump_cache();
}

bool Context::show(std::uint32_t page, const HostBacking& backing) {
    const bool writable = write_[page] != 0;
    return window_->show(page, backing, writable ? Window::Rights::write : Window::Rights::read);
}

const FetchPage* Context::add_fetch_page(std::uint32_t page, const FetchPage& found) {
    fetched_[page] = found;
    executed_[page / 64] |= std::uint64_t{1} << page % 64;
    note_filled(page);
    forget_dependents(page);
    return &fetched_[page];
}

void Context::cache_jump(std::uint64_t pc, std::uint64_t mode, const void* entry) {
    jump_cache_[(pc >> 2) & (jump_cache_size - 1)] = {mode | pc, entry};
}

void Context::clear_jump_cache() {
    std::fill_n(jump_cache_.get(), jump_cache_size, JumpCacheEntry{});
    dependents_.clear();
}

void Context::depend(std::uint32_t page, std::uint64_t pc) {
    auto& dependents = dependents_[page];
    if (std::find(dependents.begin(), dependents.end(), pc) == dependents.end())
        dependents.push_back(pc);
}

void Context::forget_dependents(std::uint32_t page) {
    const auto found = dependents_.find(page);
    if (found == dependents_.end()) return;
    for (const std::uint64_t pc : found->second)
        jump_cache_[(pc >> 2) & (jump_cache_size - 1)] = {};
    dependents_.erase(found);
}

void Context::drop_page(std::uint32_t page) {
    read_[page] = 0;
    write_[page] = 0;
    if (window_) window_->hide(page);
    // The jump cache may hold entries of any page that was executed.
    if (was_fetched(page)) {
        executed_[page / 64] &= ~(std::uint64_t{1} << page % 64);
        forget_dependents(page);
        // The entries of a page lie side by side: the index is the low bits of pc / 4.
        constexpr std::uint32_t entries_a_page = page_size / 4;
        const std::uint32_t first = page * entries_a_page % jump_cache_size;
        std::fill_n(jump_cache_.get() + first, entries_a_page, JumpCacheEntry{});
    }
}

void Context::drop_class(std::uint32_t page) {
    const std::uint32_t low = page % (1u << class_bits);
    for (unsigned left = filled_in_[low]; left != 0; left &= left - 1)
        drop_page(static_cast<std::uint32_t>(std::countr_zero(left)) << class_bits | low);
    filled_in_[low] = 0;
}

void Context::flush() {
    if (!tables_.check()) {
        clear();
        return;
    }
    stale = false;
    for (const std::uint32_t page : tables_.changed_pages())
        drop_page(page);
}

void Context::clear() {
    stale = false;
    tables_.clear();
    if (window_) window_->hide_all();
    for (const std::uint32_t page : filled_) {
        filled_in_[page % (1u << class_bits)] = 0;
        read_[page] = 0;
        write_[page] = 0;
        executed_[page / 64] = 0;
    }
    filled_.clear();
    clear_jump_cache();
}

namespace {

std::uint64_t hash_of(const ContextKey& key) {
    std::uint64_t hash = 0;
    for (const std::uint32_t word : key.words)
        hash = (std::rotl(hash, 5) ^ word) * 0x9e3779b97f4a7c15u;
    return hash;
}

} // namespace

ContextCache::ContextCache(unsigned capacity)
    : capacity_(capacity), holders_(std::size_t{1} << class_bits) {
    VESTIGE_ASSERT(capacity >= 1 && capacity <= 64);
    // Never moved: they are pointed at.
    contexts_.reserve(capacity);
}

Context& ContextCache::find(const ContextKey& key) {
    ++clock_;
    ++look_ups;
    const std::uint64_t hash = hash_of(key);
    for (std::size_t i = 0; i < contexts_.size(); ++i)
        if (hashes_[i] == hash && contexts_[i]->key == key) {
            contexts_[i]->last_used = clock_;
            if (contexts_[i]->stale) contexts_[i]->flush();
            return *contexts_[i];
        }
    ++misses;
    std::size_t index = contexts_.size();
    if (index < capacity_) {
        contexts_.push_back(std::make_unique<Context>());
        contexts_[index]->index = static_cast<unsigned>(index);
        hashes_.push_back(0);
        contexts_[index]->set_filled_handler([this, index](std::uint32_t page) {
            holders_[page % (1u << class_bits)] |= std::uint64_t{1} << index;
        });
    } else {
        const auto oldest =
            std::min_element(contexts_.begin(), contexts_.end(), [](const auto& a, const auto& b) {
                return a->last_used < b->last_used;
            });
        index = static_cast<std::size_t>(oldest - contexts_.begin());
        contexts_[index]->close_window();
        contexts_[index]->clear();
        contexts_[index]->window_account = {};
    }
    Context& context = *contexts_[index];
    hashes_[index] = hash;
    context.key = key;
    context.last_used = clock_;
    return context;
}

void ContextCache::drop_page(std::uint64_t page, unsigned significant_bits) {
    constexpr unsigned page_number_bits = 32 - page_bits;
    VESTIGE_ASSERT(significant_bits == class_bits || significant_bits == page_number_bits);
    const auto number = static_cast<std::uint32_t>(page);
    std::uint64_t& holders = holders_[page % (1u << class_bits)];
    for (std::uint64_t left = holders; left != 0; left &= left - 1) {
        Context& context = *contexts_[static_cast<std::size_t>(std::countr_zero(left))];
        if (significant_bits == class_bits)
            context.drop_class(number);
        else
            context.drop_page(number);
    }
    // Others of the class may still be there unless all of them went.
    if (significant_bits == class_bits) holders = 0;
}

bool ContextCache::open_window(Context& context) {
    unsigned open = 0;
    Context* oldest = nullptr;
    for (auto& other : contexts_) {
        if (!other->window()) continue;
        ++open;
        if (!oldest || other->last_used < oldest->last_used) oldest = other.get();
    }
    if (open >= most_windows) oldest->close_window();
    auto window = Window::reserve();
    if (!window) return false;
    context.open_window(std::move(window));
    return true;
}

void ContextCache::flush_contexts(const std::function<bool(const ContextKey&)>& which) {
    for (auto& context : contexts_)
        if (which(context->key)) context->stale = true;
}

void ContextCache::clear() {
    nothing_.clear_jump_cache();
    for (auto& context : contexts_)
        context->clear();
}

void ContextCache::clear_jump_caches() {
    nothing_.clear_jump_cache();
    for (auto& context : contexts_)
        context->clear_jump_cache();
}

} // namespace vestige::runtime
