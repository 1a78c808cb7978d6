// The C++ functions that lifted SPARC code calls: their ids and the table that the engines read.
//
// Each family lists its own in a helpers_*.inc next to its code:
//     HELPER(name, function, result, (argument types), effect)
// where `function` is declared in the family's header and takes `void* state` first.
#pragma once

#include "translator/ir/layout.h"

namespace vestige::sparc {

namespace helper {
enum Id : ir::HelperId {
#define HELPER(name, ...) name,
#include "frontend/sparc/helpers.inc"
#undef HELPER
    count
};
} // namespace helper

const ir::HelperTable& helper_table();

} // namespace vestige::sparc
