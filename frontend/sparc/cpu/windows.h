// Register windows in the state: where each register is, and moves to another window (V8 4.1).
//
// State::regs holds 16 words a window: outs, then locals. The ins of a window are the outs of the
// next one, which follow directly: so the 24 registers of a window lie in a row, and a move is a
// new beginning of the row. Of the last window, whose next is window 0, they do not: while it is
// the current one, the words behind it stand in for the outs of window 0.
#pragma once

#include <cstddef>
#include <cstdint>

#include "frontend/sparc/state.h"

namespace vestige::sparc {

// Without a division: every trap and its return come by here.
constexpr unsigned next_window(unsigned window, unsigned windows) {
    return window + 1 >= windows ? 0 : window + 1;
}
constexpr unsigned previous_window(unsigned window, unsigned windows) {
    return window == 0 ? windows - 1 : window - 1;
}

// header.bank of the window.
constexpr std::uint32_t bank_of(unsigned window) {
    return static_cast<std::uint32_t>(offsetof(State, regs)) + window * window_bytes;
}

// Where the words that stand in for the outs of window 0 begin, in State::regs.
constexpr unsigned stand_in(unsigned windows) { return window_words * windows; }

// Word by word: the guest has stored them so, just now, and a wider load would have to wait until
// the stores have left the host's store buffer.
inline void copy_words(const volatile std::uint32_t* from, std::uint32_t* to) {
    for (unsigned i = 0; i < 8; ++i)
        to[i] = from[i];
}

// Copies the outs of window 0 where the move from one window to another asks for it.
inline void copy_stand_in(State& state, unsigned from, unsigned to, unsigned windows) {
    std::uint32_t* const outs = state.regs;
    std::uint32_t* const behind = state.regs + stand_in(windows);
    const unsigned last = windows - 1;
    if (from == last && to != last) copy_words(behind, outs);
    if (to == last && from != last) copy_words(outs, behind);
}

// header.bank as cwp has it, after the state has been loaded: from a file that may say anything, so
// that a window of no chip's is brought into State::regs.
inline void update_bank(State& state) {
    state.cwp %= most_windows;
    state.header.bank = bank_of(state.cwp);
}

// Makes `window` the current one.
inline void set_cwp(State& state, unsigned window, unsigned windows) {
    copy_stand_in(state, state.cwp, window, windows);
    state.cwp = window;
    update_bank(state);
}

// r0 to r31 of a window, the current one or another.
inline std::uint32_t& reg(State& state, unsigned window, unsigned n, unsigned windows) {
    if (n < 8) return state.global[n];
    if (n < 24) {
        if (n < 16 && window == 0 && state.cwp == windows - 1)
            return state.regs[stand_in(windows) + n - 8];
        return state.regs[window * window_words + n - 8];
    }
    return reg(state, next_window(window, windows), n - 16, windows);
}
inline std::uint32_t reg(const State& state, unsigned window, unsigned n, unsigned windows) {
    return reg(const_cast<State&>(state), window, n, windows);
}

} // namespace vestige::sparc
