// Our side of the lockstep: lifts a case and runs it on one of the engines.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "frontend/ppc/cpu_models.h"
#include "tests/lockstep/case.h"

namespace vestige::ppc::lockstep {

enum class Engine : std::uint8_t {
    raw,          // the interpreter on what the lifters wrote
    optimised,    // the interpreter on what the optimiser made of it
    x64,          // host code
    x64_baseline, // in x86-64-v2 instructions
    x64_regions,  // host code of all that jumps lead to within a page
    x64_window,   // the same for a window: no page map
};

std::string_view name(Engine engine);

// Changes a word before it is lifted: for tests that want to see a difference.
using Mutation = std::uint32_t (*)(std::uint32_t word);
inline std::uint32_t no_mutation(std::uint32_t word) { return word; }

class Subject {
  public:
    Subject(const CpuModel& model, Engine engine);
    ~Subject();

    Registers run(const Case& test, Mutation mutation = no_mutation);
    // Instructions that the last run started.
    std::int64_t instructions() const;

    // The IR of the first unit of a case, as the engine runs it.
    std::string print_ir(const Case& test);

    struct RegionCounts {
        std::size_t regions = 0; // formed
        std::size_t blocks = 0;
        std::size_t loops = 0;   // regions with a jump back
        std::size_t calls = 0;   // that come back within them
        std::size_t refused = 0; // roots that lead nowhere
    };
    const RegionCounts& regions() const;

  private:
    struct Machine;
    std::unique_ptr<Machine> machine_;
};

} // namespace vestige::ppc::lockstep
