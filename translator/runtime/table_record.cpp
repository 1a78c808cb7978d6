#include "translator/runtime/table_record.h"

#include <algorithm>

#include "common/endian.h"
#include "translator/runtime/cpu_header.h"

namespace vestige::runtime {

namespace {

// A check costs a nanosecond or two for each page, a walk a hundred times that. A context with more
// pages than this uses few of them between two flushes.
constexpr std::size_t most_pages = 8192;

std::uint32_t in_memory(const std::byte* host) {
    return static_cast<std::uint32_t>(load_sized(host, 4, Endian::big));
}

// Null: no plain memory.
const std::byte* host_of(std::uint64_t physical, Bus& bus) {
    const HostPage page = bus.page(physical & ~page_mask);
    return page.host ? page.host + (physical & page_mask) : nullptr;
}

} // namespace

TableRecord::TableRecord() : index_(page_map_entries) {}

void TableRecord::note_shared(const TableWord& word, Bus& bus) {
    const auto known = std::find_if(shared_.begin(), shared_.end(), [&](const SharedWord& other) {
        return other.physical == word.physical;
    });
    if (known == shared_.end()) {
        const std::byte* host = host_of(word.physical, bus);
        if (host)
            shared_.push_back({word.physical, host, word.after});
        else
            void_ = true;
        return;
    }
    if (known->value != word.before) void_ = true;
    known->value = word.after;
}

bool TableRecord::note_page(std::uint32_t page, const TableWord& word, Bus& bus) {
    const std::byte* host = host_of(word.physical, bus);
    if (!host) {
        void_ = true;
        return true;
    }
    std::uint32_t& index = index_[page];
    if (index == 0) {
        pages_.push_back({host, word.after, page});
        index = static_cast<std::uint32_t>(pages_.size());
        return true;
    }
    PageWord& known = pages_[index - 1];
    const bool same = known.host == host && known.value == word.before;
    known.host = host;
    known.value = word.after;
    return same;
}

bool TableRecord::note(std::uint32_t page, const TableWalk& walk, Bus& bus) {
    if (walk.depth == 0) void_ = true;
    bool same = true;
    for (unsigned level = 0; level < walk.depth; ++level) {
        if (level + 1 == walk.depth && walk.last_is_of_page)
            same = note_page(page, walk.words[level], bus);
        else
            note_shared(walk.words[level], bus);
    }
    return same;
}

bool TableRecord::check() {
    changed_.clear();
    if (void_ || pages_.size() > most_pages) return false;
    for (const SharedWord& word : shared_)
        if (in_memory(word.host) != word.value) return false;
    for (std::size_t i = 0; i < pages_.size();) {
        const PageWord& word = pages_[i];
        if (in_memory(word.host) == word.value) {
            ++i;
            continue;
        }
        changed_.push_back(word.page);
        index_[word.page] = 0;
        pages_[i] = pages_.back();
        pages_.pop_back();
        if (i < pages_.size()) index_[pages_[i].page] = static_cast<std::uint32_t>(i + 1);
    }
    return true;
}

void TableRecord::clear() {
    for (const PageWord& word : pages_)
        index_[word.page] = 0;
    pages_.clear();
    shared_.clear();
    void_ = false;
}

} // namespace vestige::runtime
