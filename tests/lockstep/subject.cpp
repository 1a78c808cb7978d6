#include "tests/lockstep/subject.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "backend/interp/interpreter.h"
#include "backend/x64/backend.h"
#include "common/assertion.h"
#include "common/endian.h"
#include "frontend/ppc/fp/fpscr.h"
#include "frontend/ppc/leave_codes.h"
#include "frontend/ppc/slots.h"
#include "frontend/ppc/state.h"
#include "tests/lockstep/lifting_cpu.h"
#include "tests/lockstep/subject_memory.h"
#include "tests/lockstep/subject_state.h"
#include "translator/ir/printer.h"
#include "translator/ir/verifier.h"
#include "translator/opt/pipeline.h"
#include "translator/runtime/region.h"

namespace vestige::ppc::lockstep {

namespace {

constexpr std::uint32_t ear_enabled = 1u << 31;
// A case that starts more instructions has gone astray.
constexpr std::int64_t most_instructions = 10'000;
// The window changes every so many cases.
constexpr unsigned window_changes_every = 256;
// The verifier costs more than the rest: every so many units.
constexpr unsigned verify_every = 64;

} // namespace

std::string_view name(Engine engine) {
    switch (engine) {
    case Engine::raw: return "interpreter, raw IR";
    case Engine::optimised: return "interpreter, optimised IR";
    case Engine::x64: return "x64 code";
    case Engine::x64_baseline: return "x64 code in baseline instructions";
    case Engine::x64_regions: return "x64 code of regions";
    case Engine::x64_window: return "x64 code of regions, in a window";
    }
    VESTIGE_UNREACHABLE("no such engine");
}

struct Subject::Machine {
    Machine(const CpuModel& cpu_model, Engine which) : model(cpu_model), engine(which) {
        if (in_window())
            state.header.window = memory.open_window();
        else
            state.header.read_map = state.header.write_map = memory.page_map();
        // Helpers find the runtime by its base class.
        state.header.runtime = static_cast<runtime::CpuRuntime*>(&memory);
        state.ear = ear_enabled;
        state.msr = msr::fe0 | msr::fe1; // as QEMU has it
        state.header.jump_cache = jump_cache.data();
        x64::X64Options options;
        if (engine == Engine::x64_baseline) options.features = x64::HostFeatures::baseline();
        if (generates_code()) backend = std::make_unique<x64::X64Backend>(memory, options);
    }

    const CpuModel& model;
    Engine engine;
    State state;
    SubjectMemory memory;
    ir::Function function{state_layout(), helper_table()};
    opt::Workspace workspace;
    interp::Interpreter interpreter;
    interp::Program program;
    std::unique_ptr<x64::X64Backend> backend;
    std::vector<runtime::JumpCacheEntry> jump_cache{runtime::jump_cache_size}; // always empty
    std::vector<std::byte> code;
    unsigned units = 0, cases = 0;

    LiftingCpu cpu{model};
    runtime::RegionFormer region_former{cpu};
    std::vector<std::byte> page = std::vector<std::byte>(runtime::page_size);
    RegionCounts regions;
    std::int64_t given = 0; // budget, all in all

    bool generates_code() const { return engine >= Engine::x64; }
    bool forms_regions() const { return engine >= Engine::x64_regions; }
    bool in_window() const { return engine == Engine::x64_window; }
    runtime::MemoryView view() const {
        return in_window() ? runtime::MemoryView::window : runtime::MemoryView::page_map;
    }
    ir::Stage stage() const {
        return engine == Engine::raw ? ir::Stage::raw : ir::Stage::optimised;
    }

    void take_code(const Case& test, Mutation mutation) {
        code.resize(4 * test.words.size());
        for (std::size_t i = 0; i < test.words.size(); ++i)
            store_be(code.data() + 4 * i, mutation(test.words[i]));
    }

    bool needs_exact_mode(const Case& test) const {
        return (state.fpscr & fpscr::exact_mode) || (test.features & exact_mode);
    }

    std::uint32_t mode_of(const Case& test) const {
        return mode::problem | (test.features & LOCKSTEP_FLOAT ? mode::fp : 0) |
               (test.features & LOCKSTEP_VECTOR ? mode::vec : 0) |
               (needs_exact_mode(test) ? mode::float_exact : 0);
    }

    // The unit at `pc`, a word of `test`, as the engine runs it.
    void translate(const Case& test, std::uint32_t pc) {
        const bool checked = units++ % verify_every == 0;
        workspace.checks = checked ? opt::Checks::every_pass : opt::Checks::none;
        if (forms_regions() && form_region(test, pc)) {
            if (checked) ir::verify(function, ir::Stage::raw);
            opt::optimise_region(function, workspace);
            return;
        }
        function.clear();
        lift_unit(
            model,
            {.pc = pc, .mode = mode_of(test), .code = std::span(code).subspan(pc - test.address)},
            function);
        if (checked) ir::verify(function, ir::Stage::raw);
        if (engine != Engine::raw) opt::optimise(function, workspace);
    }

