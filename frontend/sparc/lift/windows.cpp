// save and restore (V8 B.20).
//
// The registers of a window lie in a row of State::regs, so that a move is a new beginning of the
// row (Op::set_bank); see windows.h of frontend/sparc/cpu for the two windows between which it is
// more.
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

// The move, the registers in memory before it and behind.
void enter(Lifter& l, Value window) {
    const Value distance = l.b.shl(window, l.b.i32(6));
    static_assert(window_bytes == 1 << 6);
    l.b.set_bank(l.b.same_imm(Op::add, distance, bank_of(0)));
}

// rd of the new window becomes rs1 + operand of the old one.
void move_window(Lifter& l, Move move) {
    auto& b = l.b;
    const unsigned last = l.model.windows - 1;
    const Value cwp = b.get_slot(slot::cwp), wim = b.get_slot(slot::wim);
    const Value window = moved(l, cwp, move);
    // New windows that need more than a new beginning: the last one, and the one behind it.
    const std::uint32_t special = 1u << last | 1u << (move == Move::save ? last - 1 : 0);
    const ir::BlockId straight = b.new_block(), off = b.new_block(), trap = b.new_block(),
                      copy = b.new_block(), done = b.new_block();
    l.suspend_slot();
    const Value result = l.address();
    b.branch(bit(l, b.same_imm(Op::or_, wim, special), window), off, straight);

    b.set_block(off);
    b.branch(bit(l, wim, window), trap, copy);

    b.set_block(trap);
    l.raise_trap(b.i32(move == Move::save ? tt::window_overflow : tt::window_underflow));

    b.set_block(copy);
    enter(l, window);
    b.call(helper::copy_stand_in, {cwp, window, b.i32(l.model.windows)});
    enter(l, window); // what the helper has copied is read anew
    b.jump(done);

    b.set_block(straight);
    enter(l, window);
    b.jump(done);

    b.set_block(done);
    b.set_slot(slot::cwp, window);
    l.set_reg(l.f.rd(), result);
}

} // namespace

void lift_save(Lifter& l) { move_window(l, Move::save); }
void lift_restore(Lifter& l) { move_window(l, Move::restore); }

} // namespace vestige::sparc
