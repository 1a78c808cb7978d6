// IR as text, for -d ir, error messages and tests. parser.h reads it back.
//
//     unit pc 0x1000 instructions 2 bytes 8
//     block0:
//         instruction 0x1000 #0
//         v1: i32 = get_slot r3
//         v2: i32 = constant 0x10
//         v3: i32 = add v1, v2
//         v4: i32 = load v3 [4 big align 4] recover 0x1000 #0 {r3 = v3}
//         v5: f64 = float_add v6, v7 @fadd single
//         v8: i32 = call mix(v3, v4) started 1
//         branch v9, block1(v3), block2
//     block1(v10: i32):
//         goto_pc 0x1008 started 2
//
// and in a unit of several runs:
//
//         begin_run 0x1000 of 2 recover 0x1000 #0 {r3 = v3, cr0 = order_s v3 v4}
//
// A value's number is its index in Function::instructions. Slots and helpers go by name. Attributes
// that have their default are left out: access [extend sign] [align 1] [space 0] [tag 0], "double"
// precision, "started 0".
#pragma once

#include <string>

#include "translator/ir/function.h"

namespace vestige::ir {

std::string print(const Function& function);
// One op, without its indent and newline. Any function, also one that the verifier refuses.
std::string print_op(const Function& function, Value value);
std::string print_block_head(const Function& function, BlockId block);

} // namespace vestige::ir
