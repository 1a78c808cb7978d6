// Accesses of a block that share one page lookup: at constant distances from one value, as the
// words of a stack frame or the members of a structure are.
//
// The first access of a span checks that the whole span lies in one mapped page and makes a host
// pointer to its lowest byte; the others use that pointer. Zero instead of a pointer says that each
// access is to look by itself, out of line.
#pragma once

#include <cstdint>
#include <vector>

#include "translator/ir/function.h"

namespace vestige::x64 {

struct Span {
    ir::Value base;
    bool stores = false;           // it uses the write map
    std::int32_t low = 0, end = 0; // bytes [low, end) from the base
    // Base + aligned_at must be a multiple of `alignment` for those accesses that want alignment.
    std::uint8_t alignment = 1;
    std::int32_t aligned_at = 0;
    std::uint32_t accesses = 0;
    ir::Value pointer; // a value of the backend's own: see Liveness
};

// Shifts left by 1 to 3: what the host does in an address.
bool shifts_as_index(const ir::Function& function, ir::Value value);
// An addition whose right side is a constant, of type i32.
bool adds_constant(const ir::Function& function, ir::Value value);
// value = base + offset, modulo 2^32. Base is never an addition of a constant.
struct Distance {
    ir::Value base;
    std::int32_t offset = 0;
};
Distance distance_of(const ir::Function& function, ir::Value address);

// Whether page maps serve the access.
bool served_by_page_map(const ir::Function& function, const ir::Instruction& access);

inline constexpr std::uint16_t no_span = 0xffff;

class SpanFinder {
  public:
    // Of one block, in order; the index of its span for each access that is in one. Spans have no
    // pointers yet.
    struct Member {
        ir::Value access;
        std::uint16_t span;
    };
    void find(const ir::Function& function, const ir::Block& block);

    std::vector<Span>& spans() { return spans_; }
    const std::vector<Span>& spans() const { return spans_; }
    const std::vector<Member>& members() const { return members_; }

  private:
    void add(const ir::Function& function, ir::Value access);
    void keep_worthwhile();

    std::vector<Span> spans_;
    std::vector<Member> members_;
    std::size_t first_open_ = 0; // spans before it have ended
};

} // namespace vestige::x64
