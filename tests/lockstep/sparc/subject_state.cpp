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

} // namespace

unsigned first_window(const Case& test, const CpuModel& model) {
    return test.address / 4 % model.windows;
}

void load_state(const Case& test, const CpuModel& model, State& to) {
    const Registers& from = test.input;
    for (unsigned n = 1; n < 8; ++n)
        to.global[n] = from.global[n];
    set_cwp(to, first_window(test, model), model.windows);
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
