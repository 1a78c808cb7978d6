// Our side of a lockstep, less what is of one guest: translates units of a case and runs them on
// one of the engines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/interp/interpreter.h"
#include "backend/x64/backend.h"
#include "tests/lockstep/lifting_cpu.h"
#include "tests/lockstep/subject_memory.h"
#include "translator/ir/function.h"
#include "translator/opt/pipeline.h"
#include "translator/runtime/region.h"

namespace vestige::lockstep {

enum class Engine : std::uint8_t {
    raw,          // the interpreter on what the lifters wrote
    optimised,    // the interpreter on what the optimiser made of it
    x64,          // host code
    x64_baseline, // in x86-64-v2 instructions
    x64_regions,  // host code of all that jumps lead to within a page
    x64_window,   // the same for a window: no page map
};

inline constexpr Engine all_engines[] = {Engine::raw,         Engine::optimised,
                                         Engine::x64,         Engine::x64_baseline,
                                         Engine::x64_regions, Engine::x64_window};

std::string_view name(Engine engine);

// Changes a word before it is lifted: for tests that want to see a difference.
using Mutation = std::uint32_t (*)(std::uint32_t word);
inline std::uint32_t no_mutation(std::uint32_t word) { return word; }

struct RegionCounts {
    std::size_t regions = 0; // formed
    std::size_t blocks = 0;
    std::size_t loops = 0;   // regions with a jump back
    std::size_t calls = 0;   // that come back within them
    std::size_t refused = 0; // roots that lead nowhere
};

enum class Step : std::uint8_t { unit, instruction };

class UnitRunner {
  public:
    // `header` begins the CPU's state. The runner connects it to `memory`.
    UnitRunner(Engine engine, LiftingCpu& cpu, runtime::CpuHeader& header, SubjectMemory& memory);

    // The code of a case, big-endian, and a budget of nothing yet.
    void begin(std::uint32_t address, std::span<const std::uint32_t> words, Mutation mutation);

    // The unit at `pc`, a word of the case.
    void translate(std::uint32_t pc, std::uint32_t mode);
    // Units of a single instruction from now on, or as long as they may be.
    void set_step(Step step) { step_ = step; }
    runtime::UnitExit run(std::uint32_t pc, std::uint32_t mode);

    // Enough budget for a unit; some budgets are used up in the middle of things. False once the
    // case has gone astray.
    bool refill();

    // Instructions that were started since begin().
    std::int64_t instructions() const { return given_ - header_.budget; }
    const RegionCounts& regions() const { return regions_; }
    std::string print() const;

  private:
    bool generates_code() const { return engine_ >= Engine::x64; }
    bool forms_regions() const { return engine_ >= Engine::x64_regions; }
    bool in_window() const { return engine_ == Engine::x64_window; }
    std::uint32_t end() const { return address_ + static_cast<std::uint32_t>(code_.size()); }
    std::span<const std::byte> page_of(std::uint64_t number);
    std::span<const std::uint64_t> seen_targets(std::uint64_t behind);
    bool form_region(std::uint32_t pc, std::uint32_t mode);
    bool in_region(std::uint64_t pc) const;
    bool jumps_back() const;

    const Engine engine_;
    LiftingCpu& cpu_;
    runtime::CpuHeader& header_;
    SubjectMemory& memory_;
    ir::Function function_;
    opt::Workspace workspace_;
    interp::Interpreter interpreter_;
    interp::Program program_;
    std::unique_ptr<x64::X64Backend> backend_;
    std::vector<runtime::JumpCacheEntry> jump_cache_{runtime::jump_cache_size}; // always empty
    runtime::RegionFormer region_former_;
    std::map<std::uint64_t, std::vector<std::byte>> pages_; // by number
    std::vector<std::uint64_t> seen_targets_;

    Step step_ = Step::unit;
    std::uint32_t address_ = 0;
    std::vector<std::byte> code_;
    std::uint32_t first_word_ = 0;
    unsigned units_ = 0, cases_ = 0;
    RegionCounts regions_;
    std::int64_t given_ = 0;   // budget, all in all
    bool has_refused_ = false; // a unit, to begin with what there is
};

} // namespace vestige::lockstep
