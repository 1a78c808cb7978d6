#include "frontend/ppc/slots.h"

#include <cstddef>

#include "common/assertion.h"
#include "frontend/ppc/state.h"

namespace vestige::ppc {

namespace {

using ir::Promotion;
using ir::Type;

constexpr auto memory_only = Promotion::memory_only;

const ir::SlotRow rows[] = {
    {"pc", offsetof(State, pc), Type::i32},
    {"r", offsetof(State, gpr), Type::i32, 32, 4},
    {"cr", offsetof(State, cr), Type::i64, 8, 8},
    {"cr_so", offsetof(State, cr_so), Type::i1, 8, 1},
    {"xer_ca", offsetof(State, xer_ca), Type::i1},
    {"xer_ov", offsetof(State, xer_ov), Type::i1},
    {"xer_so", offsetof(State, xer_so), Type::i1},
    {"xer_rest", offsetof(State, xer_rest), Type::i32},
    {"lr", offsetof(State, lr), Type::i32},
    {"ctr", offsetof(State, ctr), Type::i32},
    {"reserve_valid", offsetof(State, reserve_valid), Type::i1},
    {"reserve_address", offsetof(State, reserve_address), Type::i32},
    {"f", offsetof(State, fpr), Type::f64, 32, 8},
    {"fpscr", offsetof(State, fpscr), Type::i32, 1, 0, memory_only},
    {"float_last_kind", offsetof(State, float_last_kind), Type::i32},
    {"float_last", offsetof(State, float_last), Type::f64, 3, 8},
    {"v", offsetof(State, vr), Type::v128, 32, 16, memory_only},
    {"vscr", offsetof(State, vscr), Type::i32, 1, 0, memory_only},
    {"vrsave", offsetof(State, vrsave), Type::i32},
    {"msr", offsetof(State, msr), Type::i32, 1, 0, memory_only},
    {"srr0", offsetof(State, srr0), Type::i32},
    {"srr1", offsetof(State, srr1), Type::i32},
    {"dar", offsetof(State, dar), Type::i32},
    {"dsisr", offsetof(State, dsisr), Type::i32},
    {"sprg", offsetof(State, sprg), Type::i32, 8, 4},
    {"sr", offsetof(State, sr), Type::i32, 16, 4},
    {"pending", offsetof(State, pending), Type::i32, 1, 0, memory_only},
};

ir::StateLayout make_layout() {
    ir::StateLayout layout = ir::make_layout(rows);
    layout.pc = slot::pc;
    layout.returns.link = slot::lr;
    layout.size = sizeof(State);
    VESTIGE_ASSERT(layout.slots.size() == slot::count);
    VESTIGE_ASSERT(layout[slot::msr].name == "msr" && layout[slot::fpscr].name == "fpscr" &&
                   layout[slot::sr(15)].name == "sr15" && layout[slot::vr(0)].name == "v0");
    return layout;
}

} // namespace

const ir::StateLayout& state_layout() {
    static const ir::StateLayout layout = make_layout();
    return layout;
}

} // namespace vestige::ppc
