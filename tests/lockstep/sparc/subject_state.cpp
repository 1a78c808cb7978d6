#include "tests/lockstep/sparc/subject_state.h"

#include "common/bits.h"
#include "frontend/sparc/cpu/psr.h"
#include "frontend/sparc/cpu/windows.h"
#include "frontend/sparc/fp/fsr.h"

namespace vestige::sparc::lockstep {

namespace {

// A save goes to the window with the number below.
unsigned window_at(int depth, const Case& test, const CpuModel& model) {
    return (first_window(test, model) + model.windows - static_cast<unsigned>(depth)) %
           model.windows;
}

// Every register of the seven windows, with its place in Registers::file.
template <typename Function>
void for_each_register(State& state, const Case& test, const CpuModel& model, Function function) {
    for (int depth = -SPARC_DEPTH; depth <= SPARC_DEPTH; ++depth)
        for (unsigned n = depth == SPARC_DEPTH ? 8 : 16; n < 32; ++n)
            function(reg(state, window_at(depth, test, model), n, model.windows),
                     file_index(depth, n));
}

constexpr unsigned l1 = 17, l2 = 18, sp = 14, fp = 30;

// As rett does.
void return_from_trap(State& state, const CpuModel& model) {
    state.pc = reg(state, state.cwp, l1, model.windows);
    state.npc = reg(state, state.cwp, l2, model.windows);
    state.delay = state.npc != state.pc + 4;
    set_cwp(state, next_window(state.cwp, model.windows));
    state.supervisor = 0;
    state.enable_traps = 1;
}

// The window that a restore in `window` leads to comes back from its stack.
void fill(State& state, unsigned window, const CpuModel& model, runtime::CpuRuntime& memory) {
    const unsigned wanted = next_window(window, model.windows);
    const std::uint32_t stack = reg(state, window, fp, model.windows);
    for (unsigned n = 16; n < 32; ++n) {
        std::uint64_t value = 0;
        memory.read_guest(stack + 4 * (n - 16), 4, value);
        reg(state, wanted, n, model.windows) = static_cast<std::uint32_t>(value);
    }
    state.wim = 1u << next_window(wanted, model.windows);
}

} // namespace

void spill_window(State& state, const CpuModel& model, runtime::CpuRuntime& memory) {
    const unsigned oldest = previous_window(state.cwp, model.windows);
    const std::uint32_t stack = reg(state, oldest, sp, model.windows);
    for (unsigned n = 16; n < 32; ++n)
        memory.write_guest(stack + 4 * (n - 16), 4, reg(state, oldest, n, model.windows));
    state.wim = 1u << oldest;
    return_from_trap(state, model);
}

void fill_window(State& state, const CpuModel& model, runtime::CpuRuntime& memory) {
    const unsigned from = next_window(state.cwp, model.windows); // where the restore was
    fill(state, from, model, memory);
    return_from_trap(state, model);
}

void fill_all_windows(State& state, const CpuModel& model, runtime::CpuRuntime& memory) {
    unsigned window = state.cwp;
    for (int left = SPARC_DEPTH; left > 0; --left) {
        const unsigned next = next_window(window, model.windows);
        if (state.wim >> next & 1) fill(state, window, model, memory);
        window = next;
    }
}

unsigned first_window(const Case& test, const CpuModel& model) {
    return test.address / 4 % model.windows;
}

void load_state(const Case& test, const CpuModel& model, State& to) {
    const Registers& from = test.input;
    for (unsigned n = 1; n < 8; ++n)
        to.global[n] = from.global[n];
    set_cwp(to, first_window(test, model));
    to.wim = 1u << window_at(-SPARC_DEPTH - 1, test, model);
    for_each_register(to, test, model,
                      [&](std::uint32_t& value, unsigned place) { value = from.file[place]; });
    to.y = from.y;
    to.icc = order_of({bit(from.icc, 3), bit(from.icc, 2), bit(from.icc, 1), false});
    to.icc_c = bit(from.icc, 0);
    set_fsr(to, from.fsr);
    for (unsigned n = 0; n < 32; n += 2)
        to.fpr[n / 2] = std::uint64_t{from.fpr[n]} << 32 | from.fpr[n + 1];
}

void store_state(State& from, const Case& test, const CpuModel& model, Registers& to) {
    for (unsigned n = 1; n < 8; ++n)
        to.global[n] = from.global[n];
    for_each_register(from, test, model,
                      [&](const std::uint32_t& value, unsigned place) { to.file[place] = value; });
    to.y = from.y;
    const Icc icc = icc_of(from);
    to.icc = icc.n << 3 | icc.z << 2 | icc.v << 1 | icc.c;
    to.fsr = read_fsr(from);
    for (unsigned n = 0; n < 32; n += 2) {
        to.fpr[n] = static_cast<std::uint32_t>(from.fpr[n / 2] >> 32);
        to.fpr[n + 1] = static_cast<std::uint32_t>(from.fpr[n / 2]);
    }
}

} // namespace vestige::sparc::lockstep
