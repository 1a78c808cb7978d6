// save and restore (V8 B.20).
//
// A move is a new beginning of the current window's registers (Op::set_bank); see windows.h of
// frontend/sparc/cpu.
#include "frontend/sparc/cpu/windows.h"

#include "frontend/sparc/helpers.h"
#include "frontend/sparc/lift/lifter.h"

namespace vestige::sparc {

using ir::Op;
using ir::Value;

namespace {

enum class Move { save, restore };

Value moved(Lifter& l, Value cwp, Move move) {
    const unsigned windows = l.model.windows, last = windows - 1;
    const Value next = l.b.same_imm(Op::add, cwp, move == Move::save ? ~0u : 1);
    if ((windows & last) == 0) return l.b.same_imm(Op::and_, next, last);
    const Value wraps = l.b.cmp_eq(cwp, l.b.i32(move == Move::save ? 0 : last));
    return l.b.select(wraps, l.b.i32(move == Move::save ? last : 0), next);
}

Value bit(Lifter& l, Value word, Value number) {
    return l.b.cmp_ne(l.b.same_imm(Op::and_, l.b.shr(word, number), 1), l.b.i32(0));
}

void enter(Lifter& l, Value window, Move move) {
    const unsigned shift = window_shift(l.model.windows);
    const std::int32_t distance = 1 << shift;
    const Value place = l.b.shl(window, l.b.i32(shift));
    l.b.set_bank(l.b.same_imm(Op::add, place, ring_offset + first_row),
                 {.distance = move == Move::save ? -distance : distance});
}

// rd of the new window becomes rs1 + operand of the old one.
void move_window(Lifter& l, Move move) {
    auto& b = l.b;
    const Value window = moved(l, b.get_slot(slot::cwp), move);
    const ir::BlockId straight = b.new_block(), trap = b.new_block();
    l.suspend_slot();
    const Value result = l.address();
    b.branch(bit(l, b.get_slot(slot::wim), window), trap, straight);

    b.set_block(trap);
    l.raise_trap(b.i32(move == Move::save ? tt::window_overflow : tt::window_underflow));

    b.set_block(straight);
    enter(l, window, move);
    b.set_slot(slot::cwp, window);
    l.set_reg(l.f.rd(), result);
}

} // namespace

void lift_save(Lifter& l) { move_window(l, Move::save); }
void lift_restore(Lifter& l) { move_window(l, Move::restore); }

} // namespace vestige::sparc
