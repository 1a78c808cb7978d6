// Checks that a function is well-formed IR. Runs on what frontends write and after every pass, in
// debug and test builds. The invariants, each with the number that a defect names:
//
//   1  There are blocks. The entry, block 0, has no parameters and nothing jumps to it.
//   2  A block ends in a terminator and holds no other.
//   3  Every op of a body and every parameter is an instruction that exists, in one place;
//   parameters
//      are in parameter lists and nowhere else.
//   4  An op has as many arguments as its row says, each a value that exists and has a result.
//   5  Result and arguments have the types of the op's row, and those that the op takes
//   (type_rules.h). 6  A value is defined on every way to its use (arguments, target arguments,
//   recovery maps). 7  Targets exist; target arguments are the parameters' in number and type. 8
//   Slots exist, and get_slot and set_slot have their type; banks are no farther from each
//   other than the state is large. 9  Helpers exist, and calls have their
//   signature. A float op's helper takes and returns what the
//      op does and touches memory_only slots at most.
//  10  A memory access has 1, 2, 4, 8 or 16 bytes, no more than its value (16: v128, and only
//  that), and
//      an alignment that is a power of two.
//  11  A constant has no bits beyond its type. Vector lanes have 8, 16, 32 or 64 bits.
//  12  Guest instructions are numbered in the order in which they start: every way to a block has
//      started the same number of the same run, or the block starts with a begin_run or
//      next_run (behind pure ops); no next_run comes before a begin_run. A marker's index is the
//      number started before it and less than the run's length (Function::instruction_count, or
//      what they say). What may fault, leave or call comes after a marker.
//  13  Program counters fit the pc slot's type.
//  14  Raw IR has no recovery maps. In optimised IR the ops that may fault or leave have one and no
//      others; it has the current instruction's pc and index, and each promotable slot at most
//      once, but not pc, with a value of the slot's type.
//  15  In optimised IR every block can be reached, and call, goto_pc, jump_pc and leave carry the
//  number
//      of instructions started.
#pragma once

#include <optional>
#include <string>

#include "translator/ir/function.h"

namespace vestige::ir {

// The first defect: number of the invariant, line in the text form, the op and the reason.
std::optional<std::string> find_defect(const Function& function, Stage stage);

// Prints the function and the defect and stops the program, if there is one.
void verify(const Function& function, Stage stage);

// The same for what a guest ISA declares: slots lie within the state without overlap (memory_only
// ones may overlap each other), the pc slot is i32 or i64, helper signatures can be passed.
std::optional<std::string> find_defect(const StateLayout& layout, const HelperTable& helpers);

} // namespace vestige::ir
