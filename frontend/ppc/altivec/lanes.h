// Vector registers as lanes, and the shapes that most AltiVec instructions have.
//
// Lane 0 is the least significant, as on the host; the manual's element 0 is the most significant.
// What treats all lanes alike goes by lanes, what moves them about by elements.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "frontend/ppc/state.h"

namespace vestige::ppc::vector {

inline constexpr std::uint32_t vscr_sat = 1;
inline constexpr std::uint32_t vscr_nj = 1u << 16;

template <class Lane> struct Lanes {
    static constexpr unsigned count = 16 / sizeof(Lane);
    Lane lane[count] = {};

    Lane& operator[](unsigned i) { return lane[i]; }
    Lane operator[](unsigned i) const { return lane[i]; }
    Lane& element(unsigned i) { return lane[count - 1 - i]; }
    Lane element(unsigned i) const { return lane[count - 1 - i]; }
};

// VSCR changes here alone, but for SAT: MXCSR for vectors goes with NJ.
inline void set_vscr(State& state, std::uint32_t value) {
    constexpr std::uint32_t masked = 0x1f80, flush = 1u << 15, zero_operands = 1u << 6;
    state.vscr = value;
    state.header.vector_mxcsr = masked | (value & vscr_nj ? flush | zero_operands : 0);
}

// An instruction's fields and the registers behind them.
struct Operands {
    State& state;
    std::uint32_t d, a, b, c;

    Operands(void* state_pointer, std::uint32_t d_field, std::uint32_t a_field,
             std::uint32_t b_field, std::uint32_t c_field)
        : state(*static_cast<State*>(state_pointer)),
          d(d_field),
          a(a_field),
          b(b_field),
          c(c_field) {}

    template <class Lane> Lanes<Lane> get(std::uint32_t number) const {
        return std::bit_cast<Lanes<Lane>>(state.vr[number]);
    }
    template <class Lane> void set(const Lanes<Lane>& lanes) {
        state.vr[d] = std::bit_cast<Vector>(lanes);
    }
    void saturated(bool any) {
        if (any) state.vscr |= vscr_sat;
    }
};

// Into the range of Lane; notes if that changed the value.
template <class Lane, class Value> Lane clamped(Value value, bool& changed) {
    using Limits = std::numeric_limits<Lane>;
    const Value low = Limits::min(), high = Limits::max();
    changed |= value < low || value > high;
    return static_cast<Lane>(value < low ? low : value > high ? high : value);
}

// d <- function(a, b), lane by lane.
template <class Lane, class Function> void lanewise(Operands v, Function function) {
    const auto a = v.get<Lane>(v.a), b = v.get<Lane>(v.b);
    Lanes<Lane> result;
    for (unsigned i = 0; i < result.count; ++i)
        result[i] = static_cast<Lane>(function(a[i], b[i]));
    v.set(result);
}

} // namespace vestige::ppc::vector

// The head of a helper: its operands are `v`. Instructions of one form are rows of such lines.
#define VESTIGE_VECTOR_HELPER(name)                                                                \
    static void name##_of(vector::Operands v);                                                     \
    void vector_##name(void* state, std::uint32_t d, std::uint32_t a, std::uint32_t b,             \
                       std::uint32_t c) {                                                          \
        name##_of({state, d, a, b, c});                                                            \
    }                                                                                              \
    static void name##_of([[maybe_unused]] vector::Operands v)
