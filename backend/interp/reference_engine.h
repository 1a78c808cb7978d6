// The interpreter behind the runtime's seam.
#pragma once

#include "backend/interp/interpreter.h"
#include "translator/runtime/reference_engine.h"

namespace vestige::interp {

class ReferenceEngine final : public runtime::ReferenceEngine {
  public:
    std::unique_ptr<runtime::ReferenceUnit> prepare(const ir::Function& raw) override;
    runtime::UnitExit run(const runtime::ReferenceUnit& unit, runtime::CpuHeader* header,
                          runtime::MemoryPath& memory, runtime::AccessFrom from) override;

  private:
    Interpreter interpreter_;
};

} // namespace vestige::interp
