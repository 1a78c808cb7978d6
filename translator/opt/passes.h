// The passes of the pipeline (pipeline.h). Each walks the function once and leaves it well-formed.
#pragma once

#include "translator/ir/function.h"
#include "translator/opt/workspace.h"

namespace vestige::opt {

// Drops blocks that cannot be reached and joins a block to the one that alone jumps to it. Fills
// workspace.order and ways_in for the passes that follow.
void tidy_flow(ir::Function& function, Workspace& workspace);

// Turns raw IR into optimised IR: within a block, promotable slots become values; what was set is
// written once, where the block ends or a helper looks. Ops that may fault or leave get recovery
// maps, calls and exits the number of instructions started.
void promote_slots(ir::Function& function, Workspace& workspace);

// Folds constants and rewrites ops to simpler ones with the same bits. What the flow does after it:
enum class FlowChange : std::uint8_t { none, some };
FlowChange simplify(ir::Function& function, Workspace& workspace);

// Within a block, gives equal pure ops one value.
void number_values(ir::Function& function, Workspace& workspace);

// Drops ops without effect whose value nobody uses.
void remove_dead(ir::Function& function, Workspace& workspace);

// ---- the same over all blocks, for hot regions: they take longer and allocate

// Of raw IR whose blocks tidy_flow has ordered: runs that others can pay for become next_runs, so
// that the budget is looked at, and state known, in few places (ir/run_charges.h).
void pay_runs(ir::Function& function);

// Slots become values of the whole function: what a slot holds at a join is a parameter where it
// depends on the way. Exits write what is out of date; nothing else does.
void promote_slots_across(ir::Function& function, Workspace& workspace);

// Takes away parameters that stand for one value, or for the same values as another one.
void reduce_parameters(ir::Function& function, Workspace& workspace);

// One value a constant, at the start: constants take no register, and what is passed to a join in
// equal ones is seen to be the same.
void share_constants(ir::Function& function, Workspace& workspace);

// Where all that a parameter can be are orderings of one kind, outcomes of cmp_lt_u (a carry), or,
// if nobody looks but recovery maps, i32 that one op makes with one constant, passes what that is
// made of instead: recovery maps can make it themselves.
void split_parameters(ir::Function& function, Workspace& workspace);

// What only those want who leave a loop is made on their ways, if recovery maps can make it too.
void leave_to_ways_out(ir::Function& function, Workspace& workspace);

// Accesses get sums of their own as addresses where hosts can make those by the way.
void own_addresses(ir::Function& function, Workspace& workspace);

// Leaves what only recovery maps and ways out want to them, where they can make it (ir/derived.h);
// it is dead then where it was. Comes behind remove_dead_across, and wants it again.
void derive_values(ir::Function& function, Workspace& workspace);
// Whether recovery maps can make the op's value by themselves.
bool is_derivable(const ir::Function& function, const ir::Instruction& op);

// Gives an op the value of an equal pure one that dominates it.
void number_values_across(ir::Function& function, Workspace& workspace);

// Drops parameters as well.
void remove_dead_across(ir::Function& function, Workspace& workspace);

} // namespace vestige::opt
