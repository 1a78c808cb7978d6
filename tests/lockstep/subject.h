// Our side of the PowerPC lockstep: lifts a case and runs it on one of the engines.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "frontend/ppc/cpu_models.h"
#include "tests/lockstep/case.h"
#include "tests/lockstep/unit_runner.h"

namespace vestige::ppc::lockstep {

using vestige::lockstep::Engine;
using vestige::lockstep::Mutation;
using vestige::lockstep::no_mutation;

class Subject {
  public:
    Subject(const CpuModel& model, Engine engine);
    ~Subject();

    Registers run(const Case& test, Mutation mutation = no_mutation);
    // Instructions that the last run started.
    std::int64_t instructions() const;

    // The IR of the first unit of a case, as the engine runs it.
    std::string print_ir(const Case& test);

    const vestige::lockstep::RegionCounts& regions() const;

  private:
    struct Machine;
    std::unique_ptr<Machine> machine_;
};

} // namespace vestige::ppc::lockstep
