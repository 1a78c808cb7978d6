#include "tests/lockstep/subject_state.h"

#include <bit>

#include "common/endian.h"
#include "frontend/ppc/altivec/lanes.h"
#include "frontend/ppc/fp/fpscr.h"
#include "translator/ir/semantics.h"

namespace vestige::ppc::lockstep {

namespace {

constexpr unsigned so_position = 31, ov_position = 30, ca_position = 29;
constexpr std::uint32_t xer_flags = 0xe0000000;

} // namespace

void load_state(const Registers& from, State& to) {
    for (unsigned n = 0; n < 32; ++n) {
        to.gpr[n] = from.gpr[n];
        to.fpr[n] = std::bit_cast<double>(from.fpr[n]);
        to.vr[n].high = load_be<std::uint64_t>(from.vr[n].data());
        to.vr[n].low = load_be<std::uint64_t>(from.vr[n].data() + 8);
    }
    for (unsigned field = 0; field < 8; ++field) {
        const std::uint32_t bits = from.cr >> (28 - 4 * field);
        to.cr[field] = ir::pack_order((bits & 8) != 0, (bits & 4) != 0, (bits & 2) != 0);
        to.cr_so[field] = bits & 1;
    }
    to.xer_so = from.xer >> so_position & 1;
    to.xer_ov = from.xer >> ov_position & 1;
    to.xer_ca = from.xer >> ca_position & 1;
    to.xer_rest = from.xer & ~xer_flags;
    to.lr = from.lr;
    to.ctr = from.ctr;
    set_fpscr(to, from.fpscr);
    vector::set_vscr(to, from.vscr);
    to.vrsave = from.vrsave;
}

void store_state(State& from, Registers& to) {
    to.cr = 0;
    for (unsigned n = 0; n < 32; ++n) {
        to.gpr[n] = from.gpr[n];
        to.fpr[n] = std::bit_cast<std::uint64_t>(from.fpr[n]);
        store_be(to.vr[n].data(), from.vr[n].high);
        store_be(to.vr[n].data() + 8, from.vr[n].low);
    }
    for (unsigned field = 0; field < 8; ++field) {
        const std::uint64_t order = from.cr[field];
        const std::uint32_t bits = std::uint32_t{ir::order_is_less(order)} << 3 |
                                   std::uint32_t{ir::order_is_greater(order)} << 2 |
                                   std::uint32_t{ir::order_is_equal(order)} << 1 |
                                   from.cr_so[field];
        to.cr |= bits << (28 - 4 * field);
    }
    to.xer = std::uint32_t{from.xer_so} << so_position | std::uint32_t{from.xer_ov} << ov_position |
             std::uint32_t{from.xer_ca} << ca_position | from.xer_rest;
    to.lr = from.lr;
    to.ctr = from.ctr;
    to.fpscr = fold_fpscr(from);
    to.vscr = from.vscr;
    to.vrsave = from.vrsave;
}

} // namespace vestige::ppc::lockstep
