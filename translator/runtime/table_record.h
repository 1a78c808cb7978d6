// The words of the guest's tables that a context's translations were made from. A flush makes the
// MMU walk again; where the words still say the same, so would the walk, and what is known can
// stay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "translator/runtime/bus.h"
#include "translator/runtime/guest_cpu.h"
#include "translator/runtime/sparse_array.h"

namespace vestige::runtime {

class TableRecord {
  public:
    TableRecord();

    // False: the page was translated through other words before, or they had other values; what is
    // known of it must go.
    bool note(std::uint32_t page, const TableWalk& walk, Bus& bus);

    // Compares all words with memory. False: something that many pages depend on has changed (or a
    // translation came from no words, or there are so many that starting anew is cheaper). Else
    // the pages whose own words have changed, forgotten here.
    bool check();
    std::span<const std::uint32_t> changed_pages() const { return changed_; }

    void clear();

  private:
    // Pointers to tables, and entries that map more than a page.
    struct SharedWord {
        std::uint64_t physical;
        const std::byte* host;
        std::uint32_t value;
    };
    struct PageWord {
        const std::byte* host;
        std::uint32_t value;
        std::uint32_t page;
    };

    void note_shared(const TableWord& word, Bus& bus);
    bool note_page(std::uint32_t page, const TableWord& word, Bus& bus);

    std::vector<SharedWord> shared_;
    std::vector<PageWord> pages_;
    SparseArray<std::uint32_t> index_; // by page: 1 + the index in pages_, or 0
    std::vector<std::uint32_t> changed_;
    bool void_ = false; // the next check fails
};

} // namespace vestige::runtime
