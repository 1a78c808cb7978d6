// The reference engine: runs IR directly on the guest's state in memory.
//
// Raw IR is what it is for: every guest instruction begins with its marker, where the engine leaves
// if header->leave_code is set (taking the code) or header->budget is used up, with the pc slot
// naming that instruction. Budget and state are exact at every moment. To run one instruction
// alone, the caller sets a budget of 1.
//
// Optimised IR runs with the same results as generated code has: the whole unit's budget on entry,
// recovery maps applied where it leaves early. That is for testing the optimiser.
#pragma once

#include <vector>

#include "backend/interp/program.h"

namespace vestige::interp {

class Interpreter {
  public:
    // Until the unit leaves. UnitExit::link is always null. Not re-entrant: one a CPU.
    runtime::UnitExit run(const Program& program, runtime::CpuHeader* header,
                          runtime::MemoryPath& memory, runtime::AccessFrom from);

    // For units that are run once: prepares the program anew.
    runtime::UnitExit run(const ir::Function& raw, runtime::CpuHeader* header,
                          runtime::MemoryPath& memory, runtime::AccessFrom from);

  private:
    // Never empty: a call without arguments still reads a register that it does not use.
    std::vector<std::uint64_t> registers_ = std::vector<std::uint64_t>(1);
    Program scratch_;
};

} // namespace vestige::interp
