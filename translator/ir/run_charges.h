// What runs of guest instructions take off the budget, and where.
//
// Op::begin_run pays for its own run and for all that may follow it up to the next begin_run: runs
// that begin with Op::next_run. The longest way is paid for; a jump to a shorter one gives back
// what it does not need. Everywhere, what has been paid for and not started is thus known, which
// whoever leaves gives back.
#pragma once

#include <cstdint>
#include <vector>

#include "translator/ir/function.h"

namespace vestige::ir {

class RunCharges {
  public:
    void analyse(const Function& function);

    // The length of the run that is current where the block begins, so that a count of started
    // instructions tells how many of it have not. No run, or the block begins with another one:
    // any number.
    std::uint32_t run_at_start(BlockId block) const {
        return runs_.empty() ? whole_ : runs_[block].run;
    }
    // What is paid for there, of runs that follow.
    std::uint32_t ahead_at_start(BlockId block) const {
        return runs_.empty() ? 0 : runs_[block].ahead_at_start;
    }
    // What a begin_run takes, its own run included.
    std::uint32_t charge(Value begin_run) const { return charges_[begin_run.index]; }
    std::uint32_t given_back(BlockId from, BlockId to) const {
        return runs_.empty() ? 0 : runs_[from].ahead_at_end - runs_[to].ahead_at_start;
    }
    // The most that a begin_run at pc takes: what a budget must be to enter there.
    std::uint32_t most_at(std::uint64_t pc) const;

  private:
    struct BlockRuns {
        std::uint32_t run = 0;
        std::uint32_t ahead_at_start = 0, ahead_at_end = 0;
    };
    void find_current();
    void find_charges();

    const Function* function_ = nullptr;
    std::uint32_t whole_ = 0;            // length of the one run of a unit
    std::vector<BlockRuns> runs_;        // by block; none: one run
    std::vector<std::uint32_t> charges_; // by value
    std::vector<BlockId> order_, work_;
};

} // namespace vestige::ir
