// Hot guest code as one unit of many blocks: loops and what they run through (DESIGN.md section 4,
// tier 2).
//
// A region lies within one guest page and is entered at its root. Its blocks are those that have
// been run, as far as jumps with known targets lead from the root; a jump between them stays within
// the unit. A return is compared with the places that the region's own calls come back to. Each
// block begins with a begin_run. What leads elsewhere is an exit as in any unit.
#pragma once

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
    std::span<const std::byte> page;     // the whole page that the root lies in
    std::uint32_t max_instructions = 64; // of a block
    // Whether a unit that begins at this pc of the page has been run.
    std::function<bool(std::uint64_t pc)> was_run;
};

class RegionFormer {
  public:
    explicit RegionFormer(GuestCpu& cpu);

    // Replaces what `function` holds with raw IR. False: the root leads nowhere within the region,
    // so that it is no better than its unit alone.
    bool form(const RegionRequest& request, ir::Function& function);

    static constexpr std::uint64_t nowhere = ~std::uint64_t{0};
    struct GuestBlock {
        std::uint64_t pc = 0;
        std::uint32_t instructions = 0;
        std::uint32_t bytes = 0;
        std::vector<std::uint64_t> successors; // known targets, inside the region or not
        std::vector<std::uint64_t> pcs;        // of its instructions
        std::uint64_t returns_to = nowhere;    // if it ends in a call
        ir::BlockId entry = 0;
    };
    // What the last region was made of: the root first.
    std::span<const GuestBlock> blocks() const { return blocks_; }

  private:
    bool explore(std::uint64_t pc);
    void split();
    void write(ir::Function& function);
    void write_block(GuestBlock& block, ir::Function& function);
    bool is_return(const ir::Function& function, const ir::Instruction& jump) const;
    void compare_return(ir::BlockId block, ir::Function& function) const;
    std::span<const std::byte> code_at(std::uint64_t pc) const;
    const GuestBlock* find(std::uint64_t pc) const;

    GuestCpu& cpu_;
    const RegionRequest* request_ = nullptr;
    ir::Function scratch_;
    std::vector<GuestBlock> blocks_;
    std::unordered_map<std::uint64_t, std::size_t> index_; // in blocks_, by pc
    std::vector<std::uint64_t> returns_;                   // where the region's calls come back to
};

} // namespace vestige::runtime
