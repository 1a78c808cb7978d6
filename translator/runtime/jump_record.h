// Where computed jumps of guest code have been seen to go: what regions compare them with.
//
// Hints alone. A jump goes where its operand says, whether that is on record or not.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace vestige::runtime {

class JumpRecord {
  public:
    // A jump is known by the physical address of the guest code behind it (behind its delay slot,
    // where it has one), its targets by guest address.
    void note(std::uint64_t jump, std::uint64_t target);
    // The jump was looked for: it has a record from now on, even if it has not been seen.
    void look_for(std::uint64_t jump);
    bool has(std::uint64_t jump) const { return jumps_.contains(jump); }
    // The most frequent first, at most most_targets; none where there is no record. Valid until the
    // next note() or look_for().
    std::span<const std::uint64_t> targets(std::uint64_t jump) const;
    void clear() { jumps_.clear(); }

    static constexpr std::size_t most_targets = 32;
    static constexpr std::size_t most_jumps = 8192; // then it starts anew

  private:
    struct Jump {
        std::vector<std::uint64_t> targets; // in the order of counts, which run beside them
        std::vector<std::uint32_t> counts;
    };
    Jump& at(std::uint64_t jump);

    std::unordered_map<std::uint64_t, Jump> jumps_;
};

} // namespace vestige::runtime
