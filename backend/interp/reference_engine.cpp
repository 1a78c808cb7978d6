#include "backend/interp/reference_engine.h"

namespace vestige::interp {

namespace {

struct Unit final : runtime::ReferenceUnit {
    Program program;
};

} // namespace

std::unique_ptr<runtime::ReferenceUnit> ReferenceEngine::prepare(const ir::Function& raw) {
    auto unit = std::make_unique<Unit>();
    unit->program.prepare(raw);
    return unit;
}

runtime::UnitExit ReferenceEngine::run(const runtime::ReferenceUnit& unit,
                                       runtime::CpuHeader* header, runtime::MemoryPath& memory,
                                       runtime::AccessFrom from) {
    // Only this engine's own units are handed back to it.
    return interpreter_.run(static_cast<const Unit&>(unit).program, header, memory, from);
}

} // namespace vestige::interp
