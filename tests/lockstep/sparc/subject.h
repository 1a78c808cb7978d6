// Our side of the SPARC lockstep: lifts a case and runs it on one of the engines.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "frontend/sparc/cpu_models.h"
#include "tests/lockstep/sparc/case.h"
#include "tests/lockstep/unit_runner.h"

namespace vestige::sparc::lockstep {

using vestige::lockstep::Engine;
using vestige::lockstep::Mutation;
using vestige::lockstep::no_mutation;

class Subject {
  public:
    Subject(const CpuModel& model, Engine engine);
    ~Subject();

    Registers run(const Case& test, Mutation mutation = no_mutation);
    // Runs a case and says whether an operation on the way had two NaNs to choose from.
    bool meets_two_nans(const Case& test);
    // Instructions that the last run started.
    std::int64_t instructions() const;

    // The IR of the first unit of a case, as the engine runs it.
    std::string print_ir(const Case& test);

    const vestige::lockstep::RegionCounts& regions() const;

  private:
    struct Machine;
    // `look` is told of every instruction before it is run, each of which is a unit then.
    Registers run_watched(const Case& test, Mutation mutation,
                          const std::function<void(std::uint32_t word)>& look);

    std::unique_ptr<Machine> machine_;
};

} // namespace vestige::sparc::lockstep
