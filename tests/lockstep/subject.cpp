#include "tests/lockstep/subject.h"

#include <cstring>

#include "frontend/ppc/fp/fpscr.h"
#include "frontend/ppc/leave_codes.h"
#include "frontend/ppc/state.h"
#include "tests/lockstep/ppc_lifting_cpu.h"
#include "tests/lockstep/ppc_memory.h"
#include "tests/lockstep/subject_state.h"

namespace vestige::ppc::lockstep {

namespace {

constexpr std::uint32_t ear_enabled = 1u << 31;

} // namespace

struct Subject::Machine {
    Machine(const CpuModel& model, Engine engine)
        : cpu(model), runner(engine, cpu, state.header, memory) {
        state.ear = ear_enabled;
        state.msr = msr::fe0 | msr::fe1; // as QEMU has it
    }

    State state;
    SubjectMemory memory;
    LiftingCpu cpu;
    vestige::lockstep::UnitRunner runner;

    bool needs_exact_mode(const Case& test) const {
        return (state.fpscr & fpscr::exact_mode) || (test.features & exact_mode);
    }

    std::uint32_t mode_of(const Case& test) const {
        return mode::problem | (test.features & LOCKSTEP_FLOAT ? mode::fp : 0) |
               (test.features & LOCKSTEP_VECTOR ? mode::vec : 0) |
               (needs_exact_mode(test) ? mode::float_exact : 0);
    }
};

Subject::Subject(const CpuModel& model, Engine engine)
    : machine_(std::make_unique<Machine>(model, engine)) {}
Subject::~Subject() = default;

Registers Subject::run(const Case& test, Mutation mutation) {
    Machine& m = *machine_;
    m.runner.begin(test.address, test.words, mutation);
    std::memcpy(m.memory.test_bytes(), test.input.memory.data(), LOCKSTEP_WINDOW_BYTES);
    load_state(test.input, m.state);
    m.state.pc = test.address;
    m.state.reserve_valid = 0;

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
            !m.runner.refill()) {
            leave(ExitKind::other);
            break;
        }
        const runtime::UnitExit exit = m.runner.run(m.state.pc, m.mode_of(test));
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

std::int64_t Subject::instructions() const { return machine_->runner.instructions(); }

const vestige::lockstep::RegionCounts& Subject::regions() const {
    return machine_->runner.regions();
}

std::string Subject::print_ir(const Case& test) {
    machine_->runner.begin(test.address, test.words, no_mutation);
    machine_->runner.translate(test.address, machine_->mode_of(test));
    return machine_->runner.print();
}

} // namespace vestige::ppc::lockstep
