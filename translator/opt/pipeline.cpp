#include "translator/opt/pipeline.h"

#include "translator/ir/printer.h"
#include "translator/ir/verifier.h"
#include "translator/opt/passes.h"

namespace vestige::opt {

namespace {

void check(const ir::Function& function, const Workspace& workspace, ir::Stage stage) {
    if (workspace.checks == Checks::every_pass) ir::verify(function, stage);
}

} // namespace

void optimise(ir::Function& function, Workspace& workspace) {
    check(function, workspace, ir::Stage::raw);
    tidy_flow(function, workspace);
    check(function, workspace, ir::Stage::raw);
    promote_slots(function, workspace);
    check(function, workspace, ir::Stage::optimised);
    if (simplify(function, workspace) == FlowChange::some) tidy_flow(function, workspace);
    check(function, workspace, ir::Stage::optimised);
    number_values(function, workspace);
    check(function, workspace, ir::Stage::optimised);
    remove_dead(function, workspace);
    check(function, workspace, ir::Stage::optimised);
}

void optimise_region(ir::Function& function, Workspace& workspace) {
    check(function, workspace, ir::Stage::raw);
    tidy_flow(function, workspace);
    check(function, workspace, ir::Stage::raw);
    pay_runs(function);
    check(function, workspace, ir::Stage::raw);
    promote_slots_across(function, workspace);
    check(function, workspace, ir::Stage::optimised);
    if (simplify(function, workspace) == FlowChange::some) tidy_flow(function, workspace);
    check(function, workspace, ir::Stage::optimised);
    share_constants(function, workspace);
    check(function, workspace, ir::Stage::optimised);
    split_parameters(function, workspace);
    check(function, workspace, ir::Stage::optimised);
    // Conditions look at the two numbers now.
    if (simplify(function, workspace) == FlowChange::some) tidy_flow(function, workspace);
    check(function, workspace, ir::Stage::optimised);
    number_values_across(function, workspace);
    check(function, workspace, ir::Stage::optimised);
    remove_dead_across(function, workspace);
    leave_to_ways_out(function, workspace);
    check(function, workspace, ir::Stage::optimised);
    own_addresses(function, workspace);
    check(function, workspace, ir::Stage::optimised);
    derive_values(function, workspace);
    remove_dead_across(function, workspace);
    check(function, workspace, ir::Stage::optimised);
}

void optimise(ir::Function& function, Workspace& workspace, Log& log, bool in_filter) {
    optimise(function, workspace);
    if (log.on(LogItem::ir_opt) && in_filter) log.put(ir::print(function));
}

void check_raw(const ir::Function& function, Log& log, bool in_filter) {
    if (log.on(LogItem::ir) && in_filter) log.put(ir::print(function));
    if (default_checks == Checks::every_pass) ir::verify(function, ir::Stage::raw);
}

} // namespace vestige::opt
