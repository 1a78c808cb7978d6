#include "tests/lockstep/subject.h"

#include <cstring>
#include <vector>

#include "backend/interp/interpreter.h"
#include "backend/x64/backend.h"
#include "common/assertion.h"
#include "common/endian.h"
#include "frontend/ppc/fp/fpscr.h"
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/leave_codes.h"
#include "frontend/ppc/lift/lift_unit.h"
#include "frontend/ppc/slots.h"
#include "frontend/ppc/state.h"
#include "tests/lockstep/subject_memory.h"
#include "tests/lockstep/subject_state.h"
#include "translator/ir/printer.h"
#include "translator/ir/verifier.h"
#include "translator/opt/pipeline.h"

namespace vestige::ppc::lockstep {

namespace {

constexpr std::uint32_t ear_enabled = 1u << 31;
// A case that starts more instructions has gone astray.
constexpr std::int64_t budget = 10'000;
// The verifier costs more than the rest: every so many units.
constexpr unsigned verify_every = 64;

} // namespace

std::string_view name(Engine engine) {
    switch (engine) {
    case Engine::raw: return "interpreter, raw IR";
    case Engine::optimised: return "interpreter, optimised IR";
    case Engine::x64: return "x64 code";
    }
    VESTIGE_UNREACHABLE("no such engine");
}

struct Subject::Machine {
    Machine(const CpuModel& cpu_model, Engine which) : model(cpu_model), engine(which) {
        state.header.read_map = memory.page_map();
        state.header.write_map = memory.page_map();
        // Helpers find the runtime by its base class.
        state.header.runtime = static_cast<runtime::CpuRuntime*>(&memory);
        state.ear = ear_enabled;
        state.msr = msr::fe0 | msr::fe1; // as QEMU has it
        state.header.jump_cache = jump_cache.data();
        if (engine == Engine::x64) backend = std::make_unique<x64::X64Backend>(memory);
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
    unsigned units = 0;

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

    // The unit at `pc`, a word of `test`, as the engine runs it.
    void translate(const Case& test, std::uint32_t pc) {
        function.clear();
        lift_unit(model,
                  {.pc = pc,
                   .mode = mode::problem | (test.features & LOCKSTEP_FLOAT ? mode::fp : 0) |
                           (test.features & LOCKSTEP_VECTOR ? mode::vec : 0) |
                           (needs_exact_mode(test) ? mode::float_exact : 0),
                   .code = std::span(code).subspan(pc - test.address)},
                  function);
        const bool checked = units++ % verify_every == 0;
        if (checked) ir::verify(function, ir::Stage::raw);
        if (engine == Engine::raw) return;
        workspace.checks = checked ? opt::Checks::every_pass : opt::Checks::none;
        opt::optimise(function, workspace);
    }

    runtime::UnitExit run() {
        if (engine == Engine::x64) {
            runtime::CompiledUnit unit;
            if (!backend->compile(function, unit)) {
                backend->release_all();
                VESTIGE_ASSERT(backend->compile(function, unit));
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
    m.take_code(test, mutation);
    std::memcpy(m.memory.window(), test.input.memory.data(), LOCKSTEP_WINDOW_BYTES);
    load_state(test.input, m.state);
    m.state.pc = test.address;
    m.state.reserve_valid = 0;
    m.state.header.leave_code = 0;
    m.state.header.budget = budget;

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
            m.state.header.budget < static_cast<std::int64_t>(test.words.size())) {
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
    std::memcpy(result.memory.data(), m.memory.window(), LOCKSTEP_WINDOW_BYTES);
    return result;
}

std::string Subject::print_ir(const Case& test) {
    machine_->take_code(test, no_mutation);
    machine_->translate(test, test.address);
    return ir::print(machine_->function);
}

} // namespace vestige::ppc::lockstep
