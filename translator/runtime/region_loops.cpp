// The loops of a region: which blocks begin them, what is in the innermost ones, and for how many
// rounds their code is written.
#include <algorithm>

#include "translator/runtime/region.h"

namespace vestige::runtime {

std::vector<std::vector<std::size_t>> RegionFormer::predecessors() const {
    std::vector<std::vector<std::size_t>> before(blocks_.size());
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        for (const std::size_t next : inside(blocks_[i]))
            before[next].push_back(i);
    return before;
}

// The blocks of the shortest way, in instructions, from a block to itself, it first; empty: there
// is none.
std::vector<std::size_t> RegionFormer::shortest_cycle(std::size_t through,
                                                      std::size_t avoiding) const {
    constexpr std::uint32_t far = ~0u;
    std::vector<std::uint32_t> distance(blocks_.size(), far);
    std::vector<std::size_t> from(blocks_.size(), none);
    std::vector<bool> done(blocks_.size());
    std::uint32_t back = far; // of the way round
    const auto leave = [&](std::size_t block, std::uint32_t so_far) {
        const std::uint32_t length = so_far + blocks_[block].instructions;
        for (const std::size_t next : inside(blocks_[block])) {
            std::uint32_t& known = next == through ? back : distance[next];
            if (next == avoiding || length >= known) continue;
            known = length;
            from[next] = block;
        }
    };
    leave(through, 0);
    for (;;) {
        std::size_t nearest = none;
        for (std::size_t i = 0; i < blocks_.size(); ++i)
            if (!done[i] && distance[i] != far &&
                (nearest == none || distance[i] < distance[nearest]))
                nearest = i;
        if (nearest == none) break;
        done[nearest] = true;
        leave(nearest, distance[nearest]);
    }
    if (back == far) return {};
    std::vector<std::size_t> cycle;
    for (std::size_t block = from[through]; block != through; block = from[block])
        cycle.push_back(block);
    cycle.push_back(through);
    std::reverse(cycle.begin(), cycle.end());
    return cycle;
}

std::uint32_t RegionFormer::instructions(std::span<const std::size_t> blocks) const {
    std::uint32_t count = 0;
    for (const std::size_t block : blocks)
        count += blocks_[block].instructions;
    return count;
}

// Seen from the middle of an inner loop, what the outer one does besides seems to be inside. And a
// region for each place of a loop at which budgets end would only fill caches.
void RegionFormer::find_better_root() {
    const auto own = shortest_cycle(0, none);
    if (own.empty()) return;
    for (const std::size_t block : std::span(own).subspan(1)) {
        if (!request_->has_region(blocks_[block].pc)) continue;
        better_root_ = blocks_[block].pc;
        return;
    }
    const auto before = predecessors();
    const auto is_own = [&](std::size_t block) {
        return std::find(own.begin(), own.end(), block) != own.end();
    };
    for (const std::size_t block : std::span(own).subspan(1)) {
        if (std::all_of(before[block].begin(), before[block].end(), is_own)) continue;
        if (instructions(shortest_cycle(block, 0)) <= instructions(own)) continue;
        better_root_ = blocks_[block].pc;
        return;
    }
}

// Depth first from the root: a jump to a block that is still open closes a loop.
void RegionFormer::find_loops() {
    enum : std::uint8_t { fresh, open, done };
    std::vector<std::uint8_t> state(blocks_.size(), fresh);
    struct Visit {
        std::size_t block;
        std::vector<std::size_t> left;
    };
    std::vector<Visit> stack;
    const auto enter = [&](std::size_t block) {
        state[block] = open;
        stack.push_back({block, inside(blocks_[block])});
    };
    enter(0);
    while (!stack.empty()) {
        Visit& top = stack.back();
        if (top.left.empty()) {
            state[top.block] = done;
            stack.pop_back();
            continue;
        }
        const std::size_t next = top.left.back();
        top.left.pop_back();
        if (state[next] == open) blocks_[next].round.push_back(top.block);
        if (state[next] == fresh) enter(next);
    }
}

// Of several loops that begin with one block only the innermost goes round to its second copy: the
// others come to it from outside.
void RegionFormer::keep_innermost() {
    const auto before = predecessors();
    const auto length = [&](std::size_t head, std::size_t last) { // in blocks
        std::vector<bool> seen(blocks_.size());
        seen[head] = true;
        std::vector<std::size_t> work{last};
        std::size_t count = 1;
        while (!work.empty()) {
            const std::size_t block = work.back();
            work.pop_back();
            if (seen[block]) continue;
            seen[block] = true;
            ++count;
            work.insert(work.end(), before[block].begin(), before[block].end());
        }
        return count;
    };
    for (std::size_t head = 0; head < blocks_.size(); ++head) {
        auto& round = blocks_[head].round;
        if (round.size() < 2) continue;
        std::size_t shortest = blocks_.size() + 1;
        for (const std::size_t last : round)
            shortest = std::min(shortest, length(head, last));
        std::erase_if(round, [&](std::size_t last) { return length(head, last) > shortest; });
    }
}

void RegionFormer::find_innermost_bodies() {
    const auto before = predecessors();
    for (std::size_t head = 0; head < blocks_.size(); ++head) {
        if (blocks_[head].round.empty()) continue;
        std::vector<std::size_t> body{head};
        std::vector<std::size_t> work = blocks_[head].round;
        bool innermost = true;
        while (!work.empty()) {
            const std::size_t block = work.back();
            work.pop_back();
            if (std::find(body.begin(), body.end(), block) != body.end()) continue;
            innermost = innermost && blocks_[block].round.empty();
            body.push_back(block);
            work.insert(work.end(), before[block].begin(), before[block].end());
        }
        if (!innermost) continue;
        for (const std::size_t block : body)
            blocks_[block].loop = head;
    }
}

// A round that another one leads to alone need not look at the budget, and values need not be back
// in the registers that they came in.
std::size_t RegionFormer::rounds_written(std::size_t head) const {
    constexpr std::size_t most_together = 24, most_rounds = 4; // instructions
    std::size_t instructions = 0;
    for (const GuestBlock& block : blocks_)
        if (block.loop == head) instructions += block.instructions;
    return std::clamp<std::size_t>(most_together / instructions, 1, most_rounds);
}

} // namespace vestige::runtime
