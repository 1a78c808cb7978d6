// Regions of interpreters: the computed jump that goes to many places is written once for each way
// to it, so that the host predicts each of them by itself. Where one jump serves them all, as a
// compiler writes a switch in a loop, a host mispredicts it much more often.
#include <algorithm>

#include "translator/runtime/region.h"

namespace vestige::runtime {

namespace {

constexpr std::size_t fewest_targets = 5;
constexpr std::size_t most_ways_in = 24;
constexpr std::size_t most_instructions = 512; // of all copies
constexpr std::uint32_t longest = 32;          // of one

} // namespace

void RegionFormer::spread_dispatch() {
    const auto before = predecessors();
    for (std::size_t jump = 0; jump < blocks_.size(); ++jump) {
        const GuestBlock& block = blocks_[jump];
        if (block.ends_in_return || block.jumps_to.size() < fewest_targets) continue;
        // What alone leads to the jump goes with it.
        std::vector<std::size_t> group{jump};
        std::uint32_t length = block.instructions;
        while (before[group.back()].size() == 1) {
            const std::size_t previous = before[group.back()][0];
            length += blocks_[previous].instructions;
            if (length > longest || blocks_[previous].dispatch != none ||
                std::find(group.begin(), group.end(), previous) != group.end())
                break;
            group.push_back(previous);
        }
        const auto& ways = before[group.back()];
        if (ways.size() < 2 || ways.size() > most_ways_in) continue;
        if (length * (ways.size() + 1) > most_instructions) continue;
        for (const std::size_t member : group)
            blocks_[member].dispatch = group.back();
        blocks_[group.back()].entered_from = ways;
        forget_loops_through(group);
    }
}

// The ways round by such a jump are too many to be anything's loop.
void RegionFormer::forget_loops_through(std::span<const std::size_t> group) {
    const auto in_group = [&](std::size_t block) {
        return std::find(group.begin(), group.end(), block) != group.end();
    };
    for (std::size_t head = 0; head < blocks_.size(); ++head) {
        auto& round = blocks_[head].round;
        if (round.empty()) continue;
        if (in_group(head))
            round.clear();
        else
            std::erase_if(round, in_group);
        if (!round.empty()) continue;
        for (GuestBlock& block : blocks_)
            if (block.loop == head) block.loop = none;
    }
    for (const std::size_t member : group)
        blocks_[member].loop = none;
}

// One for each way in, and one for the region's own beginning.
std::size_t RegionFormer::copies_of_dispatch(const GuestBlock& block) const {
    return blocks_[block.dispatch].entered_from.size() + 1;
}

ir::BlockId RegionFormer::dispatch_target(Owner from, std::size_t index) const {
    const GuestBlock& to = blocks_[index];
    if (index != to.dispatch) return to.copies[from.copy]; // from within the group
    const auto& ways = to.entered_from;
    return to.copies[static_cast<std::size_t>(std::find(ways.begin(), ways.end(), from.block) -
                                              ways.begin())];
}

} // namespace vestige::runtime
