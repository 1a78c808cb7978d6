// From raw to optimised IR: the same passes for every guest, in linear time.
#pragma once

#include "common/log.h"
#include "translator/ir/function.h"
#include "translator/opt/workspace.h"

namespace vestige::opt {

void optimise(ir::Function& function, Workspace& workspace);
// The same for a hot region (runtime/region.h): values live across its blocks and round its loops.
void optimise_region(ir::Function& function, Workspace& workspace);

// The same, and the result into the log (-d ir_opt) if the unit passes its filter.
void optimise(ir::Function& function, Workspace& workspace, Log& log, bool in_filter);

// For what a frontend has just written: into the log (-d ir), and verified in debug builds.
void check_raw(const ir::Function& function, Log& log, bool in_filter);

} // namespace vestige::opt
