#include "backend/x64/run_charges.h"

#include <algorithm>

namespace vestige::x64 {

using ir::BlockId;
using ir::Op;

namespace {

// What is paid for at once: the end of a budget that is shorter goes a slower way.
constexpr std::uint32_t most_charged = 64;

} // namespace

void RunCharges::plan(const ir::Function& function, const ControlFlow& flow) {
    function_ = &function;
    whole_ = function.instruction_count;
    runs_.assign(function.blocks.size(), {});
    if (whole_ != 0) return; // one run, which is the whole unit
    ways_.assign(function.blocks.size(), {});
    for (const BlockId block : flow.order())
        find_runs(block, flow);
    for (const BlockId block : flow.order())
        find_ways(block, flow);
    const auto order = flow.order(); // later runs first: they are part of what earlier ones pay
    for (std::size_t i = order.size(); i-- > 0;)
        if (runs_[order[i]].begins && !runs_[order[i]].pays_alone) extend(order[i], flow);
}

void RunCharges::find_runs(BlockId block, const ControlFlow& flow) {
    Run& run = runs_[block];
    run.run = run.before;
    bool is_first = true; // nothing that asks what has been paid for
    for (const ir::Value value : function_->blocks[block].body) {
        const ir::Instruction& op = (*function_)[value];
        if (op.op == Op::begin_run) {
            if (!run.begins) {
                run.at_once = is_first;
                run.pc = op.imm;
            }
            run.begins = true;
            run.run = block;
            run.last = op.aux;
            run.charge = run.own += op.aux;
        }
        // A run that ends early gives all of the rest back where it does.
        if (op.op == Op::end_run && run.run != no_block) runs_[run.run].pays_alone = true;
        is_first = is_first && op.recovery == ir::no_recovery && op.op != Op::instruction &&
                   op.op != Op::call && op.op != Op::end_run;
    }
    for (const BlockId next : flow.successors(block))
        if (runs_[next].before == no_block) runs_[next].before = run.run;
}

void RunCharges::find_ways(BlockId block, const ControlFlow& flow) {
    const Run& run = runs_[block];
    // It has something to do first for the one before, which therefore keeps to itself.
    if (run.begins && !run.at_once && run.before != no_block) runs_[run.before].pays_alone = true;
    if (run.run == no_block) return;
    for (const BlockId next : flow.successors(block)) {
        if (runs_[next].at_once) {
            ways_[run.run].push_back({block, next, flow.loops_left(block, next)});
        } else if (runs_[next].before != run.run) { // runs alike that come together
            runs_[run.run].pays_alone = true;
            runs_[runs_[next].before].pays_alone = true;
        }
    }
}

// Takes in the runs that follow: all of them, or those that stay in the loop where the others leave
// it, so that nothing is given back within it.
void RunCharges::extend(BlockId first, const ControlFlow& flow) {
    Run& run = runs_[first];
    const auto is_its_own = [&](const Way& way) {
        return !flow.is_join(way.to) && !flow.is_loop_header(way.to) && way.to != first &&
               run.own + runs_[way.to].charge <= most_charged;
    };
    const auto& ways = ways_[first];
    const bool all = std::all_of(ways.begin(), ways.end(), is_its_own);
    const auto is_taken = [&](const Way& way) {
        return is_its_own(way) && (all || way.loops_left == 0);
    };
    const auto costs_nothing = [&](const Way& way) { return is_taken(way) || way.loops_left != 0; };
    if (!std::all_of(ways.begin(), ways.end(), costs_nothing)) return;
    for (const Way& way : ways) {
        if (!is_taken(way)) continue;
        runs_[way.to].paid = true;
        run.charge = std::max(run.charge, run.own + runs_[way.to].charge);
    }
}

std::uint32_t RunCharges::given_back(BlockId from, BlockId to) const {
    const BlockId first = runs_[from].run;
    if (first == no_block || !runs_[to].at_once) return 0;
    const std::uint32_t left = runs_[first].charge - runs_[first].own;
    return left - (runs_[to].paid ? runs_[to].charge : 0);
}

std::uint32_t RunCharges::most_at(std::uint64_t pc) const {
    std::uint32_t most = 0;
    for (const Run& run : runs_)
        if (run.begins && run.pc == pc) most = std::max(most, run.charge);
    return most;
}

} // namespace vestige::x64
