// The seam to the engine that runs unoptimised IR: the definition of what a unit does.
#pragma once

#include <memory>

#include "translator/ir/function.h"
#include "translator/runtime/backend.h"
#include "translator/runtime/memory_path.h"

namespace vestige::runtime {

// A unit made ready to run; the engine's own form of it.
class ReferenceUnit {
  public:
    virtual ~ReferenceUnit() = default;
};

class ReferenceEngine {
  public:
    virtual ~ReferenceEngine() = default;
    virtual std::unique_ptr<ReferenceUnit> prepare(const ir::Function& raw) = 0;
    // Runs until the unit ends, leaves or header->budget is used up; before each guest instruction
    // it also leaves if header->leave_code is set. pc and budget are exact on return.
    virtual UnitExit run(const ReferenceUnit& unit, CpuHeader* header, MemoryPath& memory,
                         AccessFrom from) = 0;
};

} // namespace vestige::runtime
