// Register windows in memory: where each register is, and moves to another window (V8 4.1).
//
// A window has its outs and locals in a row of 16 words; its ins are the outs of the next window.
// The rows lie at one distance from each other, so that the ins are at that distance from the outs,
// and a move is a new beginning. The windows are a ring: behind the last one the host's pages show
// the first one again (StateMemory), so that its ins need no other place.
#pragma once

#include <bit>
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

inline constexpr unsigned window_words = 16; // outs and locals
inline constexpr std::uint32_t host_page = 4096;

// From window to window, as a power of two in bytes: the ring is a whole number of pages.
constexpr unsigned window_shift(unsigned windows) {
    return static_cast<unsigned>(
        std::countr_zero(host_page % windows == 0 ? host_page / windows : host_page));
}
constexpr std::uint32_t ring_bytes(unsigned windows) { return windows << window_shift(windows); }

// Where the ring begins, in bytes from the state, and where the first row is in it: not where the
// fields of the state are in their page that are used most, for hosts take accesses a whole number
// of pages apart for accesses to the same place until they know better.
inline constexpr std::uint32_t ring_offset =
    (static_cast<std::uint32_t>(sizeof(State)) + host_page - 1) / host_page * host_page;
inline constexpr std::uint32_t first_row = 0x1c0;
static_assert(first_row + 4 * window_words <= 1u << window_shift(8));

// Makes `window` the current one.
inline void set_cwp(State& state, unsigned window) {
    state.cwp = window;
    state.header.bank = ring_offset + first_row + (window << state.window_shift);
}

// After the state has been loaded: from a file that may say anything.
inline void update_bank(State& state, unsigned windows) { set_cwp(state, state.cwp % windows); }

// The outs and locals of a window.
inline std::uint32_t* row_of(const State& state, unsigned window) {
    return state.windows + (window << state.window_shift) / sizeof(std::uint32_t);
}

// r0 to r31 of a window, the current one or another.
inline std::uint32_t& reg(State& state, unsigned window, unsigned n, unsigned windows) {
    if (n < 8) return state.global[n];
    if (n < 24) return row_of(state, window)[n - 8];
    return row_of(state, next_window(window, windows))[n - 24];
}
inline std::uint32_t reg(const State& state, unsigned window, unsigned n, unsigned windows) {
    return reg(const_cast<State&>(state), window, n, windows);
}

} // namespace vestige::sparc