    // All of the case that lies in the page of `pc`; every other case in blocks of a few words.
    bool form_region(const Case& test, std::uint32_t pc) {
        const std::uint32_t page_start = pc & ~static_cast<std::uint32_t>(runtime::page_mask);
        const std::uint32_t first = std::max(page_start, test.address);
        const std::size_t bytes =
            std::min<std::size_t>(test.end() - first, page_start + runtime::page_size - first);
        std::memcpy(page.data() + (first - page_start), code.data() + (first - test.address),
                    bytes);
        cpu.code_end = test.end();
        const auto was_run = [&](std::uint64_t at) {
            return at % 4 == 0 && at >= test.address && at < test.end();
        };
        const bool short_blocks = test.words.size() % 2 == 0;
        if (!region_former.form({.root = pc,
                                 .mode = mode_of(test),
                                 .page = page,
                                 .max_instructions = short_blocks ? 3u : 64u,
                                 .was_run = was_run},
                                function)) {
            ++regions.refused;
            return false;
        }
        ++regions.regions;
        regions.blocks += region_former.blocks().size();
        regions.loops += jumps_back() ? 1 : 0;
        for (const auto& block : region_former.blocks())
            regions.calls += in_region(block.returns_to) ? 1 : 0;
        return true;
    }

    bool in_region(std::uint64_t pc) const {
        const auto blocks = region_former.blocks();
        return std::any_of(blocks.begin(), blocks.end(), [&](auto& one) { return one.pc == pc; });
    }

    bool jumps_back() const {
        for (const auto& block : region_former.blocks())
            for (const std::uint64_t next : block.successors)
                if (next <= block.pc && in_region(next)) return true;
        return false;
    }

    // Some budgets are used up in the middle of things.
    bool refill(const Case& test) {
        const auto longest = static_cast<std::int64_t>(test.words.size());
        if (state.header.budget >= longest) return true;
        if (given >= most_instructions) return false;
        const std::int64_t more =
            test.words.size() % 3 == 0 ? longest + test.words[0] % 8 : most_instructions;
        given += more;
        state.header.budget += more;
        return true;
    }

    runtime::UnitExit run() {
        if (generates_code()) {
            runtime::CompiledUnit unit;
            if (!backend->compile(function, unit, view())) {
                backend->release_all();
                VESTIGE_ASSERT(backend->compile(function, unit, view()));
            }
            return backend->enter(&state.header, unit.entry);
        }
        program.prepare(function, stage());
        return interpreter.run(program, &state.header, memory, runtime::AccessFrom::unit);
    }
};

Subject::Subject(const CpuModel& model, Engine engine)
    : machine_(std::make_unique<Machine>(model, engine)) {}
Subject::~Subject() = default;

Registers Subject::run(const Case& test, Mutation mutation) {
    Machine& m = *machine_;
    if (m.in_window() && m.cases++ % window_changes_every == 0) m.memory.change_window();
    m.take_code(test, mutation);
    std::memcpy(m.memory.test_bytes(), test.input.memory.data(), LOCKSTEP_WINDOW_BYTES);
    load_state(test.input, m.state);
    m.state.pc = test.address;
    m.state.reserve_valid = 0;
    m.state.header.leave_code = 0;
    m.state.header.budget = m.given = 0;

    Registers result;
    const auto leave = [&](ExitKind kind) {
        result.exit = kind;
        result.exit_pc = m.state.pc;
    };
    for (;;) {
        if (m.state.pc == test.end()) break;
        if (m.state.pc == LOCKSTEP_LOW_EXIT) {
            result.exit = ExitKind::low;
            break;
        }
        if (m.state.pc < test.address || m.state.pc > test.end() || m.state.pc % 4 != 0 ||
            !m.refill(test)) {
            leave(ExitKind::other);
            break;
        }
        m.translate(test, m.state.pc);
        const runtime::UnitExit exit = m.run();
        if (exit.code == ir::leave::none || exit.code == ir::leave::look_again) continue;
        leave(exit.code == code(Leave::program_trap)      ? ExitKind::trap
              : exit.code == code(Leave::program_illegal) ? ExitKind::illegal
                                                          : ExitKind::other);
        break;
    }
    store_state(m.state, result);
    std::memcpy(result.memory.data(), m.memory.test_bytes(), LOCKSTEP_WINDOW_BYTES);
    return result;
}

std::int64_t Subject::instructions() const {
    return machine_->given - machine_->state.header.budget;
}

const Subject::RegionCounts& Subject::regions() const { return machine_->regions; }

std::string Subject::print_ir(const Case& test) {
    machine_->take_code(test, no_mutation);
    machine_->translate(test, test.address);
    return ir::print(machine_->function);
}

} // namespace vestige::ppc::lockstep
