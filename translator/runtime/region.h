// Hot guest code as one unit of many blocks: loops and what they run through (DESIGN.md section 4,
// tier 2).
//
// A region is entered at its root. Its blocks are those that have been run, as far as jumps with
// known targets lead from the root, over several guest pages where their mapping lasts; a jump
// between them stays within the unit. If the root is in a loop, what does not lead back to it is
// left out. The block that a loop begins with is there twice: for the first round and for the
// others, in which more is known of what came before. A short innermost loop is there for several
// rounds, one behind the other, so that they pay for their instructions together. A computed jump
// is compared with the places that it has been seen to go to, a return also with those that calls
// of its routine come back to. Each block begins with a begin_run. What leads elsewhere is an exit
// as in any unit.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

#include "translator/ir/function.h"
#include "translator/runtime/guest_cpu.h"

namespace vestige::runtime {

struct RegionRequest {
    std::uint64_t root = 0; // guest pc
    std::uint32_t mode = 0;
    // The whole page of that number; empty: it is not to be in the region. The root's is there.
    std::function<std::span<const std::byte>(std::uint64_t number)> page;
    std::uint32_t max_instructions = 64; // of a block
    // Whether a unit that begins at this pc of such a page has been run.
    std::function<bool(std::uint64_t pc)> was_run;
    // Whether a region begins at this pc already.
    std::function<bool(std::uint64_t pc)> has_region = [](std::uint64_t) { return false; };
    // The region is to begin at the root, whether there is a better one or not.
    bool as_it_is = false;
    // Where a computed jump goes, the most frequent place first: JumpRecord, by the guest address
    // behind the jump's block.
    std::function<std::span<const std::uint64_t>(std::uint64_t end)> seen_targets =
        [](std::uint64_t) { return std::span<const std::uint64_t>{}; };
    // Where the link registers led when the root was seen; nowhere: not known.
    std::array<std::uint64_t, 2> links = {~std::uint64_t{0}, ~std::uint64_t{0}};
};

class RegionFormer {
  public:
    explicit RegionFormer(GuestCpu& cpu);

    // Replaces what `function` holds with raw IR. False: the root leads nowhere within the region,
    // so that it is no better than its unit alone, or there is a better_root().
    bool form(const RegionRequest& request, ir::Function& function);

    static constexpr std::uint64_t nowhere = ~std::uint64_t{0};
    // Where the loop that the root is in the middle of is entered by the loop around it: a region
    // that begins there has the two the right way round. Or where a region begins that the root
    // soon comes to. Nowhere: the root will do.
    std::uint64_t better_root() const { return better_root_; }
    static constexpr std::size_t none = ~std::size_t{0};
    struct GuestBlock {
        std::uint64_t pc = 0;
        std::uint32_t instructions = 0;
        std::uint32_t bytes = 0;
        std::vector<std::uint64_t> successors; // known targets, inside the region or not
        std::vector<std::uint64_t> pcs;        // of its instructions
        std::uint64_t returns_to = nowhere;    // if it ends in a call
        bool ends_in_jump = false;             // a computed one
        bool ends_in_return = false;           // such a jump, to where a link register says
        std::vector<std::uint64_t>
            jumps_to;                   // then: what it is compared with, if it is in the region
        std::vector<std::size_t> round; // blocks whose jumps to it close a loop
        std::size_t loop = none; // the innermost loop that it is in: the block that begins it
        // In the function: of each of the rounds that a loop's code is written for; of a block that
        // begins a loop, of the first round of all besides.
        std::vector<ir::BlockId> copies;
        ir::BlockId first_round = 0;
        // If it belongs to a computed jump that is there several times: the block that all of them
        // begin with. In that block: whom each of them is for.
        std::size_t dispatch = none;
        std::vector<std::size_t> entered_from;

        std::uint64_t end() const { return pc + bytes; }
    };
    // What the last region was made of: the root first.
    std::span<const GuestBlock> blocks() const { return blocks_; }
    std::uint32_t instructions() const; // of them all
    // Guest addresses behind the computed jumps that the last form() came to, in the region or not.
    std::span<const std::uint64_t> jumps() const { return jumps_; }
    // Numbers of the pages that they lie in: the root's first.
    std::span<const std::uint64_t> pages() const { return pages_; }

  private:
    bool visit(std::uint64_t pc);
    bool explore(std::uint64_t pc);
    bool explore_all();
    void split();
    void match_jumps();
    void match_returns(const std::vector<bool>& known);
    void note_return(std::uint64_t routine, std::uint64_t back, const std::vector<bool>& known);
    void keep_root_loop();
    std::vector<bool> leading_to_root() const;
    void keep(const std::vector<bool>& kept);
    void find_loops();
    void keep_innermost();
    std::vector<std::vector<std::size_t>> predecessors() const;
    void find_better_root();
    std::vector<std::size_t> shortest_cycle(std::size_t through, std::size_t avoiding) const;
    std::uint32_t instructions(std::span<const std::size_t> blocks) const;
    void find_innermost_bodies();
    std::size_t rounds_written(std::size_t head) const;
    std::vector<std::size_t> inside(const GuestBlock& block) const;
    void write(ir::Function& function);
    // Which copy of which guest block.
    struct Owner {
        std::size_t block = 0, copy = 0;
    };
    void spread_dispatch();
    void forget_loops_through(std::span<const std::size_t> group);
    std::size_t copies_of_dispatch(const GuestBlock& block) const;
    ir::BlockId dispatch_target(Owner from, std::size_t index) const;
    ir::BlockId write_block(Owner owner, ir::Function& function);
    void count_started(ir::BlockId first, const ir::Function& function);
    void connect(ir::BlockId block, Owner from, ir::Function& function) const;
    ir::BlockId target(Owner from, std::uint64_t pc) const;
    std::span<const std::byte> code_at(std::uint64_t pc) const;
    const GuestBlock* find(std::uint64_t pc) const;

    GuestCpu& cpu_;
    const RegionRequest* request_ = nullptr;
    ir::Function scratch_;
    std::vector<GuestBlock> blocks_;
    std::vector<std::uint64_t> pages_;
    std::vector<std::uint64_t> jumps_;
    std::uint64_t better_root_ = nowhere;
    std::unordered_map<std::uint64_t, std::size_t> index_; // in blocks_, by pc
    std::vector<Owner> owners_;                            // of the function's blocks
    std::vector<std::uint32_t> started_; // of the function's blocks: instructions of their run
};

} // namespace vestige::runtime
