// What each run of a region (Op::begin_run) takes off the budget.
//
// A run that leads on to others which begin nowhere else pays for them as well: one test serves the
// longest way on, and shorter ones give back what they do not need. A run whose budget does not
// suffice for all of that is left in front of, which the loop takes care of.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/x64/control_flow.h"
#include "translator/ir/function.h"

namespace vestige::x64 {

class RunCharges {
  public:
    void plan(const ir::Function& function, const ControlFlow& flow);

    // Instructions paid for and not started, were none of the run started, of the run that is
    // current where the block begins.
    std::uint32_t at_start(ir::BlockId block) const {
        const ir::BlockId run = runs_[block].before;
        return run == no_block ? whole_ : runs_[run].charge - runs_[run].own + runs_[run].last;
    }
    // The run that the block begins is paid for by the one before.
    bool is_paid(ir::BlockId block) const { return runs_[block].paid; }
    // To be taken off where the first run of the block begins; further ones are paid with it.
    std::uint32_t charge(ir::BlockId block) const { return runs_[block].charge; }
    // What has been paid for and is not needed on the way from the end of a block to another one.
    std::uint32_t given_back(ir::BlockId from, ir::BlockId to) const;
    // The most that a run which begins at pc takes: what a budget must be to enter there.
    std::uint32_t most_at(std::uint64_t pc) const;

  private:
    // Runs of one block, one behind the other, are charged as one.
    struct Run {
        ir::BlockId before = no_block; // that is current where the block begins, by its own block
        ir::BlockId run = no_block;    // where it ends
        bool begins = false;           // it is another one
        bool at_once = false;          // and does nothing for the one before
        bool paid = false;
        bool pays_alone = false;                     // for its own instructions
        std::uint32_t own = 0, last = 0, charge = 0; // of the block's runs; last: the last one's
        std::uint64_t pc = 0;
    };
    struct Way { // from a run to the next one
        ir::BlockId from, to;
        std::uint32_t loops_left;
    };
    void find_runs(ir::BlockId block, const ControlFlow& flow);
    void find_ways(ir::BlockId block, const ControlFlow& flow);
    void extend(ir::BlockId run, const ControlFlow& flow);

    const ir::Function* function_ = nullptr;
    std::uint32_t whole_ = 0;
    std::vector<Run> runs_;              // by block
    std::vector<std::vector<Way>> ways_; // by a run's first block
};

} // namespace vestige::x64
