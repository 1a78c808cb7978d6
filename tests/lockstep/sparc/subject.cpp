#include "tests/lockstep/sparc/subject.h"

#include <cstring>

#include "common/softfloat/format.h"
#include "frontend/sparc/leave_codes.h"
#include "frontend/sparc/state_memory.h"
#include "tests/lockstep/sparc/subject_state.h"
#include "tests/lockstep/sparc/unwired_cpu.h"

namespace vestige::sparc::lockstep {

namespace {

using vestige::lockstep::SubjectMemory;
using vestige::lockstep::UnitRunner;

constexpr vestige::lockstep::MemoryPlan low_area{SPARC_LOW_START, SPARC_LOW_END, SPARC_WINDOW};

} // namespace

struct Subject::Machine {
    Machine(const CpuModel& which, Engine engine)
        : model(which),
          state_memory(model.windows),
          cpu(model, state),
          lifting_cpu(model),
          runner(engine, lifting_cpu, state.header, memory) {}

    const CpuModel& model;
    StateMemory state_memory;
    State& state = *state_memory;
    UnwiredCpu cpu;
    SubjectMemory memory{low_area};
    LiftingCpu lifting_cpu;
    UnitRunner runner;

    std::uint32_t single(unsigned n) const {
        return static_cast<std::uint32_t>(n % 2 == 0 ? state.fpr[n / 2] >> 32 : state.fpr[n / 2]);
    }
    // Of an operation on two operands that is run next. Operations on singles have odd opf.
    bool has_two_nans(std::uint32_t word) const {
        using namespace softfloat;
        const Fields f{word};
        if (f.opf() & 1) return is_nan<F32>(single(f.rs1())) && is_nan<F32>(single(f.rs2()));
        return is_nan<F64>(state.fpr[f.rs1() / 2]) && is_nan<F64>(state.fpr[f.rs2() / 2]);
    }

    // A trap for the want of a window has been taken.
    bool move_window() {
        if (state.pc == tt::window_overflow << 4)
            spill_window(state, model, memory);
        else if (state.pc == tt::window_underflow << 4)
            fill_window(state, model, memory);
        else
            return false;
        return true;
    }

    std::uint32_t mode_of(const Case& test) const {
        return cpu.mode() | (test.features & exact_mode ? mode::float_exact : 0);
    }
};

Subject::Subject(const CpuModel& model, Engine engine)
    : machine_(std::make_unique<Machine>(model, engine)) {}
Subject::~Subject() = default;

Registers Subject::run(const Case& test, Mutation mutation) {
    return run_watched(test, mutation, {});
}

bool Subject::meets_two_nans(const Case& test) {
    bool met = false;
    run_watched(test, no_mutation, [&](std::uint32_t word) {
        if (info(decode(word)).form == Form::fpu_binary) met |= machine_->has_two_nans(word);
    });
    return met;
}

Registers Subject::run_watched(const Case& test, Mutation mutation,
                               const std::function<void(std::uint32_t word)>& look) {
    Machine& m = *machine_;
    m.runner.set_step(look ? vestige::lockstep::Step::instruction : vestige::lockstep::Step::unit);
    m.runner.begin(test.address, test.words, mutation);
    std::memcpy(m.memory.test_bytes(), test.input.memory.data(), SPARC_WINDOW_BYTES);
    m.state.enable_float = (test.features & SPARC_FLOAT) != 0;
    load_state(test, m.model, m.state);
    m.state.pc = test.address;
    m.state.delay = 0;
    m.state.supervisor = 0;
    m.state.enable_traps = 1;
    m.state.tbr = 0;

    Registers result;
    const auto stray = [&] {
        result.exit = ExitKind::other;
        result.exit_pc = m.state.pc;
    };
    while (m.state.pc != test.end() || m.state.delay) {
        if (m.state.supervisor && m.move_window()) continue;
        if (m.state.pc < test.address || m.state.pc >= test.end() || m.state.pc % 4 != 0 ||
            !m.runner.refill()) {
            stray();
            break;
        }
        if (look) look(test.words[(m.state.pc - test.address) / 4]);
        const runtime::UnitExit exit = m.runner.run(m.state.pc, m.mode_of(test));
        if (exit.code == ir::leave::none || exit.code == ir::leave::look_again) continue;
        if (exit.code == code(Leave::mode_changed)) continue;
        stray();
        break;
    }
    if (m.state.cwp != first_window(test, m.model)) stray();
    fill_all_windows(m.state, m.model, m.memory);
    store_state(m.state, test, m.model, result);
    std::memcpy(result.memory.data(), m.memory.test_bytes(), SPARC_WINDOW_BYTES);
    return result;
}

std::int64_t Subject::instructions() const { return machine_->runner.instructions(); }

const vestige::lockstep::RegionCounts& Subject::regions() const {
    return machine_->runner.regions();
}

std::string Subject::print_ir(const Case& test) {
    machine_->runner.begin(test.address, test.words, no_mutation);
    machine_->runner.translate(test.address, machine_->mode_of(test));
    return machine_->runner.print();
}

} // namespace vestige::sparc::lockstep
